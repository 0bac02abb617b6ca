//! The client, and the folder that it saves in.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use testing::program::finish;
use testing::{Finished, RawServer};

use crate::programs::{BIN, until};

pub const EARLIER: &[u8] = b"an earlier good file";

/// What a client says on a machine that is very busy, too.
pub const WAITING: &str = "Waiting: the server may be computing the digest.\n";

/// A folder that a client saves in.
pub struct Folder {
    pub path: PathBuf,
    _removed_with_it: Option<TempDir>,
}

impl Folder {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(files: &[(&str, &[u8])]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        Self { path: dir.path().into(), _removed_with_it: Some(dir) }
    }

    /// One that may be there, and that somebody else removes.
    pub fn at(path: PathBuf) -> Self {
        Self { path, _removed_with_it: None }
    }

    /// The client, which saves here.
    pub fn client(&self, addr: &str, args: &[&str]) -> Command {
        self.client_by(&[BIN], addr, args)
    }

    /// The same, started by these words: by a shell, or by somebody else.
    pub fn client_by(
        &self,
        words: &[&str],
        addr: &str,
        args: &[&str],
    ) -> Command {
        let mut command = Command::new(words[0]);
        // Where its options stand in front, grade's checks run it.
        command.args(&words[1..]).arg("client").args(args);
        command.args(["--addr", addr, "--dir"]).arg(&self.path);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end, with this input.
    pub fn run(
        &self,
        addr: &str,
        args: &[&str],
        input: impl AsRef<[u8]>,
    ) -> Ended {
        let client = self.client(addr, args);
        self.ended(finish(client, input.as_ref()), addr)
    }

    pub fn get(&self, addr: &str, name: &str) -> Ended {
        self.get_by(&[BIN], addr, name)
    }

    pub fn get_by(&self, words: &[&str], addr: &str, name: &str) -> Ended {
        let client = self.client_by(words, addr, &["get", name]);
        self.ended(finish(client, b""), addr)
    }

    /// Both to their ends: the server has done all that it was to do.
    pub fn run_with(
        &self,
        server: RawServer,
        args: &[&str],
        input: impl AsRef<[u8]>,
    ) -> Ended {
        let ended = self.run(&server.addr, args, input);
        server.end();
        ended
    }

    pub fn get_from(&self, server: RawServer, name: &str) -> Ended {
        self.run_with(server, &["get", name], "")
    }

    /// What a client has said that saves here.
    pub fn ended(&self, done: Finished, addr: &str) -> Ended {
        let dir = self.path.to_str().unwrap();
        let words = |text: String| {
            let text = text.replace(addr, "ADDR").replace(dir, "DIR");
            text.replace(r"DIR\", "DIR/").replace(WAITING, "")
        };
        let (out, said) = (words(done.text()), words(done.stderr));
        Ended { status: done.status, out, said }
    }

    /// Asserts that these files are here, and nothing else. Their bytes are not shown
    /// when they differ: there can be many.
    #[track_caller]
    pub fn holds(&self, wanted: &[(&str, &[u8])]) {
        let there = files(&self.path);
        let mut names = Vec::from_iter(wanted.iter().map(|(name, _)| *name));
        names.sort_unstable();
        assert_eq!(Vec::from_iter(there.keys()), names);
        for (name, bytes) in wanted {
            assert!(there[*name] == *bytes, "{name} has other bytes");
        }
    }
}

/// A client that has ended: with ADDR for the address of its server, and DIR for its
/// folder.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    /// What is on stdout.
    pub out: String,
    /// What is on stderr.
    pub said: String,
}

impl Ended {
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!((self.status, &self.said[..]), (0, ""));
    }

    /// The single line on stderr, without `error: `.
    #[track_caller]
    pub fn error(&self) -> &str {
        assert_eq!(self.status, 1, "{self:?}");
        let line = self.said.strip_suffix('\n').unwrap();
        assert!(!line.contains(char::is_control), "{line:?}");
        line.strip_prefix("error: ").unwrap()
    }

    /// The same, with these words in it.
    #[track_caller]
    pub fn failed(&self, words: &str) {
        let error = self.error();
        assert!(error.contains(words), "{error}\nhas no\n{words}");
    }
}

/// The files in a folder, by name.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let name_and_bytes = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        match fs::read(entry.path()) {
            // A program that still runs has renamed it or removed it.
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            read => Some((name, read.unwrap())),
        }
    };
    entries.filter_map(name_and_bytes).collect()
}

/// Waits until a file has grown to this length.
#[track_caller]
pub fn wait_for_length(path: &Path, length: usize) {
    until(|| fs::metadata(path).is_ok_and(|m| m.len() >= length as u64));
}
