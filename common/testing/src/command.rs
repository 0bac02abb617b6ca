//! A command on a page, as a student types it, and where the page shows what it prints.

use crate::page::{Code, Element, Kind};
use crate::picture::Picture;

/// `printf 'a\n' | cargo run -q -p LESSON -- ARGUMENTS`.
pub(crate) struct Command {
    pub line: usize,
    pub lesson: String,
    pub stdin: String,
    pub args: Vec<String>,
    pub shown: Shown,
}

/// Where a page shows what a command prints.
pub(crate) enum Shown {
    Below(Code),
    Drawn(Picture),
}

impl Command {
    /// The command that this element of a page asks for, if it does.
    pub(crate) fn of(element: &Element) -> Option<Self> {
        let (text, shown) = match &element.kind {
            Kind::Code(code) if code.language == "console" => {
                let mut output = code.clone();
                output.first += 1;
                let typed = output.lines.drain(..code.lines.len().min(1));
                (typed.collect(), Shown::Below(output))
            }
            Kind::Comment(text) => {
                let picture = Picture::parse(text)?;
                (format!("$ {}", picture.command), Shown::Drawn(picture))
            }
            _ => return None,
        };
        let command = Self::parse(element.line, &text, shown);
        Some(command.unwrap_or_else(|| {
            panic!(
                "a command that is compared is \
                 `$ cargo run -q -p LESSON [-- ARGUMENTS]`, or that behind \
                 `printf 'TEXT' | `; this one is {text:?}"
            )
        }))
    }

    fn parse(line: usize, text: &str, shown: Shown) -> Option<Self> {
        let text = text.strip_prefix("$ ")?;
        let (stdin, cargo) = match text.split_once("' | ") {
            Some((printf, cargo)) => (printf.strip_prefix("printf '")?, cargo),
            None => ("", text),
        };
        let words = cargo.strip_prefix("cargo run -q -p ")?;
        let (lesson, args) = words.split_once(" -- ").unwrap_or((words, ""));
        let mut quoted = false;
        let args = args.split(|c: char| {
            quoted ^= c == '\'';
            c == '\'' || (c == ' ' && !quoted)
        });
        let args = args.filter(|a| !a.is_empty()).map(str::to_string);
        Some(Self {
            line,
            lesson: lesson.trim().into(),
            stdin: stdin.replace("\\n", "\n"),
            args: args.collect(),
            shown,
        })
    }

    /// `server`, `client`, … or nothing.
    pub(crate) fn subcommand(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }

    /// Gives an option this value, whatever the page shows.
    pub(crate) fn set(&mut self, option: &str, value: &str) {
        match self.args.iter().position(|arg| arg == option) {
            Some(at) => self.args[at + 1] = value.into(),
            None => {
                self.args.splice(1..1, [option, value].map(Into::into));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::page::Page;

    fn command(text: &str) -> Command {
        let page = Page::parse(&format!("```console\n{text}\n```\n"));
        Command::of(&page.elements[0]).unwrap()
    }

    #[test]
    fn a_command_is_taken_apart() {
        let text = r"$ printf 'a\nb c\n' | cargo run -q -p x -- client 'two words' one";
        let mut found = command(text);
        assert_eq!((&*found.lesson, &*found.stdin), ("x", "a\nb c\n"));
        assert_eq!(found.args, ["client", "two words", "one"]);
        found.set("--addr", "a");
        found.set("--addr", "b");
        assert_eq!(found.args[..3], ["client", "--addr", "b"]);
        let tour = command("$ cargo run -q -p x");
        assert_eq!((&*tour.lesson, tour.subcommand()), ("x", ""));
        for text in
            ["$ ls", "cargo run -q -p x", "$ cat a' | cargo run -q -p x"]
        {
            assert!(catch_unwind(|| command(text)).is_err(), "{text}");
        }
    }
}
