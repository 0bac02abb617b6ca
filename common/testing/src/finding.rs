//! What is wrong on a page, and what to do with it: fail, or mend it.

use std::ops::Range;
use std::path::Path;
use std::{env, fs};

/// Something on a page that is not as it should be.
#[derive(Debug)]
pub struct Finding {
    /// Where: the line, from 0.
    pub line: usize,
    /// What, as a sentence.
    pub what: String,
    /// What can stand there instead: these lines, in place of those.
    pub fresh: Option<(Range<usize>, Vec<String>)>,
}

impl Finding {
    /// Something that only an author can mend.
    pub fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into(), fresh: None }
    }
}

/// Are the pages to be rewritten? `UPDATE_README=1` in the environment says so.
pub fn updating() -> bool {
    env::var_os("UPDATE_README").is_some()
}

/// How to do that, for a message.
pub const REFRESH: &str =
    "refresh it: UPDATE_README=1 cargo test --workspace readme";

/// Mends what can be mended, with `UPDATE_README=1`. The rest is returned, a line each.
pub fn settle(path: &Path, findings: Vec<Finding>) -> String {
    let (mut fresh, mut said) = (Vec::new(), String::new());
    for Finding { line, what, fresh: lines } in findings {
        match lines {
            Some(lines) if updating() => fresh.push(lines),
            lines => {
                let hint = lines.map_or("", |_| REFRESH);
                let path = path.display();
                said += &format!("\n{path}:{}: {what}\n{hint}", line + 1);
            }
        }
    }
    if !fresh.is_empty() {
        let page = fs::read_to_string(path).unwrap();
        fs::write(path, mended(&page, fresh)).unwrap();
    }
    said
}

/// The page with these lines in place of those.
fn mended(page: &str, mut fresh: Vec<(Range<usize>, Vec<String>)>) -> String {
    let mut lines: Vec<String> = page.lines().map(str::to_string).collect();
    fresh.sort_by_key(|(place, _)| place.start);
    for (place, with) in fresh.into_iter().rev() {
        lines.splice(place, with);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_replaced_where_they_stand() {
        let fresh = vec![
            (0..1, vec!["A".into(), "A".into()]),
            (2..3, vec!["C".into()]),
        ];
        assert_eq!(mended("a\nb\nc\n", fresh), "A\nA\nb\nC\n");
    }
}
