//! Quotes of the sources on a page: are they what the source says?
//!
//! A code block below one of these comments is a quote:
//!
//! ```text
//! <!-- quote: src/server.rs -->                             an excerpt; // ... is a gap
//! <!-- quote: src/server.rs fn echo -->                     this item, from its first line
//! <!-- quote: src/server.rs fn echo, without comments -->
//! <!-- quote: src/server.rs                                 from the first line that
//! from: let n = stream                                      begins so to the next one
//! to: stream.write_all                                      that begins so
//! -->
//! ```

use std::fs;
use std::path::Path;

use crate::excerpt::differs;
use crate::finding::Finding;
use crate::page::{Code, Kind, Page};

/// Compares every quote on a page in `folder` with its source.
pub fn check(page: &Page, folder: &Path) -> Vec<Finding> {
    let read = |file: &str| {
        fs::read_to_string(folder.join(file))
            .map_err(|e| format!("{file}: {e}"))
    };
    check_with(page, read)
}

fn check_with(
    page: &Page,
    read: impl Fn(&str) -> Result<String, String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, element) in page.elements.iter().enumerate() {
        let Kind::Comment(text, _) = &element.kind else { continue };
        let Some(text) = text.strip_prefix("quote:") else { continue };
        let wanted = Wanted::parse(text);
        let finding = match (page.code_below(index), read(&wanted.file)) {
            (Some(code), Ok(source)) => wanted.compare(page, code, &source),
            (None, _) => {
                Some(Finding::new(element.line, "no code block below"))
            }
            (_, Err(what)) => Some(Finding::new(element.line, what)),
        };
        findings.extend(finding);
    }
    findings
}

/// Where an excerpt stops being one, at any depth of indentation in the source.
fn excerpt(shown: &[String], source: &[&str]) -> Option<usize> {
    let mut furthest = 0;
    for depth in 0..10 {
        let margin = " ".repeat(4 * depth);
        // A line that is less deep than that is none of this excerpt.
        let line = |line: &&str| match line.trim().is_empty() {
            true => String::new(),
            false => line.strip_prefix(&margin).unwrap_or("\0").to_string(),
        };
        let source: Vec<String> = source.iter().map(line).collect();
        let is_gap =
            |line: &String| ["// ...", "# ...", "..."].contains(&line.trim());
        furthest = furthest.max(differs(shown, &source, is_gap, false)?);
    }
    Some(furthest)
}

/// What a comment asks for.
struct Wanted {
    file: String,
    part: Option<Part>,
    without_comments: bool,
}

enum Part {
    /// `fn echo`, `const PIECE`: to the end of the item.
    Item(String),
    /// Two lines, by their beginnings.
    Lines(String, String),
}

impl Wanted {
    fn parse(text: &str) -> Self {
        let (head, rest) = text.trim().split_once('\n').unwrap_or((text, ""));
        let (head, without_comments) =
            match head.trim().strip_suffix(", without comments") {
                Some(head) => (head, true),
                None => (head.trim(), false),
            };
        let (file, item) = head.split_once(' ').unwrap_or((head, ""));
        let value = |name| {
            let mut lines = rest.lines();
            lines.find_map(|line| Some(line.strip_prefix(name)?.trim().into()))
        };
        let part = match (item.trim(), value("from:"), value("to:")) {
            ("", Some(from), Some(to)) => Some(Part::Lines(from, to)),
            ("", _, _) => None,
            (item, _, _) => Some(Part::Item(item.into())),
        };
        Self { file: file.into(), part, without_comments }
    }

    /// Compares a code block with its source.
    fn compare(
        &self,
        page: &Page,
        code: &Code,
        source: &str,
    ) -> Option<Finding> {
        let kept = |line: &&str| {
            !self.without_comments || !line.trim_start().starts_with("//")
        };
        let source: Vec<&str> = source.lines().filter(kept).collect();
        let shown = page.body(code);
        let at = |line| {
            let what = match shown.get(line) {
                Some(shown) => format!("does not go on like this: {shown:?}"),
                None => "goes on here".into(),
            };
            let what = format!("{} {what}", self.file);
            Finding::new(code.body.start + line, what)
        };
        let Some(part) = &self.part else {
            return excerpt(&shown, &source).map(at);
        };
        let real = match part.cut(&source) {
            Ok(real) => real,
            Err(e) => {
                let what = format!("{}: {e}", self.file);
                return Some(Finding::new(code.body.start, what));
            }
        };
        let same = shown.iter().zip(&real).take_while(|(a, b)| a == b).count();
        if same == shown.len() && same == real.len() {
            return None;
        }
        let indent = " ".repeat(code.indent);
        let fresh = real.iter().map(|line| format!("{indent}{line}"));
        let fresh = fresh.map(|line| line.trim_end().to_string()).collect();
        Some(at(same).with(code.body.clone(), fresh))
    }
}

impl Part {
    /// The lines of the source, without their common indentation.
    fn cut(&self, source: &[&str]) -> Result<Vec<String>, String> {
        let begins = |line: &str, with: &str| {
            let line = line.trim_start();
            let public = line.strip_prefix("pub ").unwrap_or(line);
            let public = public.strip_prefix("pub(crate) ").unwrap_or(public);
            let ends_a_name = |rest: &str| {
                !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            };
            let is_item = matches!(self, Self::Item(_));
            let after = [line, public].map(|line| line.strip_prefix(with));
            after.into_iter().flatten().any(|r| !is_item || ends_a_name(r))
        };
        let find = |with: &str, from: usize| {
            let mut lines = (from..).zip(&source[from..]);
            let found = lines.find(|(_, line)| begins(line, with));
            found.map(|(at, _)| at).ok_or(format!("no line begins with {with}"))
        };
        let (first, last) = match self {
            Self::Lines(from, to) => {
                let first = find(from, 0)?;
                (first, find(to, first)?)
            }
            Self::Item(item) => {
                let first = find(item, 0)?;
                (first, end_of_item(source, first))
            }
        };
        let lines = &source[first..=last];
        let deep = |line: &&str| line.len() - line.trim_start().len();
        let full = lines.iter().filter(|line| !line.trim().is_empty());
        let margin = full.map(deep).min().unwrap_or(0);
        let bare = |line: &&str| line.get(margin..).unwrap_or("").to_string();
        Ok(lines.iter().map(bare).collect())
    }
}

/// The last line of the item that begins here: the first that is as deep and closes it.
fn end_of_item(source: &[&str], first: usize) -> usize {
    let deep = |line: &str| line.len() - line.trim_start().len();
    let margin = deep(source[first]);
    let ends = |line: &&str| {
        deep(line) == margin && line.trim_end().ends_with(['}', ';'])
    };
    let length = source[first..].iter().position(ends);
    length.map_or(source.len() - 1, |length| first + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::mend;

    const SOURCE: &str = "\
/// Says it.
pub fn say(
    what: &str,
) {
    // Why.
    loop {
        print(what);
    }
}

fn say_more() {}
";

    fn check_quote(comment: &str, quote: &str) -> (Vec<String>, String) {
        let text = format!("<!-- {comment} -->\n```rust\n{quote}```\n");
        let findings =
            check_with(&Page::parse(&text), |file| match file == "a.rs" {
                true => Ok(SOURCE.into()),
                false => Err("no such file".into()),
            });
        let what = |f: &Finding| format!("{}: {}", f.line + 1, f.what);
        let said = findings.iter().map(what).collect();
        let fresh = findings.into_iter().filter_map(|f| f.fresh).collect();
        (said, mend(&text, fresh))
    }

    fn said(comment: &str, quote: &str) -> Vec<String> {
        check_quote(comment, quote).0
    }

    #[test]
    fn an_excerpt_is_compared_without_its_indentation() {
        let nothing: [&str; 0] = [];
        let quote = "loop {\n    print(what);\n}\n";
        assert_eq!(said("quote: a.rs", quote), nothing);
        let quote = "pub fn say(\n// ...\n    // Why.\n    loop {\n";
        assert_eq!(said("quote: a.rs", quote), nothing);
    }

    #[test]
    fn a_line_that_the_source_does_not_have_is_named() {
        let quote = "loop {\n    print(that);\n}\n";
        assert_eq!(
            said("quote: a.rs", quote),
            [r#"4: a.rs does not go on like this: "    print(that);""#]
        );
        let other_depth = "loop {\n        print(what);\n}\n";
        assert_eq!(said("quote: a.rs", other_depth).len(), 1);
    }

    #[test]
    fn a_source_or_an_item_that_is_gone_is_named() {
        assert_eq!(said("quote: b.rs", "a\n"), ["1: no such file"]);
        assert_eq!(
            said("quote: a.rs fn sing", "a\n"),
            ["3: a.rs: no line begins with fn sing"]
        );
    }

    #[test]
    fn an_item_is_refreshed_from_the_source() {
        let (said, fresh) = check_quote("quote: a.rs fn say_more", "old\n");
        assert_eq!(said, [r#"3: a.rs does not go on like this: "old""#]);
        assert!(fresh.ends_with("```rust\nfn say_more() {}\n```\n"), "{fresh}");

        let (_, fresh) =
            check_quote("quote: a.rs fn say, without comments", "old\n");
        let item = "pub fn say(\n    what: &str,\n) {\n    loop {\n        \
                    print(what);\n    }\n}\n```\n";
        assert!(fresh.ends_with(item), "{fresh}");
    }

    #[test]
    fn lines_between_two_are_refreshed_from_the_source() {
        let comment = "quote: a.rs\nfrom: // Why\nto: print\n";
        let (said, fresh) = check_quote(comment, "// Why.\n");
        assert_eq!(said, ["7: a.rs goes on here"]);
        let lines = "// Why.\nloop {\n    print(what);\n```\n";
        assert!(fresh.ends_with(lines), "{fresh}");
    }
}
