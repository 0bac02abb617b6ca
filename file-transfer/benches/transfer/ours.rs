//! The lesson's own server and client, driven as a student drives them; and what bounds
//! them from above: a bare copy through a socket, a bare ping-pong.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use common::frame::{read_frame, write_frame};
use md5::{Digest, Md5};
use serde_json::Value;

use crate::place::{self, CROWD, LARGE, Place, SMALL_SIZE};
use crate::program::{RUN, Service, command, finish, spawn, timed};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");
const BUFFER: usize = 64 * 1024;

/// The lesson's server, until it is dropped.
pub struct Server {
    service: Service,
    addr: String,
}

impl Server {
    pub fn start(place: &Place, options: &[&str]) -> Result<Self> {
        let service = Service::start(
            command(BIN)
                .args(["server", "--addr", "127.0.0.1:0", "--dir"])
                .arg(&place.share)
                .args(options),
            "\n",
        )?;
        let said = service.said()?;
        let addr = said.lines().next().unwrap_or_default();
        let addr = addr.strip_prefix("listening on ").context(said.clone())?;
        Ok(Self { addr: addr.into(), service })
    }

    fn client(&self, into: &Path) -> Command {
        let mut client = command(BIN);
        client.args(["client", "--addr", &self.addr, "--dir"]).arg(into);
        client
    }

    /// Once from the command line, into this folder; the seconds it took.
    pub fn get(&self, name: &str, into: &Path) -> Result<f64> {
        timed(self.client(into).args(["get", name]))
    }

    /// So many clients at once, each with a file and a folder of its own; the seconds
    /// that all of them took. Together their files are as large as the large one.
    pub fn crowd(&self, place: &Place, clients: usize) -> Result<f64> {
        let folder = place.memory.join("crowd");
        place.warm()?;
        let started = Instant::now();
        let clients: Result<Vec<Child>> = (0..clients)
            .map(|n| {
                let into = folder.join(n.to_string());
                spawn(self.client(&into).args(["get", CROWD]))
            })
            .collect();
        // Each of them verifies its file, and fails when that is not right.
        clients?.into_iter().try_for_each(finish)?;
        let seconds = started.elapsed().as_secs_f64();
        fs::remove_dir_all(&folder)?;
        Ok(seconds)
    }

    /// Small files over one connection, verified, saved nowhere; how many a second.
    pub fn small_files(&self, files: u32) -> Result<f64> {
        let mut stream = connect(&self.addr)?;
        let started = Instant::now();
        for n in 0..files {
            request(&mut stream, &place::small(n))?;
            let header = read_frame(&mut stream)?.context("no header")?;
            let header: Value = serde_json::from_slice(&header)?;
            ensure!(header["status"] == "file", "the server says {header}");
            let mut payload = [0; SMALL_SIZE];
            stream.read_exact(&mut payload)?;
            let digest = Md5::digest(payload);
            let digest: String =
                digest.iter().map(|byte| format!("{byte:02x}")).collect();
            ensure!(header["md5"] == digest, "{header} is not for its file");
        }
        Ok(f64::from(files) / started.elapsed().as_secs_f64())
    }

    /// The same by the client, which is told by a pipe; how many a second.
    pub fn small_files_by_client(&self, place: &Place) -> Result<f64> {
        let (lines, into) =
            (place.memory.join("lines"), place.memory.join("small"));
        let gets =
            (0..place.files).map(|n| format!("get {}\n", place::small(n)));
        fs::write(&lines, gets.collect::<String>())?;
        let seconds = timed(self.client(&into).stdin(File::open(&lines)?))?;
        fs::remove_dir_all(&into)?;
        Ok(f64::from(place.files) / seconds)
    }

    /// The seconds from a request for the large file to the first byte of the answer,
    /// on a connection that stands.
    pub fn first_byte(&self) -> Result<f64> {
        let mut stream = connect(&self.addr)?;
        // The server's thread for this connection is there when it answers.
        request(&mut stream, "no such file")?;
        read_frame(&mut stream)?;

        let started = Instant::now();
        request(&mut stream, LARGE)?;
        stream.read_exact(&mut [0])?;
        Ok(started.elapsed().as_secs_f64())
    }
}

fn connect(addr: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(RUN))?;
    Ok(stream)
}

fn request(stream: &mut TcpStream, name: &str) -> Result<()> {
    let json = format!(r#"{{"command":"get","filename":"{name}"}}"#);
    Ok(write_frame(stream, json.as_bytes())?)
}

/// The most memory that the server and the client of one large file have had, in KiB.
/// Linux writes it into /proc, as long as the program runs.
pub fn peak_memory(place: &Place) -> Result<Option<[u64; 2]>> {
    let peak = |id: u32| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let server = Server::start(place, &[])?;
    let into = place.memory.join("downloaded");
    let mut client = server.client(&into);
    let mut client =
        spawn(client.stdin(Stdio::piped()).stdout(Stdio::piped()))?;

    // At its prompt it does not end before its input does.
    let mut stdin = client.stdin.take().context("no stdin")?;
    writeln!(stdin, "get {LARGE}")?;
    let stdout = client.stdout.take().context("no stdout")?;
    BufReader::new(stdout).read_line(&mut String::new())?;
    let peaks = peak(server.service.id()).zip(peak(client.id()));
    drop(stdin);
    finish(client)?;
    place.check(&into.join(LARGE))?;
    fs::remove_dir_all(&into)?;
    Ok(peaks.map(|(server, client)| [server, client]))
}

/// From a file through a socket to nowhere; the seconds it took.
pub fn ceiling(file: &Path) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    let started = Instant::now();
    let sending = File::open(file)?;
    let sender = thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        copy(sending, |piece| Ok(stream.write_all(piece)?))
    });
    copy(TcpStream::connect(addr)?, |_| Ok(()))?;
    sender.join().map_err(|_| anyhow!("the sender failed"))??;
    Ok(started.elapsed().as_secs_f64())
}

fn copy(
    mut from: impl Read,
    mut to: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => to(&buffer[..n])?,
        }
    }
}

/// As many bytes back and forth as a small file has, with its request and its header,
/// and nothing else; how many times a second.
pub fn ping_pongs(times: u32) -> Result<f64> {
    let mut ping = vec![b'x'; 54];
    let mut pong = vec![b'x'; 116 + SMALL_SIZE];
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = connect(&listener.local_addr()?.to_string())?;
    let (mut server, _) = listener.accept()?;
    server.set_nodelay(true)?;
    let (mut pinged, answer) = (ping.clone(), pong.clone());
    let serving = thread::spawn(move || {
        while server.read_exact(&mut pinged).is_ok() {
            server.write_all(&answer)?;
        }
        std::io::Result::Ok(())
    });
    let started = Instant::now();
    for _ in 0..times {
        client.write_all(&ping)?;
        client.read_exact(&mut pong)?;
        ping[0] = pong[0];
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(client); // ends the server
    serving.join().map_err(|_| anyhow!("the ping-pong failed"))??;
    Ok(f64::from(times) / seconds)
}
