//! Linux: what a program has started, what that takes, and where it listens.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// A process, as /proc shows it.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub is_zombie: bool,
    /// Resident memory in bytes.
    pub memory: u64,
    /// Time on a processor.
    pub cpu: Duration,
}

/// Everything that this process has started, and what that has started, and so on.
pub fn below(root: i32) -> Vec<Process> {
    let (mut below, mut parents) = (Vec::new(), vec![root]);
    while let Some(parent) = parents.pop() {
        let threads = fs::read_dir(format!("/proc/{parent}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            let children = children.unwrap_or_default();
            let pids = children.split(' ').filter_map(|pid| pid.parse().ok());
            let children: Vec<Process> = pids.filter_map(process).collect();
            parents.extend(children.iter().map(|child| child.pid));
            below.extend(children);
        }
    }
    below
}

/// One of them.
pub fn process(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in front may contain anything, a parenthesis included.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |field: usize| fields.get(field)?.parse::<u64>().ok();
    let ticks = number(11)? + number(12)?;
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Process {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        is_zombie: fields.first() == Some(&"Z"),
        memory: number(21)? * rustix::param::page_size() as u64,
        cpu: Duration::from_millis(ticks * 1000 / per_second.max(1)),
    })
}

/// Does this process sleep, with all that it has started? And how long has that had a
/// processor? Where it is this process here, only what it has started counts. `None`
/// when it is not there.
pub fn activity(pid: u32) -> Option<(bool, Duration)> {
    let mut all = below(pid as i32);
    if pid != std::process::id() {
        all.push(process(pid as i32)?);
    }
    let threads = |process: &Process| {
        let folder = fs::read_dir(format!("/proc/{}/task", process.pid));
        folder.into_iter().flatten().flatten()
    };
    let is_busy = |thread: fs::DirEntry| {
        let stat = fs::read_to_string(thread.path().join("stat"));
        let stat = stat.unwrap_or_default();
        // R runs or waits for a processor, D waits for a disk.
        stat.rsplit_once(") ").is_some_and(|(_, s)| s.starts_with(['R', 'D']))
    };
    let sleeps = !all.iter().flat_map(threads).any(is_busy);
    Some((sleeps, all.iter().map(|process| process.cpu).sum()))
}

/// The ports that these processes listen on (TCP), or have bound (UDP).
pub fn ports(pids: &[i32], udp: bool) -> Vec<SocketAddr> {
    let mut own = BTreeSet::new();
    for pid in pids {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter();
        let links = files.flatten().flatten();
        own.extend(links.filter_map(|file| fs::read_link(file.path()).ok()));
    }
    let (kind, waiting) = if udp { ("udp", "07") } else { ("tcp", "0A") };
    let mut ports = Vec::new();
    for table in [kind.to_string(), format!("{kind}6")] {
        let text = fs::read_to_string(format!("/proc/net/{table}"));
        for line in text.unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, addr, _, state, _, _, _, _, _, inode, ..] = fields[..]
            else {
                continue;
            };
            let socket = format!("socket:[{inode}]");
            if state == waiting && own.contains(std::path::Path::new(&socket)) {
                ports.extend(address(addr));
            }
        }
    }
    ports
}

/// `0100007F:1F90` is 127.0.0.1:8080: four bytes at a time, as the processor has them.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::new();
    for word in ip.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16);
        bytes.extend(word.ok()?.to_ne_bytes());
    }
    let ip: IpAddr = match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(bytes) => bytes.into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(&bytes[..]).ok()?).into(),
    };
    Some((ip, port).into())
}
