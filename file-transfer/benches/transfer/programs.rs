//! The programs that are measured: servers until they are dropped, clients to their end.
//! The tools that one would have used have each a server of its own on loopback.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, ensure};

use crate::place::{LARGE, Place};

pub const CURL_MD5: &str = "http.server and curl, then md5sum";
pub const RSYNC: &str = "rsync daemon";

/// A server that runs until it is dropped.
pub struct Service(pub Child);

impl Service {
    /// Starts a server, and waits until it listens on this port.
    pub fn start(command: &mut Command, port: u16) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut service = Self(spawn(command.stderr(Stdio::null()))?);
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let runs =
                service.0.try_wait()?.is_none() && Instant::now() < deadline;
            ensure!(runs, "{command:?} does not start");
            thread::sleep(Duration::from_millis(5));
        }
        Ok(service)
    }

    /// How many seconds of CPU it has used so far, where the system tells.
    pub fn cpu(&self) -> Option<f64> {
        let path = format!("/proc/{}/stat", self.0.id());
        let stat = fs::read_to_string(path).ok()?;
        // Its 14th and 15th fields are hundredths.
        let fields: Vec<_> = stat.rsplit(')').next()?.split(' ').collect();
        let field = |n: usize| fields.get(n)?.parse::<f64>().ok();
        Some((field(12)? + field(13)?) / 100.0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

pub fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("{command:?} does not start"))
}

/// Runs clients at the same time, and returns how many seconds it took until the last
/// one had done what it should.
pub fn timed(clients: &mut [Command]) -> Result<f64> {
    let started = Instant::now();
    let clients = clients.iter_mut().map(|client| {
        client.stdin(Stdio::null()).stdout(Stdio::null());
        spawn(client.stderr(Stdio::piped()))
    });
    for client in clients.collect::<Result<Vec<_>>>()? {
        let done = client.wait_with_output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "{}: {}", done.status, said.trim());
    }
    Ok(started.elapsed().as_secs_f64())
}

/// A command as one types it in this folder.
fn command(folder: &Path, line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(folder);
    command
}

/// A tool that brings the large file here.
pub struct Peer {
    pub name: &'static str,
    pub clients: Vec<Command>,  // one after the other
    pub small: Option<Command>, // brings all the small files
    _server: Service,
}

/// Starts all that are installed, and says which are not.
pub fn start_peers(place: &Place) -> Result<Vec<Peer>> {
    let peers = [curl(place, free_port()?), rsync(place, free_port()?)];
    let say = |e: &Error| println!("left out: {e:#}");
    let found = peers.into_iter().map(|peer| peer.inspect_err(say));
    Ok(found.flatten().collect())
}

/// Python's server and curl: what a class does without this lesson.
fn curl(place: &Place, port: u16) -> Result<Peer> {
    let [there, here] = [&place.share, &place.downloaded];
    let python = if cfg!(windows) { "python" } else { "python3" };
    let serve = format!("{python} -m http.server --bind 127.0.0.1 {port}");
    let get = format!("curl -sSf -m 120 -O http://127.0.0.1:{port}/{LARGE}");
    let verify = format!("md5sum {LARGE}");
    let tools = ["curl --version", "md5sum --version"];
    timed(&mut tools.map(|line| command(there, line)))?;
    let _server = Service::start(&mut command(there, &serve), port)?;
    let clients = vec![command(here, &get), command(here, &verify)];
    Ok(Peer { name: CURL_MD5, clients, small: None, _server })
}

/// rsync's own server. Both ends compute a checksum of the file, and compare them.
fn rsync(place: &Place, port: u16) -> Result<Peer> {
    let [there, here] = [&place.share, &place.downloaded];
    let config = there.with_file_name("rsyncd.conf");
    let (share, small) = (there.display(), place.small.display());
    let lines = "use chroot = no\nuid = 0\ngid = 0\n";
    let modules = format!("[share]\npath = {share}\n[small]\npath = {small}\n");
    fs::write(&config, format!("{lines}{modules}"))?;
    let serve = "rsync --daemon --no-detach --address=127.0.0.1 --port";
    let mut daemon = command(there, &format!("{serve} {port} --config"));
    let _server = Service::start(daemon.arg(&config), port)?;
    let url = format!("rsync://127.0.0.1:{port}/share/{LARGE}");
    let get = format!("rsync --timeout=120 {url} {LARGE}");
    let clients = vec![command(here, &get)];
    let small = format!("rsync -W -r rsync://127.0.0.1:{port}/small/ .");
    let small = Some(command(here, &small));
    Ok(Peer { name: RSYNC, clients, small, _server })
}
