//! Is a translated page in step with the English one? It has the same commands and code
//! blocks in the same order, besides its own, and says once which state of the English
//! page it translates: `<!-- of: 1a2b3c4d -->`.

use crate::finding::Finding;
use crate::page::{Code, Kind, Page};

/// Compares a translation with the English page.
pub fn check(translation: &Page, english: &Page) -> Vec<Finding> {
    let mark = format!("of: {}", state(english));
    let is_mark =
        |kind: &Kind| matches!(kind, Kind::Comment(text) if *text == mark);
    let mut findings = Vec::new();
    if !translation.elements.iter().any(|element| is_mark(&element.kind)) {
        let what = format!(
            "the English page says something else since this was translated (git diff \
             shows what); translate that, and put <!-- {mark} --> here"
        );
        findings.push(Finding::new(1, what));
    }
    let mut ours = translation.codes();
    for their in english.codes() {
        let their = essence(their);
        if !ours.any(|our| essence(our) == their) {
            let what = format!(
                "the English page's block of {:?} is missing here, or is another one, \
                 or stands in another place: {:?}",
                their.0, their.1
            );
            findings.push(Finding::new(0, what));
            break; // those behind it are not found either
        }
    }
    findings
}

/// Is this block a drawing? That is words, and they are translated.
fn is_drawing(code: &Code) -> bool {
    ["text", "mermaid"].contains(&code.language.as_str())
}

/// What a translation may not change of a block. Its remarks are words; what a command
/// prints is compared with the run.
fn essence(code: &Code) -> (&str, Vec<String>) {
    let (language, lines) = (code.language.as_str(), &code.lines);
    let sign = if language == "rust" { "//" } else { "#" };
    let without_remark = |line: &String| {
        let line = format!(" {line}");
        let code = line.split(&format!(" {sign}")).next()?.trim();
        (!code.is_empty()).then(|| code.to_string())
    };
    let kept = match language {
        _ if is_drawing(code) => Vec::new(),
        "console" => lines.iter().take(1).cloned().collect(),
        _ => lines.iter().filter_map(without_remark).collect(),
    };
    (language, kept)
}

/// A number for what a page says in words, wherever its lines break.
fn state(page: &Page) -> String {
    let mut said = page.lines.clone();
    for code in page.codes().filter(|code| !is_drawing(code)) {
        said[code.first..][..code.lines.len()].fill(String::new());
    }
    // FNV-1a: the same on every system.
    let mut number: u32 = 0x811c_9dc5;
    for word in said.iter().flat_map(|line| line.split_whitespace()) {
        for byte in word.bytes().chain([b' ']) {
            number = (number ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    format!("{number:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "# Title\n\nSome words.\n\n```sh\nls # list\n```\n\n\
                           ```console\n$ a\nb\n```\n\n```text\n<-- bytes\n```\n";

    /// What is said of a translation, changed like this.
    fn said(change: (&str, &str), english: &str) -> String {
        let ours = format!(
            "# 标题\n<!-- of: {} -->\n\n一些话。\n\n```sh\nmore\n```\n\n\
             ```sh\n# 列出\nls # 列出\n```\n\n```console\n$ a\nb\n```\n\n\
             ```text\n<-- 字节\n```\n",
            state(&Page::parse(ENGLISH))
        );
        let ours = Page::parse(&ours.replace(change.0, change.1));
        let found = check(&ours, &Page::parse(english));
        found.into_iter().map(|found| found.what).collect()
    }

    #[test]
    fn another_english_page_and_other_commands_are_noticed() {
        let nothing = ("", "");
        let wrapped = ENGLISH.replace("Some words", "Some\nwords");
        let other_output = ENGLISH.replace("b\n", "c\n");
        for english in [ENGLISH, &wrapped, &other_output] {
            assert_eq!(said(nothing, english), "", "{english}");
        }
        for change in [("Some", "More"), ("<--", "-->")] {
            let changed = ENGLISH.replace(change.0, change.1);
            assert!(said(nothing, &changed).contains("put <!-- of: "));
        }
        assert!(said(("of:", "off:"), ENGLISH).contains("put <!-- of: "));
        for change in [("\nls", "\ndir"), ("$ a", "$ b"), ("```sh", "```bash")]
        {
            let said = said(change, ENGLISH);
            assert!(said.contains("is missing here"), "{change:?}: {said}");
        }
        let other_order = ENGLISH.replace("ls # list", "ls\n```\n```sh\nmore");
        assert!(said(nothing, &other_order).contains("is missing here"));
    }
}
