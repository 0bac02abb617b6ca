//! Quotes of the sources on a page: are they what the source says?
//!
//! The code block behind one of these comments is a quote:
//!
//! ```text
//! <!-- quote: src/server.rs -->          lines of it, in order; `// ...` is a gap
//! <!-- quote: src/server.rs fn echo -->  this item, from its first line to its last
//! ```
//!
//! A quote that shows no line of comment leaves them all out.

use std::fs;
use std::path::Path;

use crate::finding::Finding;
use crate::page::{Code, Element, Kind, Page};
use crate::shown::{are_shown, exactly, is_gap};

/// Compares every quote on a page in `folder` with its source.
pub fn check(page: &Page, folder: &Path) -> Vec<Finding> {
    let finding = |pair: &[Element]| {
        let Kind::Comment(text) = &pair[0].kind else { return None };
        let text = text.strip_prefix("quote:")?.trim();
        let Kind::Code(code) = &pair[1].kind else {
            return Some(Finding::new(pair[0].line, "no code block behind it"));
        };
        compare(page, code, text, folder)
            .unwrap_or_else(|e| Some(Finding::new(pair[0].line, e)))
    };
    page.elements.windows(2).filter_map(finding).collect()
}

fn compare(
    page: &Page,
    code: &Code,
    text: &str,
    folder: &Path,
) -> Result<Option<Finding>, String> {
    let (file, item) = text.split_once(' ').unwrap_or((text, ""));
    let source = fs::read_to_string(folder.join(file))
        .map_err(|e| format!("{file}: {e}"))?;
    let is_comment =
        |line: &str| line.trim_start().starts_with("//") && !is_gap(line);
    let has_comments = page.body(code).iter().any(|line| is_comment(line));
    let kept = |line: &&str| has_comments || !is_comment(line);
    let source: Vec<&str> = source.lines().filter(kept).collect();
    if item.is_empty() {
        return Ok(excerpt(page, code, &source));
    }
    let begins = source.iter().position(|line| is_item(line, item));
    let first = begins.ok_or(format!("no line begins with {item}"))?;
    let lines = first..=end_of_item(&source, first);
    Ok(exactly(page, code, &without_margin(&source[lines])))
}

/// An excerpt is lines of the source in order, at any one depth of indentation.
fn excerpt(page: &Page, code: &Code, source: &[&str]) -> Option<Finding> {
    let around = vec!["...".to_string()];
    let shown = [around.clone(), page.body(code), around].concat();
    let is_shown = |depth: usize| {
        let margin = " ".repeat(4 * depth);
        // A line that is less deep than that is none of this excerpt.
        let line = |line: &&str| match line.trim() {
            "" => String::new(),
            _ => line.strip_prefix(&margin).unwrap_or("\0").to_string(),
        };
        let source: Vec<String> = source.iter().map(line).collect();
        let around = vec![String::from("\0")];
        are_shown(&shown, &[around.clone(), source, around].concat())
    };
    (!(0..10).any(is_shown)).then(|| {
        let what = "these are no lines of the source, or not in this order";
        Finding::new(code.body.start, what)
    })
}

/// Does this item, `fn echo`, begin on this line?
fn is_item(line: &str, item: &str) -> bool {
    let ends = |rest: &str| {
        !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
    };
    let line = line.trim_start();
    ["", "pub ", "pub(crate) "].iter().any(|before| {
        let item = line.strip_prefix(before).and_then(|l| l.strip_prefix(item));
        item.is_some_and(ends)
    })
}

/// The last line of the item that begins here: the first that is as deep and closes it.
fn end_of_item(source: &[&str], first: usize) -> usize {
    let ends = |line: &&str| {
        depth(line) == depth(source[first])
            && line.trim_end().ends_with(['}', ';'])
    };
    let length = source[first..].iter().position(ends);
    length.map_or(source.len() - 1, |length| first + length)
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn without_margin(lines: &[&str]) -> Vec<String> {
    let full = lines.iter().filter(|line| !line.trim().is_empty());
    let margin = full.map(|line| depth(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(margin..).unwrap_or("").into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_quote_is_an_item_or_an_excerpt_with_its_comments_or_without() {
        let name = format!("quotes-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.rs"), SOURCE).unwrap();
        let said = |mark: &str, quote: &str| -> String {
            let page =
                format!("<!-- quote: {mark} -->\n```rust\n{quote}\n```\n");
            let found = check(&Page::parse(&page), &folder);
            found.into_iter().map(|found| found.what).collect()
        };
        let item = "pub fn say(\n    what: &str,\n) {\n    loop {\n        \
                    print(what);\n    }\n}";
        for (mark, quote) in [
            ("a.rs fn say_more", "fn say_more() {}"),
            ("a.rs fn say", item),
            ("a.rs", "loop {\n    print(what);\n}"),
            ("a.rs", "pub fn say(\n// ...\n    // Why.\n    loop {"),
        ] {
            assert_eq!(said(mark, quote), "", "{mark}: {quote}");
        }
        for (mark, quote, what) in [
            ("a.rs fn say", "// Why.\nfn say() {", "not so any more"),
            ("a.rs fn sing", "a", "no line begins with fn sing"),
            ("b.rs fn say", "a", "b.rs: "),
            ("a.rs", "loop {\n    print(that);\n}", "no lines of the source"),
            ("a.rs", "loop {\nprint(what);\n}", "no lines of the source"),
        ] {
            let said = said(mark, quote);
            assert!(said.contains(what), "{mark}: {quote}: {said}");
        }
        let page = Page::parse("<!-- quote: a.rs -->\n\n# no code\n");
        assert_eq!(check(&page, &folder).len(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
