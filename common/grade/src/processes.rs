//! What a program has started, what that takes, and where it listens, as far as the
//! system tells: Linux does.

use std::net::SocketAddr;
use std::time::Duration;

/// A process.
pub struct Process {
    pub pid: u32,
    #[cfg_attr(windows, expect(dead_code, reason = "only Unix has them"))]
    pub is_zombie: bool,
    /// Does one of its threads run, or wait for a processor or a disk?
    pub is_busy: bool,
    /// Resident memory in bytes.
    pub memory: u64,
    /// Time on a processor.
    pub cpu: Duration,
}

/// This process, everything that it has started, and what that has started, and so on;
/// nothing when it is not there.
#[cfg(target_os = "linux")]
pub fn tree(root: u32) -> Vec<Process> {
    let (mut tree, mut pids) = (Vec::new(), vec![root]);
    while let Some(pid) = pids.pop() {
        tree.extend(process(pid, &mut pids).ok());
    }
    tree
}

#[cfg(target_os = "linux")]
fn process(pid: u32, children: &mut Vec<u32>) -> procfs::ProcResult<Process> {
    let process = procfs::process::Process::new(pid as i32)?;
    let stat = process.stat()?;
    let mut is_busy = false;
    for thread in process.tasks()?.flatten() {
        let state = thread.stat().map(|stat| stat.state);
        is_busy |= matches!(state, Ok('R' | 'D'));
        children.extend(thread.children().unwrap_or_default());
    }
    let ticks = (stat.utime + stat.stime) * 1000;
    Ok(Process {
        pid,
        is_zombie: stat.state == 'Z',
        is_busy,
        memory: stat.rss * procfs::page_size(),
        cpu: Duration::from_millis(ticks / procfs::ticks_per_second()),
    })
}

/// Does this process ignore the signal?
#[cfg(target_os = "linux")]
pub fn is_ignored(signal: i32) -> bool {
    let own = procfs::process::Process::myself().and_then(|own| own.status());
    own.is_ok_and(|status| status.sigign >> (signal - 1) & 1 == 1)
}

/// The sockets that listen (TCP), or are bound (UDP): their numbers, and where.
#[cfg(target_os = "linux")]
fn sockets(is_udp: bool) -> procfs::ProcResult<Vec<(u64, SocketAddr)>> {
    use procfs::net::{TcpState, UdpState, tcp, tcp6, udp, udp6};

    Ok(if is_udp {
        let all = udp()?.into_iter().chain(udp6().unwrap_or_default());
        let bound = all.filter(|socket| socket.state == UdpState::Close);
        bound.map(|socket| (socket.inode, socket.local_address)).collect()
    } else {
        let all = tcp()?.into_iter().chain(tcp6().unwrap_or_default());
        let listen = all.filter(|socket| socket.state == TcpState::Listen);
        listen.map(|socket| (socket.inode, socket.local_address)).collect()
    })
}

/// Where this process and what it has started listen: `("UDP", addr)`.
#[cfg(target_os = "linux")]
pub fn ports(root: u32) -> Vec<(&'static str, SocketAddr)> {
    use procfs::process::{FDTarget, Process};

    let pids = tree(root).into_iter().map(|process| process.pid as i32);
    let files = pids.filter_map(|pid| Process::new(pid).ok()?.fd().ok());
    let files = files.flatten().flatten().map(|file| file.target);
    let is_socket = |file: &FDTarget| matches!(file, FDTarget::Socket(_));
    let own: Vec<FDTarget> = files.filter(is_socket).collect();
    if own.is_empty() {
        return Vec::new(); // to read of all sockets takes long
    }
    let named = |(kind, is_udp)| {
        let mut sockets = sockets(is_udp).unwrap_or_default();
        sockets.retain(|(inode, _)| own.contains(&FDTarget::Socket(*inode)));
        sockets.into_iter().map(move |(_, addr)| (kind, addr))
    };
    [("TCP", false), ("UDP", true)].into_iter().flat_map(named).collect()
}

/// Has somebody bound this UDP port, as far as one can tell?
#[cfg(target_os = "linux")]
pub fn is_bound(port: u16) -> bool {
    let is_it = |(_, addr): &(u64, SocketAddr)| addr.port() == port;
    sockets(true).map_or(true, |all| all.iter().any(is_it))
}

/// No other system is asked.
#[cfg(not(target_os = "linux"))]
pub fn tree(_root: u32) -> Vec<Process> {
    Vec::new()
}

/// The same.
#[cfg(not(target_os = "linux"))]
pub fn ports(_root: u32) -> Vec<(&'static str, SocketAddr)> {
    Vec::new()
}
