//! Pictures of what a program prints, in the colours that a terminal gets.
//!
//! A comment on a page names the file and the command; the test makes the picture again
//! and compares:
//!
//! ```text
//! <!-- picture: pictures/exchange.svg
//! $ cargo run -q -p tcp-echo
//! from: 2. A message                from the first line that begins so
//! to: client     read               to the next one that begins so
//! -->
//! ```
//!
//! Without `from:` and `to:` it is all of the output. There can be several pairs; the
//! picture shows `...` where lines are left out.

use std::fs;
use std::path::Path;

use anstream::adapter::strip_str;
use anstyle_svg::Term;

use crate::finding::{REFRESH, updating};
use crate::shown::stable;

/// What a comment asks for.
#[derive(Debug, PartialEq)]
pub struct Picture {
    /// The file, seen from the page.
    pub file: String,
    /// The command, as a page shows one.
    pub command: String,
    /// Which parts of the output: first line, last line.
    parts: Vec<(String, String)>,
}

impl Picture {
    /// Reads a comment; `None` when it asks for no picture.
    pub fn parse(comment: &str) -> Option<Self> {
        let asked = comment.strip_prefix("picture:")?;
        let wanted = "a line `$ COMMAND`, and from: and to: in pairs";
        Some(
            Self::of(asked).unwrap_or_else(|| {
                panic!("a picture needs {wanted}: {asked:?}")
            }),
        )
    }

    fn of(asked: &str) -> Option<Self> {
        let mut lines =
            asked.lines().map(str::trim).filter(|line| !line.is_empty());
        let file = lines.next()?.into();
        let command = lines.next()?.strip_prefix("$ ")?.into();
        let mut parts = Vec::new();
        while let Some(from) = lines.next() {
            let [from, to] = [(from, "from:"), (lines.next()?, "to:")]
                .map(|(line, name)| line.strip_prefix(name).map(str::trim));
            parts.push((from?.into(), to?.into()));
        }
        Some(Self { file, command, parts })
    }

    /// The picture of this output.
    pub fn draw(&self, output: &str) -> Result<String, String> {
        let output = self.select(output)?;
        let shown = format!("$ {}\n{output}", self.command);
        Ok(svg(&self.command, shown.trim_end_matches('\n')))
    }

    fn select(&self, output: &str) -> Result<String, String> {
        if self.parts.is_empty() {
            return Ok(output.into());
        }
        let lines: Vec<&str> = output.lines().collect();
        let mut selected = Vec::new();
        let mut at = 0;
        for (from, to) in &self.parts {
            let find = |with: &str, at: usize| {
                let begins = |line: &&str| {
                    let plain = strip_str(line).to_string();
                    plain.trim_start().starts_with(with)
                };
                let found = lines[at..].iter().position(begins);
                found.map(|n| at + n).ok_or(format!("it prints no {with:?}"))
            };
            let start = find(from, at)?;
            let gap = start > at;
            at = find(to, start)? + 1;
            if gap {
                selected.push("...");
            }
            selected.extend(&lines[start..at]);
        }
        if at < lines.len() {
            selected.push("...");
        }
        Ok(selected.join("\n") + "\n")
    }
}

/// Compares the picture in this file with a fresh one, in which ports and measured
/// numbers may differ; or keeps the fresh one, with `UPDATE_README=1`.
pub fn keep(path: &Path, fresh: &str) -> Result<(), String> {
    let words = |svg: &str| {
        // The first line is the size: a number of another length can change it.
        let lines = svg.lines().skip(1);
        let words =
            lines.map(|line| line.replace('<', " <").replace('>', "> "));
        stable(&words.collect::<Vec<_>>())
    };
    let kept = fs::read_to_string(path).map(|kept| words(&kept));
    let drawn = words(fresh);
    let shown = path.display();
    let what = match kept {
        Ok(kept) if kept == drawn => return Ok(()),
        Ok(kept) => {
            let line = kept.iter().zip(&drawn).find(|(a, b)| a != b);
            format!("{shown} does not show what the program prints: {line:?}")
        }
        Err(_) => format!("there is no {shown}"),
    };
    if updating() {
        return fs::write(path, fresh).map_err(|e| e.to_string());
    }
    Err(format!("{what}\n{REFRESH}"))
}

/// The colours, on light paper and on dark. Of two rules for one class the later one
/// counts, so these stand behind those of the library. Black words on a coloured block
/// can be read on both.
const COLOURS: &str = include_str!("colours.css");

/// Text with the colours of a terminal, as a picture that follows the reader's theme.
/// A screen reader says the title. With a view box the picture shrinks on a narrow page,
/// and is not cut.
pub fn svg(title: &str, ansi: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let svg = Term::new().min_width_px(0).render_svg(ansi);
    let number = |name: &str| {
        let (_, behind) = svg.split_once(&format!("{name}=\"")).unwrap();
        behind.split_once("px\"").unwrap().0
    };
    let view =
        format!("viewBox=\"0 0 {} {}\"", number("width"), number("height"));
    svg.replacen('>', &format!(" {view}>\n  <title>{title}</title>"), 1)
        .replacen("  </style>", &format!("{COLOURS}  </style>"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rest: &str) -> Option<Picture> {
        Picture::of(&format!(" a.svg\n{rest}"))
    }

    #[test]
    fn parts_of_the_output_are_chosen_by_their_first_and_last_lines() {
        let output = "one\n \x1b[32mtwo\x1b[0m x\nthree\nfour\nfive\n";
        let selected = |rest| picture(rest).unwrap().select(output);
        assert_eq!(
            selected("$ a\nfrom: two\nto: three\nfrom: five\nto: five"),
            Ok("...\n \x1b[32mtwo\x1b[0m x\nthree\n...\nfive\n".into())
        );
        let said = selected("$ a\nfrom: two\nto: one").unwrap_err();
        assert_eq!(said, "it prints no \"one\"");
        for rest in [
            "$ a\nfrom: two",
            "$ a\nfom: two\nto: three",
            "from: two\nto: three",
        ] {
            assert_eq!(picture(rest), None);
        }
    }

    #[test]
    fn a_picture_differs_by_a_word_or_a_colour_and_not_by_a_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        let draw = |output: &str| picture("$ a").unwrap().draw(output).unwrap();
        let kept = draw("\x1b[32mat\x1b[0m 127.0.0.1:51234 after 12 ms\n");
        fs::write(&path, kept).unwrap();
        let other = draw("\x1b[32mat\x1b[0m 127.0.0.1:8080 after 7 ms\n");
        assert_eq!(keep(&path, &other), Ok(()));
        for other in ["\x1b[32mon\x1b[0m", "\x1b[33mat\x1b[0m"] {
            let other = draw(&format!("{other} 127.0.0.1:51234 after 12 ms\n"));
            let said = keep(&path, &other).unwrap_err();
            assert!(said.contains("does not show what the program prints"));
        }
        fs::remove_file(&path).unwrap();
        assert!(keep(&path, "").unwrap_err().starts_with("there is no "));
    }

    #[test]
    fn a_picture_has_the_colours_of_both_themes() {
        let svg = svg("a < b", "\x1b[32mgreen\x1b[0m\n");
        for wanted in [
            "px\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 62 56\">",
            "    .fg-green { fill: #116329 }\n",
            "    @media (prefers-color-scheme: dark) {\n",
            "      .fg-green { fill: #3FB950 }\n",
            ">green</tspan>",
            "<title>a &lt; b</title>",
        ] {
            assert!(svg.contains(wanted), "{wanted}: {svg}");
        }
    }
}
