//! What is wrong on a page, and what to do with it: fail, or mend it.

use std::env;
use std::fs;
use std::ops::Range;

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

    /// The same, with the lines that can stand there instead.
    pub fn with(self, place: Range<usize>, lines: Vec<String>) -> Self {
        Self { fresh: Some((place, lines)), ..self }
    }
}

/// Are the pages to be rewritten? `UPDATE_README=1` in the environment says so.
pub fn updating() -> bool {
    env::var_os("UPDATE_README").is_some()
}

/// Mends what can be mended, with `UPDATE_README=1`. The rest is the error, a line each.
///
/// # Errors
///
/// When there are findings that remain.
///
/// # Panics
///
/// When the page cannot be read or written.
pub fn settle(path: &str, findings: Vec<Finding>) -> Result<(), String> {
    let (mut mended, mut rest) = (Vec::new(), Vec::new());
    for finding in findings {
        match finding.fresh {
            Some(fresh) if updating() => mended.push(fresh),
            _ => rest.push(finding),
        }
    }
    if !mended.is_empty() {
        let page = fs::read_to_string(path).unwrap();
        fs::write(path, mend(&page, mended)).unwrap();
    }
    if rest.is_empty() {
        return Ok(());
    }
    let mut said = String::new();
    for finding in &rest {
        said += &format!("\n{path}:{}: {}", finding.line + 1, finding.what);
    }
    if rest.iter().any(|finding| finding.fresh.is_some()) {
        said += "\nrefresh it: UPDATE_README=1 cargo test --workspace readme";
    }
    Err(said)
}

/// The page with these lines in place of those.
pub fn mend(page: &str, mut fresh: Vec<(Range<usize>, Vec<String>)>) -> String {
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
        assert_eq!(mend("a\nb\nc\n", fresh), "A\nA\nb\nC\n");
    }
}
