//! A command on a page: `printf 'hello\n' | cargo run -q -p tcp-echo -- client`.

/// What is piped into a lesson's program, and its arguments.
pub struct Command {
    /// Which lesson's program.
    pub lesson: String,
    /// What is piped into it.
    pub stdin: Vec<u8>,
    /// Its arguments.
    pub args: Vec<String>,
}

impl Command {
    /// Reads a command as a page shows it.
    ///
    /// # Errors
    ///
    /// When it has another form.
    pub fn parse(command: &str) -> Result<Self, String> {
        let other = || {
            format!(
                "a command that is compared is `cargo run -q -p LESSON [-- \
                 ARGUMENTS]`, or that behind `printf 'TEXT' | `; this one is \
                 {command:?}"
            )
        };
        let (stdin, cargo) = match command.split_once("' | ") {
            Some((printf, cargo)) => {
                let text = printf.strip_prefix("printf '").ok_or_else(other)?;
                (text.replace("\\n", "\n"), cargo)
            }
            None => (String::new(), command),
        };
        let words = cargo.strip_prefix("cargo run -q -p ").ok_or_else(other)?;
        let (lesson, args) = words.split_once(" -- ").unwrap_or((words, ""));
        let mut quoted = false;
        let args = args.split(|c: char| {
            quoted ^= c == '\'';
            c == '\'' || (c == ' ' && !quoted)
        });
        let args = args.filter(|a| !a.is_empty()).map(str::to_string);
        Ok(Self {
            lesson: lesson.trim().into(),
            stdin: stdin.into(),
            args: args.collect(),
        })
    }

    /// `server`, `client`, … or nothing.
    pub fn subcommand(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }

    /// Gives an option this value, whatever the page shows.
    pub fn replace_option(&mut self, option: &str, value: &str) {
        match self.args.iter().position(|arg| arg == option) {
            Some(at) if at + 1 < self.args.len() => {
                self.args[at + 1] = value.into();
            }
            _ => self.add(&[option, value]),
        }
    }

    /// Puts these behind the subcommand.
    pub fn add(&mut self, args: &[&str]) {
        self.args.splice(1..1, args.iter().map(|arg| (*arg).to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart() {
        let text =
            r"printf 'a\nb c\n' | cargo run -q -p x -- client 'two words' one";
        let command = Command::parse(text).unwrap();
        assert_eq!(command.lesson, "x");
        assert_eq!(command.stdin, b"a\nb c\n");
        assert_eq!(command.args, ["client", "two words", "one"]);
        let tour = Command::parse("cargo run -q -p x").unwrap();
        assert_eq!((tour.lesson.as_str(), tour.subcommand()), ("x", ""));
    }

    #[test]
    fn an_option_that_the_page_shows_gets_another_value() {
        let text = "cargo run -q -p x -- client --addr 127.0.0.1:9000";
        let mut command = Command::parse(text).unwrap();
        command.replace_option("--addr", "a");
        command.replace_option("--to", "b");
        assert_eq!(command.args, ["client", "--to", "b", "--addr", "a"]);
    }

    #[test]
    fn a_command_that_is_none_of_a_lesson_is_an_error() {
        for text in ["ls", "cargo run -p x", "cat a' | cargo run -q -p x"] {
            let said = Command::parse(text).err().unwrap();
            assert!(said.contains(text), "{said}");
        }
    }
}
