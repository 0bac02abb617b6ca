//! The folder that the grader fills for a server to share.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

/// What lies beside the shared folder, and must never be sent.
pub const SECRET: &str = "secret.txt";

/// A link in the shared folder, to that file.
pub const LINK: &str = "leads-out.txt";

/// A file that the server shares.
#[derive(Clone, Debug)]
pub struct SharedFile {
    pub name: String,
    pub size: u64,
    /// Its bytes, where the folder is known.
    pub bytes: Option<Vec<u8>>,
}

impl SharedFile {
    /// Has its name a space in it, or other letters than English ones?
    pub fn is_odd(&self) -> bool {
        self.name.contains(' ') || !self.name.is_ascii()
    }
}

/// A folder that the grader fills, and removes when it is done.
#[derive(Clone, Debug)]
pub struct SharedFolder {
    around: Arc<TempDir>,
    /// What it has put there.
    pub(crate) files: Vec<SharedFile>,
}

impl SharedFolder {
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
            ("other.txt", 90 + (seed % 50) as usize),
            ("two words.txt", 75),
            ("粘包.txt", 126),
            ("large.bin", 6_000_000 + (seed % 1000) as usize),
        ] {
            let mut bytes = vec![0; size];
            random.fill(&mut bytes);
            fs::write(path("shared").join(name), &bytes)?;
            let (name, size) = (name.into(), size as u64);
            files.push(SharedFile { name, size, bytes: Some(bytes) });
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(path(SECRET), path("shared").join(LINK))?;
        let around = Arc::new(around);
        Ok(Self { around, files })
    }

    /// The folder to share.
    pub fn path(&self) -> PathBuf {
        self.around.path().join("shared")
    }
}
