//! The files that are moved: in memory where there is such a folder, else on the disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub const LARGE: &str = "large.bin";
pub const CROWD: &str = "crowd.bin";
pub fn small_name(n: u32) -> String {
    format!("small-{n:05}.bin")
}

pub const SMALL_FILES: u32 = 3000;
const SMALL_SIZE: u64 = 1024;

/// The folders of one run. They are removed at the end; what an interrupted run has left
/// is removed by the next one.
pub struct Place {
    folder: PathBuf,
    pub share: PathBuf,
    /// The small files, and nothing else.
    pub small: PathBuf,
    pub downloaded: PathBuf,
    /// The size of the large file, in bytes.
    pub size: u64,
}

impl Place {
    pub fn new(mib: u64) -> Result<Self> {
        let memory = Some(Path::new("/dev/shm")).filter(|path| path.is_dir());
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = memory.unwrap_or(disk).join("file-transfer-bench");
        let _ = fs::remove_dir_all(&folder); // there is none, most of the time
        let [share, small, downloaded] =
            ["share", "small", "copy"].map(|name| folder.join(name));
        let size = mib << 20;
        let place = Self { folder, share, small, downloaded, size };
        fs::create_dir_all(&place.share)?;
        fs::create_dir(&place.small)?;
        write(place.share.join(LARGE), place.size)?;
        write(place.share.join(CROWD), place.size / 64)?;
        for n in 0..SMALL_FILES {
            write(place.small.join(small_name(n)), SMALL_SIZE)?;
        }
        Ok(place)
    }

    /// Removes what was downloaded, and touches as much memory as a copy needs. A virtual
    /// machine gives unused memory back to its host, and the next program that writes
    /// waits for it: that must not strike one and not another.
    pub fn prepare(&self) -> Result<()> {
        let _ = fs::remove_dir_all(&self.downloaded);
        fs::create_dir(&self.downloaded)?;
        write(self.downloaded.join(LARGE), self.size)?;
        Ok(fs::remove_file(self.downloaded.join(LARGE))?)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Writes a file that nobody can compress.
fn write(path: PathBuf, size: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut piece = vec![0; size.min(1 << 20) as usize];
    fastrand::Rng::with_seed(size).fill(&mut piece);
    for start in (0..size).step_by(1 << 20) {
        let n = (size - start).min(1 << 20) as usize;
        file.write_all(&piece[..n]).context("no room; try a smaller --mib")?;
    }
    Ok(())
}
