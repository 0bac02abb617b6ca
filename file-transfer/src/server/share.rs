//! The shared folder: which of its files a client may have, and what they are.
//!
//! One rule: a name is one part of a path, and what it names is opened without following
//! a link and without waiting, and then looked at. Only a regular file is served. (A
//! listing opens nothing: with many slow files it would take longer than a client waits.)

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, ensure};
use common::failure::{Failure, reason};

use crate::digest::Algorithm;
use crate::names::check_name;
use crate::server::digests::Digests;
use crate::server::peer::Peer;
use crate::shortage::{MAX_LISTING, remedy, server_error};
use crate::spelling::{other_spelling, taken_for};
use crate::system;
use crate::wire::{Entry, Header};

pub struct SharedFolder {
    path: PathBuf,
    digests: Digests,
}

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
        let found = path.canonicalize().and_then(|path| {
            let is_folder = path.metadata()?.is_dir();
            is_folder.then_some(path).ok_or(ErrorKind::NotADirectory.into())
        });
        let path = found.map_err(|e| {
            let what = format!("cannot share {}", path.display());
            let why = match e.kind() {
                ErrorKind::NotFound => "nothing is there".into(),
                _ => reason(&e),
            };
            Failure::new(what, why, "choose another folder with --dir")
        })?;
        Ok(Self { path, digests: Digests::new(algorithm) })
    }

    /// Lists the files of the folder for this client. What is a file, and not one for
    /// others, is counted in the log.
    pub fn list(&self, peer: &Peer) -> Result<Vec<Entry>> {
        self.enter()?;
        let mut entries = Vec::new();
        let (mut left_out, mut last) = (0, String::new());
        for entry in self.path.read_dir().map_err(cannot_open)? {
            let entry = entry.map_err(cannot_open)?;
            let name = entry.file_name();
            let why = match (entry.metadata(), name.to_str()) {
                // A folder, a link, a pipe.
                (Ok(seen), _) if !seen.is_file() => continue,
                (Ok(seen), Some(name)) if check_name(name).is_ok() => {
                    let (filename, file_size) = (name.into(), seen.len());
                    entries.push(Entry { filename, file_size });
                    let few = entries.len() as u64 <= MAX_LISTING;
                    ensure!(few, "too many files to list: get them by name");
                    continue;
                }
                // JSON is Unicode: a name that is not cannot be asked for, either.
                (Ok(_), _) => "its name works on this system only".into(),
                // A file that somebody has deleted since.
                (Err(e), _) if e.kind() == ErrorKind::NotFound => continue,
                // Nothing is wrong with the file: a list without it would be wrong.
                (Err(e), _) if remedy(&e).is_some() => {
                    return Err(cannot_open(e));
                }
                (Err(e), _) => format!("cannot look at it: {}", reason(&e)),
            };
            left_out += 1;
            last = format!("{name:?} ({why})");
        }
        if left_out > 0 {
            peer.log(format!(
                "not listed: {left_out}, the last of them {last}"
            ));
        }
        entries.sort_by(|a, b| a.filename.cmp(&b.filename));
        Ok(entries)
    }

    /// Is the folder there, and may it be entered? It can be read and not entered, too:
    /// then nothing in it can be looked at.
    fn enter(&self) -> Result<()> {
        self.path.join(".").symlink_metadata().map_err(cannot_open)?;
        Ok(())
    }

    /// Opens a file of the folder for this client, and describes it.
    pub fn open(
        &self,
        filename: String,
        offset: u64,
        peer: &mut Peer,
    ) -> Result<SharedFile> {
        check_name(&filename)?;
        let path = self.path.join(&filename);
        let failed = |e: io::Error| self.why_not(&filename, &e);
        let file = system::follow_no_link(OpenOptions::new().read(true))
            .open(&path)
            .map_err(failed)?;
        let seen = file.metadata().map_err(failed)?;
        if !seen.is_file() || taken_for(&self.path, &filename).is_some() {
            return Err(failed(ErrorKind::NotFound.into())); // it says which
        }

        let file_size = seen.len();
        // A client that has more than there is has another file: send all of it.
        let offset = if offset <= file_size { offset } else { 0 };
        let is_there = || peer.stream.is_open();
        let digested = self.digests.of(path, &file, &seen, is_there);
        let (digest, mut start) = digested.map_err(failed)?;
        if start.is_empty() {
            (&file).seek(SeekFrom::Start(offset)).map_err(failed)?;
        } else {
            start.drain(..offset as usize);
        }
        let (md5, sha256) = digest.fields();
        let header = Header { filename, file_size, offset, md5, sha256 };
        Ok(SharedFile { header, start, rest: file })
    }

    /// Why a file cannot be had, in words for the client.
    fn why_not(&self, name: &str, e: &io::Error) -> Error {
        if let Err(e) = self.enter() {
            return e;
        }
        let folder = &self.path;
        match (folder.join(name).symlink_metadata(), e.kind()) {
            (Ok(there), _) if there.is_symlink() => anyhow!(
                "{name} is a link, and links are not shared; put a copy in its \
                 place, or a hard link"
            ),
            // A folder, a pipe; a socket or a device, which could not be opened.
            (Ok(there), _) if !there.is_file() => anyhow!("not a file: {name}"),
            (_, ErrorKind::NotFound) => match other_spelling(folder, name) {
                None => anyhow!("no such file: {name}"),
                Some(there) => anyhow!(
                    "no such file: {name}; there is {there}, which is written \
                     with other characters: copy it from here"
                ),
            },
            // Nobody waits for it: a lease, or a tape.
            (_, ErrorKind::WouldBlock) => anyhow!(
                "{name} cannot be read at once: another program may have it open; \
                 get it again in a minute"
            ),
            (_, ErrorKind::PermissionDenied) => {
                anyhow!("not permitted to read: {name}")
            }
            _ => server_error(format_args!("cannot read {name}"), e),
        }
    }
}

fn cannot_open(e: io::Error) -> Error {
    server_error("cannot open the shared folder", &e)
}

/// Why a file ends before its time: it is not the connection's fault.
pub fn cannot_read_on(e: io::Error) -> Error {
    anyhow!("cannot read on ({})", reason(&e))
}
