//! Quotes of the sources on a page: are they what the source says?
//!
//! The code block behind `<!-- quote: src/server.rs -->` shows lines of that file, in
//! order; `// ...` is a gap. A quote that shows no line of comment leaves them all out.

use std::fs;
use std::path::Path;

use crate::finding::Finding;
use crate::page::{Element, Kind, Page};
use crate::shown::{are_shown, is_gap};

/// Compares every quote on a page in `folder` with its source.
pub fn check(page: &Page, folder: &Path) -> Vec<Finding> {
    let finding = |pair: &[Element]| {
        let Kind::Comment(text) = &pair[0].kind else { return None };
        let file = text.strip_prefix("quote:")?.trim();
        let compared = match &pair[1].kind {
            Kind::Code(code) => compare(&code.lines, &folder.join(file)),
            _ => Err("no code block behind it".into()),
        };
        Some(Finding::new(pair[1].line, compared.err()?))
    };
    page.elements.windows(2).filter_map(finding).collect()
}

fn compare(quote: &[String], path: &Path) -> Result<(), String> {
    let source = fs::read_to_string(path)
        .map_err(|e| format!("{}: {e}", path.display()))?;
    let is_comment =
        |line: &str| line.trim_start().starts_with("//") && !is_gap(line);
    let has_comments = quote.iter().any(|line| is_comment(line));
    let kept = |line: &&str| has_comments || !is_comment(line);
    let source: Vec<&str> = source.lines().filter(kept).collect();
    // It begins and ends anywhere, and has any one depth of indentation.
    let around = ["...".to_string()];
    let quote = [&around, quote, &around].concat();
    let is_shown = |depth: usize| {
        let margin = " ".repeat(4 * depth);
        // A line that is less deep than that is none of this quote.
        let line = |line: &&str| match line.trim() {
            "" => String::new(),
            _ => line.strip_prefix(&margin).unwrap_or("\0").to_string(),
        };
        let source: Vec<String> = source.iter().map(line).collect();
        let around = ["\0".to_string()];
        are_shown(&quote, &[&around, &source[..], &around].concat())
    };
    let path = path.display();
    (0..10).any(is_shown).then_some(()).ok_or_else(|| {
        format!("these are no lines of {path}, or not in this order")
    })
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
";

    #[test]
    fn a_quote_is_lines_of_the_source_with_its_comments_or_without() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), SOURCE).unwrap();
        let said = |file: &str, quote: &str| -> String {
            let page =
                format!("<!-- quote: {file} -->\n```rust\n{quote}\n```\n");
            let found = check(&Page::parse(&page), folder.path());
            found.into_iter().map(|found| found.what).collect()
        };
        for quote in [
            "pub fn say(\n    what: &str,\n) {\n    loop {",
            "loop {\n    print(what);\n}",
            "pub fn say(\n// ...\n    // Why.\n    loop {",
        ] {
            assert_eq!(said("a.rs", quote), "", "{quote}");
        }
        for (file, quote, what) in [
            ("b.rs", "a", "b.rs: "),
            ("a.rs", "// Why.\npub fn say(", "are no lines of"),
            ("a.rs", "pub fn say(\n) {", "are no lines of"),
            ("a.rs", "loop {\n    print(that);\n}", "are no lines of"),
            ("a.rs", "loop {\nprint(what);\n}", "are no lines of"),
        ] {
            assert!(said(file, quote).contains(what), "{file}: {quote}");
        }
        let page = Page::parse("<!-- quote: a.rs -->\n\n# no code\n");
        assert_eq!(check(&page, folder.path()).len(), 1);
    }
}
