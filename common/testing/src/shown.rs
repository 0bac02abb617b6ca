//! Is what a page shows what is so? Compares lines, of which some may be left out, and
//! some are different in every run.

use crate::finding::Finding;
use crate::page::Code;

/// Compares a transcript with what was really printed: ports and measured times may
/// differ, and a line `...` stands for lines that are left out.
pub fn transcript(code: &Code, printed: &[String]) -> Option<Finding> {
    let (shown, real) = (stable(&code.lines), stable(printed));
    if are_shown(&shown, &real) {
        return None;
    }
    let is_wrong = |line: &String| !is_gap(line) && !real.contains(line);
    let both = shown.iter().zip(&real);
    let line = shown
        .iter()
        .position(is_wrong)
        .unwrap_or_else(|| both.take_while(|(a, b)| a == b).count());
    let says = code.lines.get(line).map_or("", String::as_str);
    // A shortened one is written out: only an author can say what to leave out.
    let indent = " ".repeat(code.indent);
    let indented = |line: &String| format!("{indent}{line}").trim_end().into();
    let fresh = printed.iter().map(indented).collect();
    let end = code.first + code.lines.len();
    Some(Finding {
        line: code.first + line,
        what: format!(
            "this is not so any more, or something is left out: {says}"
        ),
        fresh: Some((code.first..end, fresh)),
    })
}

/// Are these the lines, apart from those that a gap stands for (one at least)?
pub fn are_shown(shown: &[String], real: &[String]) -> bool {
    let Some((line, rest)) = shown.split_first() else {
        return real.is_empty();
    };
    // A program can print `...` too.
    real.first() == Some(line) && are_shown(rest, &real[1..])
        || is_gap(line) && (1..=real.len()).any(|n| are_shown(rest, &real[n..]))
}

/// Does this line stand for lines that are left out?
pub fn is_gap(line: &str) -> bool {
    ["...", "// ...", "# ..."].contains(&line.trim())
}

/// Lines without what differs from run to run: ports, measured numbers, padding, and the
/// length and the rate of a progress bar.
pub fn stable(lines: &[String]) -> Vec<String> {
    const UNITS: [&str; 6] = ["s", "ms", "µs", "MB/s", "KiB/s", "MiB/s"];
    let stable = |line: &String| {
        let mut words: Vec<_> =
            line.split_whitespace().map(without_port).collect();
        let has_bar = words.iter().any(|word| word.starts_with("[="))
            && words.iter().any(|word| word == "left");
        for i in 0..words.len() {
            let unit = words[i].trim_end_matches([',', '.', ';', ')']);
            let of_bar = unit.ends_with("B/s") || unit == "left";
            if i > 0 && (UNITS.contains(&unit) || has_bar && of_bar) {
                words[i - 1] = "N".into();
            }
            if has_bar && (of_bar || words[i].starts_with("[=")) {
                words[i] = "BAR".into();
            }
        }
        words.join(" ")
    };
    lines.iter().map(stable).collect()
}

fn without_port(word: &str) -> String {
    for host in ["127.0.0.1:", "0.0.0.0:"] {
        if let Some((before, rest)) = word.split_once(host) {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            return format!("{before}{host}PORT{rest}");
        }
    }
    word.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_string).collect()
    }

    fn same(shown: &str, real: &str) -> bool {
        are_shown(&stable(&lines(shown)), &stable(&lines(real)))
    }

    #[test]
    fn a_shortened_text_shows_lines_in_order_from_the_first_to_the_last() {
        let real = "a\nb\nc\nd\ne";
        for shown in [real, "a\n...\ne", "...\nc\nd\n...", "a\nb\n...\nd\ne"] {
            assert!(same(shown, real), "{shown}");
        }
        for shown in [
            "a\nb\nc\nd",          // the end is missing
            "a\nb\n...\nc\nd\ne",  // nothing is left out here
            "...\nd\n...\nc\n...", // not in order
            "a\n...\nx\n...\ne",   // not in the text
            "a\n...\nd",           // not the end
            "b\n...\ne",           // not the beginning
            "a\nb\nc\nd\ne\n...",  // nothing is left out here either
        ] {
            assert!(!same(shown, real), "{shown}");
        }
        assert!(same("a\n...\nb", "a\n...\nb")); // printed dots
        assert!(same("a\n...\nb\nc", "a\nb\nc\nb\nc")); // the last lines
    }

    #[test]
    fn a_line_may_differ_in_ports_measured_times_and_the_length_of_a_bar() {
        let line = "from 127.0.0.1:41234 after 3 ms";
        assert!(same(line, "from 127.0.0.1:8080  after 12 ms"));
        assert!(!same(line, "from 127.0.0.1:8080 after 3 bytes"));
        assert!(!same("after 3 bytes", "after 4 bytes"));
        let bar = "x [===>  ] 50% of 16.00 MiB, 7.34 MiB/s, 1s left";
        let fast = "x [==>   ] 50% of 16.00 MiB, 1.34 GiB/s, 2m left";
        assert!(same(bar, fast));
        assert!(!same(bar, "x [==> ] 51% of 16.00 MiB, 7.34 MiB/s, 1s left"));
        assert!(!same("waits 5s, 1s left", "waits 5s, 2s left"));
        assert!(!same("[== 1s", "[=== 1s"));
    }

    #[test]
    fn what_is_not_so_is_named_with_its_line_and_the_fresh_lines_are_indented()
    {
        let page = Page::parse("1. it:\n   ```console\n   a\n   x\n   ```\n");
        let code = page.codes().next().unwrap();
        let found = transcript(code, &lines("a\nb")).unwrap();
        assert!(found.what.ends_with(": x"), "{}", found.what);
        let fresh = lines("   a\n   b");
        assert_eq!((found.line, found.fresh), (3, Some((2..4, fresh))));
        assert_eq!(transcript(code, &lines("a\nx\nb")).unwrap().line, 4);
    }
}
