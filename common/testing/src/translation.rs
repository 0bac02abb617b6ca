//! Is a translated page in step with the English one?
//!
//! Each section of the translation says which text it was translated from, below its
//! heading: `<!-- of: 1a2b3c4d -->`. The number belongs to the prose of the English
//! section: a new line break, a link's target or another transcript does not change it.

use std::ops::Range;

use crate::finding::Finding;
use crate::page::{Kind, Page};

/// A heading, and what stands below it up to the next one.
struct Section<'a> {
    page: &'a Page,
    title: &'a str,
    level: usize,
    lines: Range<usize>,
}

/// Compares a translation with the English page, section by section.
pub fn check(translation: &Page, english: &Page) -> Vec<Finding> {
    let (ours, theirs) = (sections(translation), sections(english));
    let mut findings = Vec::new();
    for (i, their) in theirs.iter().enumerate() {
        match ours.get(i) {
            Some(our) if our.level == their.level => {
                findings.extend(our.is_of(their));
                findings.extend(our.has_the_commands_of(their));
            }
            Some(our) => findings.push(Finding::new(
                our.lines.start,
                format!("the English section here is {:?}", their.title),
            )),
            None => findings.push(Finding::new(
                translation.lines.len(),
                format!("the English section {:?} is missing", their.title),
            )),
        }
    }
    for our in ours.iter().skip(theirs.len()) {
        findings.push(Finding::new(our.lines.start, "not on the English page"));
    }
    findings
}

fn sections(page: &Page) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for element in &page.elements {
        let Kind::Heading(level, title) = &element.kind else { continue };
        if let Some(last) = sections.last_mut() {
            last.lines.end = element.line;
        }
        let lines = element.line..page.lines.len();
        sections.push(Section { page, title, level: *level, lines });
    }
    sections
}

impl Section<'_> {
    fn elements(&self) -> impl Iterator<Item = &Kind> {
        let inside = |line| self.lines.contains(&line);
        let elements = self.page.elements.iter();
        elements.filter(move |e| inside(e.line)).map(|e| &e.kind)
    }

    /// The number of this section's prose.
    fn number(&self) -> String {
        let mut left_out = vec![false; self.page.lines.len()];
        for element in &self.page.elements {
            let lines = match &element.kind {
                Kind::Code(code) => code.body.clone(),
                Kind::Comment(_, behind) => element.line..*behind,
                _ => continue,
            };
            left_out[lines].fill(true);
        }
        let lines = self.lines.clone().filter(|line| !left_out[*line]);
        let words = lines.flat_map(|line| {
            without_targets(&self.page.lines[line])
                .split_whitespace()
                .map(str::to_string)
                .collect::<Vec<_>>()
        });
        // FNV-1a: a number for a text, the same on every system.
        let mut number: u32 = 0x811c_9dc5;
        for word in words {
            for byte in word.bytes().chain([b' ']) {
                number = (number ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        format!("{number:08x}")
    }

    /// Is this the translation of what the English section says now?
    fn is_of(&self, english: &Self) -> Option<Finding> {
        let mut comments = self.elements().filter_map(|kind| match kind {
            Kind::Comment(text, _) => text.strip_prefix("of:"),
            _ => None,
        });
        let now = english.number();
        let what = match comments.next().map(str::trim) {
            Some(number) if number == now => return None,
            Some(_) => {
                "has changed since this was translated; translate it again"
            }
            None => "has no mark here; translate it",
        };
        let what = format!(
            "the English section {:?} {what}, and put this below the heading: \
             <!-- of: {now} -->",
            english.title
        );
        Some(Finding::new(self.lines.start, what))
    }

    /// Are the commands and their transcripts those of the English section?
    fn has_the_commands_of(&self, english: &Self) -> Vec<Finding> {
        let codes = |section: &Self| -> Vec<_> {
            let codes = section.elements().filter_map(|kind| match kind {
                Kind::Code(code) => Some(code.clone()),
                _ => None,
            });
            codes.collect()
        };
        let (ours, theirs) = (codes(self), codes(english));
        let languages = |codes: &[crate::page::Code]| -> Vec<String> {
            codes.iter().map(|code| code.language.clone()).collect()
        };
        if languages(&ours) != languages(&theirs) {
            let what = format!(
                "the code blocks of {:?} are {:?}, and here {:?}",
                english.title,
                languages(&theirs),
                languages(&ours)
            );
            return vec![Finding::new(self.lines.start, what)];
        }
        let mut findings = Vec::new();
        for (our, their) in ours.iter().zip(&theirs) {
            let (shown, english) =
                (self.page.body(our), english.page.body(their));
            let same = match our.language.as_str() {
                "console" => shown == english,
                // The remarks are translated, the commands are not.
                "sh" => shown
                    .iter()
                    .map(|line| without_remark(line))
                    .eq(english.iter().map(|line| without_remark(line))),
                _ => true,
            };
            if !same {
                let what = "the English page shows another command or output";
                let found = Finding::new(our.body.start, what);
                let copied = our.language == "console" && our.indent == 0;
                findings.push(match copied {
                    true => found.with(our.body.clone(), english),
                    false => found,
                });
            }
        }
        findings
    }
}

/// A line without where its links lead: `[text](target)` is `[text]`.
fn without_targets(line: &str) -> String {
    let mut parts = line.split("](");
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let behind = part.split_once(')').map_or("", |(_, behind)| behind);
        text = text + "]" + behind;
    }
    text
}

/// A command without what `#` says of it.
fn without_remark(line: &str) -> &str {
    let command = line.split_once(" #").map_or(line, |(command, _)| command);
    if command.trim_start().starts_with('#') { "" } else { command.trim_end() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::mend;

    const ENGLISH: &str = "# Title\n\nSome [words](a.md).\n\n```sh\nls # list\n```\n\n\
                           ## Part\n\nMore.\n\n```console\n$ a\nb\n```\n";

    /// A translation of `ENGLISH` with these changes.
    fn said(changes: &[(&str, &str)], english: &str) -> (Vec<String>, String) {
        let numbers: Vec<String> = sections(&Page::parse(ENGLISH))
            .iter()
            .map(Section::number)
            .collect();
        let mut text = format!(
            "# 标题\n<!-- of: {} -->\n\n一些话。\n\n```sh\nls # 列出\n```\n\n\
             ## 部分\n<!-- of: {} -->\n\n更多。\n\n```console\n$ a\nb\n```\n",
            numbers[0], numbers[1]
        );
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replace(old, new);
        }
        let found = check(&Page::parse(&text), &Page::parse(english));
        let said = found.iter().map(|f| format!("{}: {}", f.line + 1, f.what));
        let said = said.collect();
        let fresh = found.into_iter().filter_map(|f| f.fresh).collect();
        (said, mend(&text, fresh))
    }

    #[test]
    fn a_translation_in_step_is_left_alone() {
        assert_eq!(said(&[], ENGLISH).0, Vec::<String>::new());
        let wrapped =
            ENGLISH.replace("Some [words](a.md)", "Some\n[words](b.md)");
        assert_eq!(said(&[], &wrapped).0, Vec::<String>::new());
    }

    #[test]
    fn a_section_whose_english_has_changed_is_named() {
        let english = ENGLISH.replace("More", "Even more");
        let (said, _) = said(&[], &english);
        assert_eq!(said.len(), 1);
        let wanted = "10: the English section \"Part\" has changed since this was \
                      translated; translate it again, and put this below the \
                      heading: <!-- of: ";
        assert!(said[0].starts_with(wanted), "{}", said[0]);
    }

    #[test]
    fn a_section_that_names_no_english_one_is_named() {
        let (said, _) = said(&[("<!-- of: ", "<!-- off: ")], ENGLISH);
        assert_eq!(said.len(), 2);
        assert!(
            said[0].starts_with("1: the English section \"Title\" has no mark")
        );
    }

    #[test]
    fn a_missing_section_and_one_too_many_are_named() {
        let more = format!("{ENGLISH}\n## New\n\nText.\n");
        let (added, _) = said(&[], &more);
        assert_eq!(added, ["19: the English section \"New\" is missing"]);
        let (short, _) =
            said(&[], &ENGLISH[..ENGLISH.find("## Part").unwrap()]);
        assert_eq!(short, ["10: not on the English page"]);
    }

    #[test]
    fn a_transcript_is_copied_and_a_command_is_compared() {
        let what = "the English page shows another command or output";
        let (found, page) = said(&[("$ a\nb", "$ a\nc")], ENGLISH);
        assert_eq!(found, [format!("16: {what}")]);
        assert!(page.ends_with("$ a\nb\n```\n"), "{page}");
        let (found, _) = said(&[("ls #", "dir #")], ENGLISH);
        assert_eq!(found, [format!("7: {what}")]);
        let (found, _) = said(&[("```sh", "```text")], ENGLISH);
        assert!(found[0].contains("are [\"sh\"], and here [\"text\"]"));
    }
}
