//! The lesson's own server and client, driven as a student drives them; and what bounds
//! them from above: one core that hashes.

use std::ffi::OsStr;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use testing::PATIENCE;
use testing::raw::connect;

use crate::digest::{Algorithm, BUFFER, Hasher};
use crate::place::{self, LARGE, Place, SMALL_FILES};
use crate::programs::{Service, free_port, spawn};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

/// The lesson's server, until it is dropped.
pub struct Server {
    pub service: Service,
    addr: String,
}

impl Server {
    pub fn start(share: &Path, options: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let addr = format!("127.0.0.1:{port}");
        let mut server = Command::new(BIN);
        server.args(["server", "--addr", &addr]).args(options);
        server.arg("--dir").arg(share);
        Ok(Self { service: Service::start(&mut server, port)?, addr })
    }

    /// A client that downloads into this folder.
    pub fn client(&self, folder: impl AsRef<OsStr>, args: &[&str]) -> Command {
        let mut client = Command::new(BIN);
        client.args(["client", "--addr", &self.addr]).args(args);
        client.arg("--dir").arg(folder);
        client
    }

    /// A client that gets all the small files, asked ahead.
    pub fn small_files(&self, folder: &Path) -> Command {
        let names = (0..SMALL_FILES).map(place::small_name);
        let mut client = self.client(folder, &["get"]);
        client.args(names);
        client
    }

    /// How much memory it needs for each of so many connections that are made and not
    /// used, in KiB.
    pub fn idle_connection(&self, many: u32) -> Result<Option<f64>> {
        let status = |name| status(self.service.0.id(), name);
        let Some(before) = status("VmRSS:") else { return Ok(None) };
        let _idle: Vec<_> = (0..many).map(|_| connect(&self.addr)).collect();
        let deadline = Instant::now() + PATIENCE;
        while status("Threads:").is_none_or(|n| n <= f64::from(many)) {
            ensure!(Instant::now() < deadline, "a connection gets no thread");
            thread::sleep(Duration::from_millis(10));
        }
        Ok(status("VmRSS:").map(|now| (now - before) / f64::from(many)))
    }

    /// The most memory that it and a client of the large file have had, in KiB.
    pub fn peak_memory(&self, place: &Place) -> Result<Option<[f64; 2]>> {
        let mut client = self.client(&place.downloaded, &[]);
        client.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = spawn(client.stderr(Stdio::null()))?;
        // At its prompt it does not end before its input does.
        writeln!(client.stdin.as_mut().unwrap(), "get {LARGE}")?;
        let mut stdout = BufReader::new(client.stdout.take().unwrap());
        stdout.read_line(&mut String::new())?;
        let peak = |id| status(id, "VmHWM:");
        let peaks = peak(self.service.0.id()).zip(peak(client.id()));
        client.wait()?;
        Ok(peaks.map(|(server, client)| [server, client]))
    }
}

/// A number that the system tells of a program: `VmRSS:` is the memory that it has now,
/// `VmHWM:` the most that it has had, in KiB. Only Linux tells.
fn status(id: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Hashes as many bytes as the file has, over and over the same buffer; the seconds.
pub fn hash_alone(algorithm: Algorithm, size: u64) -> f64 {
    let buffer = vec![1; BUFFER];
    let mut hasher = Hasher::new(algorithm);
    let started = Instant::now();
    for _ in 0..size / BUFFER as u64 {
        hasher.update(black_box(&buffer));
    }
    black_box(hasher.finish());
    started.elapsed().as_secs_f64()
}
