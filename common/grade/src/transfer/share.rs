//! Which files a server shares: those that the grader has put there, or those that
//! the server lists.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::wire::{self, Reply};
use crate::finding::Verdict;
use crate::visit::{Visit, skipped};

/// Larger files than this are left alone, where somebody else has chosen them.
const MOST: u64 = 64 << 20;

/// What lies beside the shared folder, and must never be sent.
pub const SECRET: &str = "secret.txt";

/// A file that the server shares.
#[derive(Clone, Debug)]
pub struct Shared {
    pub name: String,
    pub size: u64,
    /// Its bytes, where the folder is known.
    pub bytes: Option<Vec<u8>>,
}

/// A folder that the grader fills, and removes when it is done.
#[derive(Debug)]
pub struct Filled {
    around: TempDir,
}

impl Filled {
    /// Files of every kind that the checks need; the seed decides what is in them.
    ///
    /// # Errors
    ///
    /// Whatever the disk says.
    pub fn new(seed: u64) -> io::Result<Self> {
        let around = tempfile::tempdir()?;
        let mut random = fastrand::Rng::with_seed(seed);
        let mut file = |name: &str, size: usize| {
            let mut bytes = vec![0; size];
            random.fill(&mut bytes);
            fs::write(around.path().join(name), bytes)
        };
        fs::create_dir(around.path().join("shared"))?;
        fs::create_dir(around.path().join("shared/folder"))?;
        file(SECRET, 40)?;
        file("shared/folder/inside.txt", 40)?;
        file("shared/empty.txt", 0)?;
        file("shared/small.txt", 30 + (seed % 50) as usize)?;
        file("shared/two words.txt", 75)?;
        file("shared/粘包.txt", 126)?;
        file("shared/large.bin", 300_000 + (seed % 1000) as usize)?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            around.path().join(SECRET),
            around.path().join("shared/leads-out.txt"),
        )?;
        Ok(Self { around })
    }

    /// The folder to share.
    pub fn path(&self) -> PathBuf {
        self.around.path().join("shared")
    }
}

/// All shared files, by name.
pub fn files(visit: &mut Visit) -> Verdict<Vec<Shared>> {
    if let Some(folder) = visit.folder.clone() {
        return Ok(in_folder(&folder));
    }
    let mut talk = visit.connect()?;
    talk.send(&wire::list())?;
    let Reply::Listing(listed) = wire::reply(&mut talk)? else {
        return skipped("the server does not list its files");
    };
    let shared = |(name, size)| Shared { name, size, bytes: None };
    Ok(listed.into_iter().map(shared).collect())
}

/// The ordinary files of a folder; nothing else can be expected in a listing.
fn in_folder(folder: &Path) -> Vec<Shared> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let plain = entries.filter(|e| e.file_type().is_ok_and(|t| t.is_file()));
    let mut files: Vec<Shared> = plain
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let size = entry.metadata().ok()?.len();
            let small = size <= MOST;
            let bytes = small.then(|| fs::read(entry.path()).ok()).flatten();
            Some(Shared { name, size, bytes })
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// One of the shared files that `wanted` accepts; the check is skipped without one.
pub fn one(
    visit: &mut Visit,
    what: &str,
    wanted: impl Fn(&Shared) -> bool,
) -> Verdict<Shared> {
    let files = files(visit)?;
    let fit = |file: &&Shared| file.size <= MOST && wanted(file);
    let fit: Vec<&Shared> = files.iter().filter(fit).collect();
    match visit.random.choice(fit) {
        Some(file) => Ok(file.clone()),
        None => skipped(format!("the server shares no {what}")),
    }
}

/// Any file that is neither empty nor long.
pub fn any(visit: &mut Visit) -> Verdict<Shared> {
    one(visit, "file of 2 bytes to 1 MB", |f| (2..1_000_000).contains(&f.size))
}
