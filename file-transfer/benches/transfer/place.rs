//! Where the files are: in memory where there is such a folder, and on the disk.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// The names of the files that are shared.
pub const LARGE: &str = "large.bin";
pub const CROWD: &str = "crowd.bin";
pub fn small(n: u32) -> String {
    format!("small-{n:05}.bin")
}

pub const SMALL_SIZE: usize = 1024;
const MIB: u64 = 1 << 20;

/// The folders of one run; they are removed when it ends.
pub struct Place {
    pub share: PathBuf,
    pub memory: PathBuf,
    pub disk: PathBuf,
    /// The size of the large file, in bytes.
    pub size: u64,
    /// How many small files there are.
    pub files: u32,
    _folders: [TempDir; 2],
    _locks: [File; 2],
}

impl Place {
    pub fn new(size: Option<u64>, files: u32) -> Result<Self> {
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let memory = Path::new("/dev/shm");
        let fits = |parent: &Path, size| room(parent) >= needed(size, files);
        let memory = match fits(memory, size.unwrap_or(64 * MIB)) {
            true => memory,
            false => disk,
        };
        let size = match size {
            Some(size) => size,
            None => (6..=9)
                .rev()
                .map(|power| MIB << power)
                .find(|size| fits(memory, *size))
                .unwrap_or(64 * MIB),
        };
        ensure!(
            fits(memory, size),
            "no room for two files of {} MiB in {}; give less with --size",
            size / MIB,
            memory.display()
        );
        let (memory_folder, memory_lock) = folder(memory)?;
        let (disk_folder, disk_lock) = folder(disk)?;
        let place = Self {
            share: memory_folder.path().join("share"),
            memory: memory_folder.path().into(),
            disk: disk_folder.path().into(),
            size,
            files,
            _folders: [memory_folder, disk_folder],
            _locks: [memory_lock, disk_lock],
        };
        fs::create_dir(&place.share)?;
        write(&place.large(), size)?;
        write(&place.share.join(CROWD), size / 64)?;
        for n in 0..files {
            write(&place.share.join(small(n)), SMALL_SIZE as u64)?;
        }
        // The server remembers digests of files that are two seconds old: a younger
        // one may change again within a tick of its clock.
        thread::sleep(Duration::from_secs(2));
        Ok(place)
    }

    pub fn large(&self) -> PathBuf {
        self.share.join(LARGE)
    }

    pub fn mib(&self) -> u64 {
        self.size / MIB
    }

    /// Has the system touch as much memory as a copy needs. A virtual machine gives
    /// memory back to its host when nobody has used it for some seconds, and whoever
    /// writes next waits until it comes again: that must not strike one and not another.
    pub fn warm(&self) -> Result<()> {
        let path = self.memory.join("warm");
        write(&path, self.size)?;
        Ok(fs::remove_file(path)?)
    }

    /// Has the large file arrived, as far as its length tells?
    pub fn check(&self, path: &Path) -> Result<()> {
        let arrived = fs::metadata(path).context("nothing arrived")?.len();
        ensure!(arrived == self.size, "{arrived} bytes arrived");
        Ok(())
    }
}

/// `256M`, `1G`.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix('G') {
        Some(number) => (number, MIB << 10),
        None => (text.strip_suffix('M').unwrap_or(text), MIB),
    };
    let number = number.parse::<u64>().ok().filter(|n| *n > 0);
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or("give megabytes or gigabytes, such as 256M or 1G".into())
}

/// A folder that is removed at the end. An interrupted run cannot remove its own; so
/// the next one does, and knows by the lock which of them are in use.
fn folder(parent: &Path) -> Result<(TempDir, File)> {
    const PREFIX: &str = "file-transfer-bench-";
    for entry in parent.read_dir().context("no temporary folder")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if !name.to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let lock = File::open(path.join("lock")).map(|file| file.try_lock());
        if !matches!(lock, Ok(Err(TryLockError::WouldBlock))) {
            let _ = fs::remove_dir_all(&path); // somebody else's may stay
        }
    }
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
    let lock = File::create(folder.path().join("lock"))?;
    lock.lock()?;
    Ok((folder, lock))
}

/// Writes a file that nobody can compress.
fn write(path: &Path, size: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut piece = vec![0; size.min(MIB) as usize];
    fastrand::Rng::with_seed(size).fill(&mut piece);
    let mut left = size;
    while left > 0 {
        let n = left.min(piece.len() as u64);
        file.write_all(&piece[..n as usize])
            .with_context(|| format!("no room for {}", path.display()))?;
        left -= n;
    }
    Ok(())
}

/// The file and a copy, the small files and theirs, and something to spare.
fn needed(size: u64, files: u32) -> u64 {
    2 * size + size / 4 + u64::from(files) * 2 * 4096 + 64 * MIB
}

/// How many bytes can be written there. Where nobody tells, there is room enough.
fn room(folder: &Path) -> u64 {
    let df = Command::new("df").arg("-Pk").arg(folder).output();
    let df = df.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    let column = |line: &str, n| {
        let kib = line.split_whitespace().nth(n)?.parse::<u64>().ok()?;
        Some(kib * 1024)
    };
    let free = df.lines().nth(1).and_then(|line| column(line, 3));
    let free = match folder.exists() {
        true => free.unwrap_or(u64::MAX),
        false => 0,
    };
    // A folder in memory may promise more than there is.
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))
        .and_then(|line| column(line, 1));
    free.min(memory.unwrap_or(u64::MAX) / 2)
}
