//! The command that starts the graded program, with its placeholders filled in.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::printable::printable;

/// What stands in a command for what the grader decides.
#[derive(Clone, Debug)]
pub struct Places {
    /// `HOST`, `PORT` and `HOST:PORT`.
    pub addr: SocketAddr,
    /// `NAME`: the file that a client is to get.
    pub name: String,
    /// `DIR`: the folder that is shared, or downloaded to.
    pub dir: PathBuf,
}

impl Places {
    fn of(&self, word: &str) -> Option<OsString> {
        match word {
            "PORT" => Some(self.addr.port().to_string().into()),
            "HOST" => Some(self.addr.ip().to_string().into()),
            "HOST:PORT" => Some(self.addr.to_string().into()),
            "NAME" => Some(self.name.clone().into()),
            "DIR" => Some(self.dir.clone().into_os_string()),
            _ => None,
        }
    }
}

/// A program and its arguments, as they were typed.
#[derive(Clone, Debug)]
pub struct Template {
    program: OsString,
    args: Vec<OsString>,
}

impl Template {
    /// From the words of a command line; `None` when there are none.
    pub fn new(words: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut words = words.into_iter();
        let program = words.next()?;
        Some(Self { program, args: words.collect() })
    }

    /// Is this one of its arguments?
    pub fn has(&self, word: &str) -> bool {
        self.args.iter().any(|arg| arg == word)
    }

    /// May the grader choose the port?
    pub fn takes_a_port(&self) -> bool {
        self.has("PORT") || self.has("HOST:PORT")
    }

    /// The command with its placeholders filled in; the same are in its environment.
    pub fn command(&self, places: &Places) -> Command {
        let mut command = Command::new(&self.program);
        for arg in &self.args {
            let place = arg.to_str().and_then(|word| places.of(word));
            command.arg(place.unwrap_or_else(|| arg.clone()));
        }
        for name in ["HOST", "PORT", "NAME", "DIR"] {
            if let Some(value) = places.of(name) {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// As it was typed, for the report.
    pub fn shown(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        let words: Vec<String> =
            words.map(|word| printable(word.as_encoded_bytes())).collect();
        words.join(" ")
    }
}
