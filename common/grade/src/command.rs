//! The command that starts the graded program, with its placeholders filled in, in a
//! working folder of its own.

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::printable::printable;
use tempfile::TempDir;

/// What a program is asked to do, and what stands for it in a command.
#[derive(Clone, Debug)]
pub struct Task {
    /// The server's address: `HOST`, `PORT` and `HOST:PORT`.
    pub addr: SocketAddr,
    /// `NAME`: the file that a client is to get.
    pub name: String,
    /// `DIR`: the folder that is shared, or downloaded to.
    pub dir: PathBuf,
    /// What is typed, and then the end of it; nothing, and no end, where this is empty.
    pub input: Vec<u8>,
}

impl Task {
    /// For a program that needs an address, and no more.
    pub(crate) fn at(addr: SocketAddr) -> Self {
        let (name, dir) = (String::new(), PathBuf::from("."));
        Self { addr, name, dir, input: Vec::new() }
    }

    fn all(&self) -> [(&'static str, OsString); 5] {
        [
            ("HOST:PORT", self.addr.to_string().into()),
            ("HOST", self.addr.ip().to_string().into()),
            ("PORT", self.addr.port().to_string().into()),
            ("NAME", self.name.clone().into()),
            ("DIR", self.dir.clone().into()),
        ]
    }
}

/// A program and its arguments, as they were typed.
#[derive(Clone, Debug)]
pub struct Template {
    words: Vec<OsString>,
    from: Option<PathBuf>,
}

impl Template {
    /// From the words of a command line; `None` when there are none. `from` is the folder
    /// to work in, or rather one of links to what lies there: a program that empties its
    /// working folder removes the links. Without it the program works here.
    pub fn new(
        words: impl IntoIterator<Item = OsString>,
        from: Option<PathBuf>,
    ) -> Option<Self> {
        let words: Vec<OsString> = words.into_iter().collect();
        (!words.is_empty()).then_some(Self { words, from })
    }

    /// Is this placeholder in it, or does a shell in it, or a line of code, take it from
    /// the environment?
    pub fn has(&self, name: &str) -> bool {
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        self.words.iter().any(|word| {
            let word = word.to_string_lossy();
            word.split(|c| !is_letter(c)).any(|part| part == name)
        })
    }

    /// The command with its placeholders filled in; the same are in its environment. And
    /// its working folder, which has to live as long as the program.
    pub fn command(
        &self,
        task: &Task,
    ) -> io::Result<(Command, Option<TempDir>)> {
        let places = task.all();
        let words = self.words.iter().cloned();
        let mut words =
            words.map(|word| places.iter().fold(word, Self::filled));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).envs(places.into_iter().skip(1));
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let folder = self.from.as_deref().map(links_to).transpose()?;
        if let Some(folder) = &folder {
            command.current_dir(folder.path());
        }
        Ok((command, folder))
    }

    /// The argument with this placeholder filled in, where it is there: alone, or behind
    /// one of `=:,@/` or a space, as in `--port=PORT`. (Not in `$PORT`, which a shell
    /// fills in.)
    pub fn filled(arg: OsString, (name, value): &(&str, OsString)) -> OsString {
        if arg == *name {
            return value.clone();
        }
        let (Some(text), Some(value)) = (arg.to_str(), value.to_str()) else {
            return arg;
        };
        let (mut filled, mut end) = (String::new(), 0);
        for (at, _) in text.match_indices(name) {
            let behind = at + name.len();
            let before = text[..at].chars().next_back();
            let next = text[behind..].chars().next();
            if before.is_none_or(|c| "=:,@/ ".contains(c))
                && next.is_none_or(|c| !c.is_alphanumeric() && c != '_')
            {
                filled = filled + &text[end..at] + value;
                end = behind;
            }
        }
        (filled + &text[end..]).into()
    }

    /// As it was typed, for the report.
    pub fn shown(&self) -> String {
        let words = self.words.iter().map(|w| printable(w.as_encoded_bytes()));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A fresh folder of links to everything in this one.
#[cfg_attr(windows, expect(unused_variables, reason = "has no such links"))]
fn links_to(folder: &Path) -> io::Result<TempDir> {
    let fresh = tempfile::tempdir()?;
    #[cfg(unix)]
    for entry in folder.read_dir()?.flatten() {
        let link = fresh.path().join(entry.file_name());
        std::os::unix::fs::symlink(entry.path(), link)?;
    }
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// And the environment has it where it is one of a shell or of a line of code.
    #[test]
    fn a_placeholder_is_filled_in_where_it_is_a_word_of_its_own() {
        for (arg, wanted, has) in [
            ("PORT", "9000", true),
            ("--port=PORT", "--port=9000", true),
            ("http://h:PORT/x", "http://h:9000/x", true),
            ("exec s PORT 2>&1", "exec s 9000 2>&1", true),
            ("$PORT", "$PORT", true),
            ("os.environ['PORT']", "os.environ['PORT']", true),
            ("REPORT.txt", "REPORT.txt", false),
            ("PORTS", "PORTS", false),
        ] {
            let port = ("PORT", "9000".into());
            assert_eq!(Template::filled(arg.into(), &port), wanted);
            let template = Template::new([arg.into()], None).unwrap();
            assert_eq!(template.has("PORT"), has, "{arg}");
        }
    }
}
