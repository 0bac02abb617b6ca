//! Which files a server shares: those that the grader has put there, or those that
//! the server lists.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::finding::{Verdict, failed, skipped};
use crate::server::Server;
use crate::wire::{self, Reply};

/// Larger files than this are left alone, where somebody else has chosen them.
const MOST: u64 = 64 << 20;

/// What lies beside the shared folder, and must never be sent.
pub const SECRET: &str = "secret.txt";

/// A link in the shared folder, to that file.
pub const LINK: &str = "leads-out.txt";

/// A file that the server shares.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What a client asks for.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its bytes, where the folder is known.
    pub bytes: Option<Vec<u8>>,
}

/// A folder that the grader fills, and removes when it is done.
#[derive(Debug)]
pub struct Filled {
    around: TempDir,
    /// What it has put there.
    pub(crate) files: Vec<Shared>,
}

impl Filled {
    /// Files of every kind that the checks need; the seed decides what is in them.
    pub fn new(seed: u64) -> io::Result<Self> {
        let around = tempfile::tempdir()?;
        let path = |name: &str| around.path().join(name);
        let mut random = fastrand::Rng::with_seed(seed);
        fs::create_dir_all(path("shared/folder"))?;
        fs::write(path(SECRET), "nobody may have this")?;
        fs::write(path("shared/folder/inside.txt"), "nor this")?;
        let mut files = Vec::new();
        for (name, size) in [
            ("empty.txt", 0),
            ("small.txt", 30 + (seed % 50) as usize),
            ("two words.txt", 75),
            ("粘包.txt", 126),
            ("large.bin", 300_000 + (seed % 1000) as usize),
        ] {
            let mut bytes = vec![0; size];
            random.fill(&mut bytes);
            fs::write(path("shared").join(name), &bytes)?;
            let (name, size) = (name.into(), size as u64);
            files.push(Shared { name, size, bytes: Some(bytes) });
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(path(SECRET), path("shared").join(LINK))?;
        Ok(Self { around, files })
    }

    /// Is everything there still?
    pub(crate) fn is_whole(&self) -> bool {
        self.files.iter().all(|file| self.path().join(&file.name).exists())
    }

    /// The folder to share.
    pub fn path(&self) -> PathBuf {
        self.around.path().join("shared")
    }
}

/// All shared files.
pub fn files(server: &mut Server) -> Verdict<Vec<Shared>> {
    if let Some(filled) = &server.filled {
        return Ok(filled.clone());
    }
    if let Some(folder) = &server.folder {
        return Ok(in_folder(folder));
    }
    let mut probe = server.connect()?;
    probe.send(&wire::list())?;
    let Reply::Listing(listed) = wire::reply(&mut probe)? else {
        return failed("The server does not list its files.", "");
    };
    let shared = |(name, size)| Shared { name, size, bytes: None };
    Ok(listed.into_iter().map(shared).collect())
}

/// The ordinary files of a folder; nothing else can be expected in a listing.
fn in_folder(folder: &Path) -> Vec<Shared> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let plain = entries.filter(|e| e.file_type().is_ok_and(|t| t.is_file()));
    plain
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let size = entry.metadata().ok()?.len();
            let small = size <= MOST;
            let bytes = small.then(|| fs::read(entry.path()).ok()).flatten();
            Some(Shared { name, size, bytes })
        })
        .collect()
}

/// One of the shared files that `wanted` accepts; the check is skipped without one.
pub fn one(
    server: &mut Server,
    what: &str,
    wanted: impl Fn(&Shared) -> bool,
) -> Verdict<Shared> {
    let files = files(server)?;
    let fit = |file: &&Shared| file.size <= MOST && wanted(file);
    let fit: Vec<&Shared> = files.iter().filter(fit).collect();
    match server.random.choice(fit) {
        Some(file) => Ok(file.clone()),
        None => skipped(format!("the server shares no {what}")),
    }
}

/// Any file that is neither empty nor long.
pub fn any(server: &mut Server) -> Verdict<Shared> {
    one(server, "file of 2 bytes to 1 MB", |f| (2..1_000_000).contains(&f.size))
}
