//! The shared folder: which of its files a client may have, and what they are.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::digest::Algorithm;
use crate::names::check_name;
use crate::server::cache::DigestCache;
use crate::wire::{Entry, Header, MAX_LISTING};

pub struct SharedFolder {
    /// The path that leads there without links.
    path: PathBuf,
    algorithm: Algorithm,
    digests: DigestCache,
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

    /// Opens a file of the folder at this offset, and describes it.
    pub fn open(&self, name: &str, offset: u64) -> Result<(Header, File)> {
        let (mut file, path) = self.find_file(name)?;
        let (file_size, digest) = self
            .digests
            .digest(path, &file, self.algorithm)
            .map_err(|e| anyhow!("cannot read {name}: {e}"))?;

        // A client that has more than there is has another file: send all of it.
        let offset = if offset <= file_size { offset } else { 0 };
        file.seek(SeekFrom::Start(offset))?;
        let filename = name.to_string();
        let (md5, sha256) = digest.fields();
        Ok((Header { filename, file_size, offset, md5, sha256 }, file))
    }

    /// Opens a file of the folder; returns it with the path it was found at.
    fn find_file(&self, name: &str) -> Result<(File, PathBuf)> {
        check_name(name)?;
        let failed = |e: io::Error| match e.kind() {
            ErrorKind::NotFound => anyhow!("no such file: {name}"),
            ErrorKind::PermissionDenied => {
                anyhow!("not permitted to read: {name}")
            }
            _ => anyhow!("cannot read {name}: {e}"),
        };

        // Where does the name lead, when every link on the way has been followed?
        let folder = self.dir()?;
        let path = self.path.join(name).canonicalize().map_err(failed)?;
        let inside = path.strip_prefix(&self.path).with_context(|| {
            format!("{name} leads out of the shared folder")
        })?;

        // Between this look and the opening somebody may put a link in the place of
        // the file. std would follow it, wherever it leads. cap_std's Dir opens what
        // lies inside its folder and nothing else, whatever happens meanwhile.
        //
        // Opening a pipe would wait for somebody who writes into it: so look first
        // what it is. There is no link left in this path; one that is there now has
        // been put there since, and is no file.
        let kind = folder.symlink_metadata(inside).map_err(failed)?;
        ensure!(kind.is_file(), "not a file: {name}");
        let file = folder.open(inside).map_err(failed)?;
        Ok((file.into_std(), path))
    }

    fn dir(&self) -> Result<Dir> {
        Dir::open_ambient_dir(&self.path, ambient_authority())
            .context("cannot open the shared folder")
    }

    /// The files that can be had, by name.
    pub fn list(&self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let files =
            self.path.read_dir().context("cannot open the shared folder")?;
        for file in files {
            // JSON is Unicode; a name that is not cannot be asked for.
            let Ok(filename) = file?.file_name().into_string() else {
                continue;
            };
            // A file that has been deleted meanwhile, a folder, a link that leads
            // out: it cannot be had, so it is not listed.
            if let Ok((file, _)) = self.find_file(&filename) {
                let file_size = file.metadata()?.len();
                entries.push(Entry { filename, file_size });
            }
            let few = entries.len() as u64 <= MAX_LISTING;
            ensure!(few, "too many files to list");
        }
        entries.sort_by(|a, b| a.filename.cmp(&b.filename));
        Ok(entries)
    }
}
