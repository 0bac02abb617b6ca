//! The tools that one would have used: each with a server of its own on loopback, and
//! with configuration of its own, so that nothing on the machine changes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::rc::Rc;

use anyhow::{Context, Result};

use crate::place::{LARGE, Place};
use crate::program::{Service, command, free_port, timed};

pub const CURL_MD5: &str = "http.server + curl, then md5sum";
pub const MD5_CURL_MD5: &str = "md5sum, http.server + curl, md5sum";
pub const RSYNC: &str = "rsync daemon";
pub const RSYNC_MD5: &str = "rsync daemon, --checksum-choice=md5";

/// Somebody else who can bring a file from there to here.
pub struct Peer {
    pub name: &'static str,
    /// What the copy is compared with the original by, if it is.
    pub verified: &'static str,
    pub to_disk: bool,
    /// Brings the large file to this path, and returns how many seconds it took.
    pub fetch: Box<Fetch>,
}

type Fetch = dyn Fn(&Path) -> Result<f64>;

/// Starts all that are installed, and says who is not.
pub fn start(place: &Place) -> Vec<Peer> {
    let mut peers = Vec::new();
    for start in [http, rsync, scp, ncat] {
        match start(place) {
            Ok(started) => peers.extend(started),
            Err(e) => println!("skipped: {e:#}"),
        }
    }
    peers
}

fn peer(
    name: &'static str,
    verified: &'static str,
    fetch: impl Fn(&Path) -> Result<f64> + 'static,
) -> Peer {
    let to_disk = [CURL_MD5, RSYNC].contains(&name);
    Peer { name, verified, to_disk, fetch: Box::new(fetch) }
}

/// Python's server and curl: what a class does without this lesson.
fn http(place: &Place) -> Result<Vec<Peer>> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let server = Service::start(
        command(python)
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .arg("--directory")
            .arg(&place.share),
        " port ",
    )?;
    let said = server.said()?;
    let port = said.split(" port ").nth(1).unwrap_or_default();
    let port = port.split_whitespace().next().unwrap_or_default();
    let url = format!("http://127.0.0.1:{port}/{LARGE}");
    timed(command("curl").arg("--version"))?;

    let server = Rc::new(server); // runs as long as one of the three
    let curl = move |into: &Path| {
        let _server = &server;
        timed(command("curl").args(["-sSf", &url, "-o"]).arg(into))
    };
    let md5sum = |path: &Path| timed(command("md5sum").arg(path));
    let (curl2, curl3) = (curl.clone(), curl.clone());
    let mut peers = vec![peer("http.server + curl", "", curl)];
    if let Err(e) = timed(command("md5sum").arg("--version")) {
        println!("skipped: {e:#}");
        return Ok(peers);
    }
    let original = place.large();
    peers.push(peer(CURL_MD5, "md5", move |into| {
        Ok(curl2(into)? + md5sum(into)?)
    }));
    peers.push(peer(MD5_CURL_MD5, "md5", move |into| {
        Ok(md5sum(&original)? + curl3(into)? + md5sum(into)?)
    }));
    Ok(peers)
}

/// rsync's own server; it compares a checksum of the whole file at the end.
fn rsync(place: &Place) -> Result<Vec<Peer>> {
    let port = free_port()?;
    let config = place.memory.join("rsyncd.conf");
    let share = place.share.display();
    fs::write(
        &config,
        format!("use chroot = no\nuid = 0\ngid = 0\n[share]\npath = {share}\n"),
    )?;
    let server = Service::start(
        command("rsync")
            .args(["--daemon", "--no-detach", "--address=127.0.0.1"])
            .arg(format!("--port={port}"))
            .arg("--log-file=/dev/stderr")
            .arg("--config")
            .arg(&config),
        "listening on port",
    )?;
    let server = Rc::new(server);
    let url = format!("rsync://127.0.0.1:{port}/share/{LARGE}");
    let fetch = move |options: &[&str], into: &Path| {
        let _server = &server;
        timed(command("rsync").args(options).arg(&url).arg(into))
    };
    let fetch2 = fetch.clone();
    Ok(vec![
        peer(RSYNC, "its checksum", move |into| fetch(&[], into)),
        peer(RSYNC_MD5, "md5", move |into| {
            fetch2(&["--checksum-choice=md5"], into)
        }),
    ])
}

/// scp with an sshd, a host key and a user's key that exist only here.
fn scp(place: &Place) -> Result<Vec<Peer>> {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
    let sshd = places.into_iter().find(|path| Path::new(path).exists());
    let sshd = sshd.context("sshd is not installed")?;
    let path = |name| place.memory.join(name);
    let (host_key, key) = (path("host_key"), path("user_key"));
    for key in [&host_key, &key] {
        let new = ["-q", "-t", "ed25519", "-N", "", "-f"];
        timed(command("ssh-keygen").args(new).arg(key))?;
    }
    let port = free_port()?;
    let config = path("sshd_config");
    let folder = place.memory.display();
    fs::write(
        &config,
        format!(
            "ListenAddress 127.0.0.1:{port}\n\
             HostKey \"{folder}/host_key\"\n\
             AuthorizedKeysFile \"{folder}/user_key.pub\"\n\
             PidFile none\n\
             StrictModes no\n\
             UsePAM no\n\
             Subsystem sftp internal-sftp\n"
        ),
    )?;
    let server = Service::start(
        command(sshd).args(["-D", "-e", "-f"]).arg(&config),
        "listening on",
    )?;
    let who = std::process::Command::new("whoami").output()?.stdout;
    let who = String::from_utf8_lossy(&who).trim().to_string();
    let from = format!("{who}@127.0.0.1:{}", place.large().display());
    let known = format!("UserKnownHostsFile={folder}/known_hosts");
    let fetch = move |into: &Path| {
        let _server = &server;
        timed(
            command("scp")
                .args(["-q", "-B", "-F", "none", "-o", &known, "-o"])
                .arg("StrictHostKeyChecking=accept-new")
                .args(["-P", &port.to_string(), "-i"])
                .arg(&key)
                .arg(&from)
                .arg(into),
        )
    };
    fetch(&place.memory.join("tried")).context("scp")?;
    fs::remove_file(place.memory.join("tried"))?;
    Ok(vec![peer("scp", "ssh's MAC", fetch)])
}

/// A bare connection at each end; the server serves once, so each time a new one.
fn ncat(place: &Place) -> Result<Vec<Peer>> {
    timed(command("ncat").arg("--version"))?;
    let original: PathBuf = place.large();
    let fetch = move |into: &Path| {
        let port = free_port()?.to_string();
        let _server = Service::start(
            command("ncat")
                .args(["-v", "--send-only", "-l", "127.0.0.1", &port])
                .stdin(Stdio::from(File::open(&original)?)),
            "Listening on",
        )?;
        timed(
            command("ncat")
                .args(["--recv-only", "127.0.0.1", &port])
                .stdout(File::create(into)?),
        )
    };
    Ok(vec![peer("ncat", "", fetch)])
}
