//! The shared folder: which of its files a client may have, and what they are.
//!
//! One rule: a name is one part of a path, and what it names is opened without following
//! a link and without waiting, and then looked at. Only a regular file is served.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use common::failure::reason;

use crate::digest::{Algorithm, BUFFER};
use crate::names::check_name;
use crate::server::cache::DigestCache;
use crate::server::listing::{self, cannot_open_folder};
use crate::server::peer::Peer;
use crate::server::size::read_small;
use crate::shortage;
use crate::spelling::{other_spelling, taken_for};
use crate::system;
use crate::wire::{Entry, Header, Request};

/// Up to this size a file is read once: hashed and sent from memory.
const SMALL: u64 = BUFFER as u64 / 4;

pub struct SharedFolder {
    path: PathBuf,
    algorithm: Algorithm,
    digests: DigestCache,
}

/// What a request gets.
pub enum Answer {
    File(SharedFile),
    Listing(Vec<Entry>),
}

/// A file to send.
pub struct SharedFile {
    pub header: Header,
    /// What of it is in memory: of a small file all that is to be sent.
    pub start: Vec<u8>,
    /// Open behind that.
    pub rest: File,
}

impl SharedFolder {
    /// Finds the folder. `algorithm` is that of the digests in the headers.
    pub fn find(path: &Path, algorithm: Algorithm) -> Result<Self> {
        let folder = path.canonicalize().ok().filter(|path| path.is_dir());
        let path = folder.with_context(|| {
            let path = path.display();
            format!(
                "{path} is not a folder; choose the one to share with --dir"
            )
        })?;
        Ok(Self { path, algorithm, digests: DigestCache::default() })
    }

    /// What this request of this client gets. An error is for the client to read.
    pub fn answer(&self, request: Request, peer: &mut Peer) -> Result<Answer> {
        match request {
            Request::Get { filename, offset } => {
                let file =
                    self.file(filename, offset, || peer.stream.is_open())?;
                Ok(Answer::File(file))
            }
            Request::List => {
                self.enter()?;
                let files = listing::of(&self.path, |note| peer.log(note))?;
                Ok(Answer::Listing(files))
            }
        }
    }

    /// Opens a file of the folder, and describes it.
    fn file(
        &self,
        filename: String,
        offset: u64,
        is_there: impl FnMut() -> bool,
    ) -> Result<SharedFile> {
        check_name(&filename)?;
        let file = self.open(&filename)?;
        let failed = |e: io::Error| self.why_not(&filename, &e);
        let seen = file.metadata().map_err(failed)?;
        ensure!(seen.is_file(), "not a file: {filename}");
        if let Some(there) = taken_for(&self.path, &filename) {
            bail!(no_such_file(&filename, &there));
        }

        let file_size = seen.len();
        // A client that has more than there is has another file: send all of it.
        let offset = if offset <= file_size { offset } else { 0 };
        let (digest, start) = if file_size <= SMALL {
            let mut bytes = read_small(&file, file_size).map_err(failed)?;
            let digest =
                self.algorithm.digest_of(&bytes[..]).map_err(failed)?;
            (digest, bytes.split_off(offset as usize))
        } else {
            let path = self.path.join(&filename);
            let digest = self
                .digests
                .digest(path, &file, &seen, self.algorithm, is_there)
                .map_err(failed)?;
            (&file).seek(SeekFrom::Start(offset)).map_err(failed)?;
            (digest, Vec::new())
        };
        let (md5, sha256) = digest.fields();
        let header = Header { filename, file_size, offset, md5, sha256 };
        Ok(SharedFile { header, start, rest: file })
    }

    fn open(&self, name: &str) -> Result<File> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        system::follow_no_link_to_read(&mut options).open(path).map_err(|e| {
            if system::was_a_link(&e) {
                return anyhow!(
                    "{name} is a link, and links are not shared; put a copy in \
                     its place, or a hard link"
                );
            }
            self.why_not(name, &e)
        })
    }

    /// Why a file cannot be had, in words for the client.
    fn why_not(&self, name: &str, e: &io::Error) -> anyhow::Error {
        if let Err(e) = self.enter() {
            return e;
        }
        match e.kind() {
            ErrorKind::NotFound => match other_spelling(&self.path, name) {
                Some(there) => anyhow!(no_such_file(name, &there)),
                None => anyhow!("no such file: {name}"),
            },
            ErrorKind::PermissionDenied => {
                anyhow!("not permitted to read: {name}")
            }
            _ if system::was_no_file(e) => anyhow!("not a file: {name}"),
            _ => match shortage::remedy(e) {
                Some(remedy) => anyhow!(
                    "cannot read {name} ({}); on the server: {remedy}",
                    reason(e)
                ),
                None => anyhow!("cannot read {name} ({})", reason(e)),
            },
        }
    }

    /// Is the folder there, and may it be entered? It can be read and not entered, too:
    /// then nothing in it can be looked at.
    fn enter(&self) -> Result<()> {
        let inside = self.path.join(".").symlink_metadata();
        inside.map(|_| ()).map_err(|e| cannot_open_folder(&e))
    }
}

fn no_such_file(name: &str, there: &str) -> String {
    if name.to_lowercase() == there.to_lowercase() {
        return format!("no such file: {name}; there is {there}");
    }
    format!(
        "no such file: {name}; there is {there}, which looks the same and is \
         written with other characters: copy it from here"
    )
}

/// Why a file ends before its time: it is not the connection's fault.
pub fn cannot_read_on(e: io::Error) -> anyhow::Error {
    anyhow!("cannot read on ({})", reason(&e))
}
