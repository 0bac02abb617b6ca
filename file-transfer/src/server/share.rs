//! The shared folder: which of its files a client may have, and what they are.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use common::failure::reason;
use common::output::one_line;

use crate::digest::Algorithm;
use crate::names::check_name;
use crate::server::cache::DigestCache;
use crate::wire::{Entry, Header, MAX_LISTING, Request};

pub struct SharedFolder {
    /// The path that leads there without links.
    path: PathBuf,
    algorithm: Algorithm,
    digests: DigestCache,
}

/// What a request gets.
pub enum Answer {
    /// A file, open at the offset that the header says.
    File(Header, File),
    Listing(Listing),
}

/// The files that a client can have, by name.
#[derive(Default)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// How many files have a name that this lesson cannot offer.
    unnamed: u64,
}

/// What an answer has to say to the log.
pub fn note(answer: &Result<Answer>) -> Option<String> {
    match answer {
        Ok(Answer::Listing(Listing { unnamed: 1, .. })) => Some(
            "1 file is not listed: its name works on this system only".into(),
        ),
        Ok(Answer::Listing(Listing { unnamed: n @ 2.., .. })) => Some(format!(
            "{n} files are not listed: their names work on this system only"
        )),
        Err(e) => Some(one_line(e)),
        _ => None,
    }
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

    /// What this request gets. An error is for the client to read.
    pub fn answer(&self, request: Request) -> Result<Answer> {
        match request {
            Request::Get { filename, offset, wrong_digest } => {
                self.file(filename, offset, wrong_digest)
            }
            Request::List => Ok(Answer::Listing(self.list()?)),
        }
    }

    /// Opens a file of the folder at this offset, and describes it.
    fn file(
        &self,
        filename: String,
        offset: u64,
        wrong_digest: Option<String>,
    ) -> Result<Answer> {
        let (mut file, path) = self.open(&filename)?;
        let (file_size, digest) = self
            .digests
            .digest(path, &file, self.algorithm, wrong_digest)
            .map_err(|e| NoFile::of(&filename, &e))?;

        if file_size == 0
            && !is_empty(&file).map_err(|e| NoFile::of(&filename, &e))?
        {
            bail!(
                "cannot send {filename}: its size is said to be 0, and is not"
            );
        }

        // A client that has more than there is has another file: send all of it.
        let offset = if offset <= file_size { offset } else { 0 };
        file.seek(SeekFrom::Start(offset))?;
        let (md5, sha256) = digest.fields();
        let header = Header { filename, file_size, offset, md5, sha256 };
        Ok(Answer::File(header, file))
    }

    /// Opens a file of the folder; returns it with the path it was found at.
    fn open(&self, name: &str) -> Result<(File, PathBuf), NoFile> {
        check_name(name).map_err(|e| NoFile::NotOffered(e.to_string()))?;
        let failed = |e| NoFile::of(name, &e);

        // Where does the name lead, when every link on the way has been followed?
        let folder = Dir::open_ambient_dir(&self.path, ambient_authority())
            .map_err(|e| cannot_open_folder(&e))?;
        let path =
            self.path.join(name).canonicalize().map_err(|e| {
                self.other_case(name).unwrap_or_else(|| failed(e))
            })?;
        let inside = path.strip_prefix(&self.path).map_err(|_| {
            NoFile::NotOffered(format!("{name} leads out of the shared folder"))
        })?;

        // Between this look and the opening somebody may put a link in the place of
        // the file. std would follow it, wherever it leads. cap_std's Dir opens what
        // lies inside its folder and nothing else, whatever happens meanwhile.
        //
        // Opening a pipe would wait for somebody who writes into it: so look first
        // what it is. There is no link left in this path; one that is there now has
        // been put there since, and is no file.
        if !folder.symlink_metadata(inside).map_err(failed)?.is_file() {
            return Err(NoFile::NotOffered(format!("not a file: {name}")));
        }
        let file = folder.open(inside).map_err(failed)?;
        Ok((file.into_std(), path))
    }

    /// Is there a file that differs from this name in small and capital letters only?
    fn other_case(&self, name: &str) -> Option<NoFile> {
        let wanted = name.to_lowercase();
        let mut files = self.path.read_dir().ok()?.filter_map(Result::ok);
        let other = files.find_map(|file| {
            let other = file.file_name().into_string().ok()?;
            (other != name && other.to_lowercase() == wanted).then_some(other)
        })?;
        let message = format!("no such file: {name}; there is {other}");
        Some(NoFile::NotOffered(message))
    }

    fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        let failed = |e| cannot_open_folder(&e);
        for file in self.path.read_dir().map_err(failed)? {
            let filename = file.map_err(failed)?.file_name();
            // JSON is Unicode; a name that is not cannot be asked for.
            let filename = filename.into_string().ok();
            let filename = filename.filter(|name| check_name(name).is_ok());
            let Some(filename) = filename else {
                listing.unnamed += 1;
                continue;
            };
            match self.open(&filename) {
                Ok((file, _)) => {
                    let file_size = file.metadata()?.len();
                    listing.entries.push(Entry { filename, file_size });
                }
                // A folder, a link that leads out, a file that has been deleted since.
                Err(NoFile::NotOffered(_)) => {}
                // Too many open files, for example: to leave out what is there would
                // be a wrong answer.
                Err(e) => return Err(e.into()),
            }
            if listing.entries.len() as u64 > MAX_LISTING {
                bail!("too many files to list");
            }
        }
        listing.entries.sort_by(|a, b| a.filename.cmp(&b.filename));
        Ok(listing)
    }
}

/// Is a file of size 0 empty? Those in /proc are not: the system makes their bytes when
/// they are read. (A file that has just begun to grow is no such file.)
fn is_empty(mut file: &File) -> io::Result<bool> {
    let nothing = file.read(&mut [0])? == 0;
    Ok(nothing || file.metadata()?.len() > 0)
}

/// Why a file was not opened, in words for the client.
#[derive(Debug)]
enum NoFile {
    /// It is not there, not permitted, not a file, or its name is no name.
    NotOffered(String),
    /// The system could not open it.
    Failed(String),
}

impl NoFile {
    fn of(name: &str, e: &io::Error) -> Self {
        match e.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                Self::NotOffered(format!("no such file: {name}"))
            }
            ErrorKind::PermissionDenied => {
                Self::NotOffered(format!("not permitted to read: {name}"))
            }
            _ if is_link_to_itself(e) => {
                Self::NotOffered(format!("cannot read {name} ({})", reason(e)))
            }
            _ => Self::Failed(format!("cannot read {name} ({})", reason(e))),
        }
    }
}

fn cannot_open_folder(e: &io::Error) -> NoFile {
    NoFile::Failed(format!("cannot open the shared folder ({})", reason(e)))
}

impl fmt::Display for NoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NoFile {}

/// Is this link one that leads to itself, perhaps by way of others?
#[cfg(unix)]
fn is_link_to_itself(e: &io::Error) -> bool {
    use rustix::io::Errno;
    Errno::from_io_error(e) == Some(Errno::LOOP)
}

#[cfg(windows)]
fn is_link_to_itself(e: &io::Error) -> bool {
    const ERROR_CANT_RESOLVE_FILENAME: i32 = 1921;
    e.raw_os_error() == Some(ERROR_CANT_RESOLVE_FILENAME)
}
