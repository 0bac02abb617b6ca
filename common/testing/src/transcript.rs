//! Does a transcript show what a command prints?

use crate::excerpt::differs;
use crate::finding::Finding;
use crate::page::{Code, Page};
use crate::stable::stable;

/// Compares a transcript with what was really printed.
pub fn compare(page: &Page, code: &Code, real: &str) -> Option<Finding> {
    let shown = page.body(code);
    let stables = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| stable(line)).collect()
    };
    let real: Vec<String> = real.lines().map(str::to_string).collect();
    let (a, b) = (stables(&shown), stables(&real));
    // A program can print `...` too.
    let line = match differs(&a, &b, |_| false, true) {
        Some(line) if !shown.iter().any(|line| is_gap(line)) => line,
        Some(_) => differs(&a, &b, |line| is_gap(line), true)?,
        None => return None,
    };
    let says = shown.get(line).map_or("", String::as_str);
    let printed = match shown.iter().any(|line| is_gap(line)) {
        true => "after the lines above it, this is not printed".into(),
        false => {
            let line = real.get(line).map_or("", String::as_str);
            format!("printed: {line}")
        }
    };
    let what = format!(
        "the page does not show what the program prints\n     shown: {says}\n   \
         {printed}"
    );
    // A shortened transcript is written out: only an author can say what to leave out.
    let indent = " ".repeat(code.indent);
    let fresh = real.iter().map(|line| format!("{indent}{line}"));
    let fresh = fresh.map(|line| line.trim_end().to_string()).collect();
    Some(
        Finding::new(code.body.start + line, what)
            .with(code.body.clone(), fresh),
    )
}

/// Does this line stand for lines that are left out?
pub fn is_gap(line: &str) -> bool {
    line.trim() == "..."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::mend;

    /// What is said of a transcript in a list, and the page afterwards.
    fn compared(shown: &str, real: &str) -> Option<(String, String)> {
        let body = shown.replace('\n', "\n   ");
        let text = format!("1. it:\n   ```console\n   {body}\n   ```\n");
        let page = Page::parse(&text);
        let code = page.codes().next().unwrap();
        let found = compare(&page, code, real)?;
        let said = format!("{}: {}", found.line + 1, found.what);
        Some((said, mend(&text, vec![found.fresh.unwrap()])))
    }

    #[test]
    fn a_transcript_may_differ_in_ports_and_measured_times_only() {
        let shown = "from 127.0.0.1:41234 after 3 ms";
        assert_eq!(compared(shown, "from 127.0.0.1:8080 after 12 ms\n"), None);
        let real = "from 127.0.0.1:8080 after 12 bytes\n";
        let (said, page) = compared(shown, real).unwrap();
        assert!(said.starts_with("3: the page does not show"), "{said}");
        assert!(
            page.ends_with(&format!("console\n   {real}   ```\n")),
            "{page}"
        );
    }

    #[test]
    fn a_shortened_transcript_shows_the_lines_around_the_gap_in_order() {
        let real = "one\ntwo\nthree\nfour\n";
        assert_eq!(compared("one\n...\nfour", real), None);
        let (said, page) = compared("one\n...\nfive\n...", real).unwrap();
        assert!(said.starts_with("5: "), "{said}");
        assert!(said.contains("shown: five"), "{said}");
        assert!(page.contains("   three\n   four\n   ```"), "{page}");
        assert!(compared("one\n...\nthree", real).is_some());
        assert!(compared("one\ntwo\nthree", real).is_some());
    }

    #[test]
    fn dots_that_the_program_prints_are_no_gap() {
        assert_eq!(compared("one\n...\ntwo", "one\n...\ntwo\n"), None);
    }
}
