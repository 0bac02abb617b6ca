//! A system that refuses a call: as some file systems do with sendfile, and as Windows
//! does with recvfrom after a datagram that found nobody. Or one whose network has the
//! ports and buffers that a machine seldom has.

use std::process::{Command, Stdio};

use crate::program::{Finished, finish};

/// Runs a program that gets no thread beside its first; `None` where we know no way to
/// do that. Each would need a stack of 64 TiB, and no system has that much.
pub fn run_without_threads(mut command: Command) -> Option<Finished> {
    command.env("RUST_MIN_STACK", (1_u64 << 46).to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    cfg!(target_os = "linux").then(|| finish(command, b""))
}

/// A call of the system.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// From a file to a socket.
    SendFile,
    /// A datagram and its sender; std's `recv` of a stream is the same call.
    RecvFrom,
    /// A look at what has come on a stream.
    Peek,
    /// When a silent peer of a stream is asked whether it is there.
    Keepalive,
    /// More than 400 bytes to a stream, in one call.
    SendMuch,
    /// The lock of a file: some of NFS and FUSE have none.
    Lock,
    /// A read of more than 200,000 bytes from a file, in one call.
    ReadMuch,
    /// A write of more than 400 bytes to a file, in one call.
    WriteMuch,
    /// A file gets its name.
    Rename,
    /// The wait for the disk, which may find out only then that it is full.
    Sync,
    /// Which file system it is.
    FileSystem,
    /// A look at an entry of a folder, through the open folder.
    Look,
    /// The opening of a file by lesson 4: not that of a folder, which has no `O_NOCTTY`.
    Open,
}

/// Starts a program that gets this error, by its number, from each such call; `None`
/// where we know no way to do that.
#[cfg(target_os = "linux")]
pub fn refusing<T: Send>(
    call: Call,
    error: u32,
    start: impl FnOnce() -> T + Send,
) -> Option<T> {
    use std::env::consts::ARCH;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
        SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
    };

    let is = |argument, op, value| {
        let length = SeccompCmpArgLen::Dword;
        SeccompCondition::new(argument, length, op, value).unwrap()
    };
    let more_than = |bytes| vec![is(2, SeccompCmpOp::Gt, bytes)];
    // A look from a path has this in place of a folder.
    const AT_FDCWD: u64 = 0xffff_ff9c;
    const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
    const O_NOCTTY: u64 = 0x100;
    // The number of the call, and for some what tells them from others of that number.
    let (x86_64, aarch64, conditions) = match call {
        Call::SendFile => (40, 71, vec![]),
        Call::RecvFrom => (45, 207, vec![]),
        Call::Peek => (45, 207, vec![is(3, SeccompCmpOp::Eq, 2)]), // MSG_PEEK
        Call::Keepalive => {
            let of_tcp = is(1, SeccompCmpOp::Eq, 6);
            let idle_time = is(2, SeccompCmpOp::Eq, 4); // TCP_KEEPIDLE
            (54, 208, vec![of_tcp, idle_time])
        }
        Call::SendMuch => (44, 206, more_than(400)),
        Call::ReadMuch => (0, 63, more_than(200_000)),
        Call::WriteMuch => (1, 64, more_than(400)),
        Call::Rename => (82, 38, vec![]),
        Call::Lock => (73, 32, vec![]),
        Call::Sync => (75, 83, vec![]),
        Call::FileSystem => (138, 44, vec![]),
        Call::Look => {
            let in_a_folder = is(0, SeccompCmpOp::Ne, AT_FDCWD);
            let no_link = is(2, SeccompCmpOp::Eq, AT_SYMLINK_NOFOLLOW);
            (332, 291, vec![in_a_folder, no_link])
        }
        Call::Open => {
            let of_a_file = SeccompCmpOp::MaskedEq(O_NOCTTY);
            (257, 56, vec![is(2, of_a_file, O_NOCTTY)])
        }
    };
    let number = match ARCH {
        "x86_64" => x86_64,
        "aarch64" => aarch64,
        _ => return None,
    };
    let rule = SeccompRule::new(conditions); // an error where there is none
    let rules = rule.into_iter().collect();
    let filter: BpfProgram = SeccompFilter::new(
        [(number, rules)].into(),
        SeccompAction::Allow, // every other call
        SeccompAction::Errno(error),
        ARCH.try_into().unwrap(),
    )
    .and_then(TryInto::try_into)
    .unwrap();
    // The filter holds for one thread, and for the programs that it starts.
    let filtered = move || {
        apply_filter(&filter).unwrap();
        start()
    };
    std::thread::scope(|scope| Some(scope.spawn(filtered).join().unwrap()))
}

/// The same where we know no way to do that.
#[cfg(not(target_os = "linux"))]
pub fn refusing<T>(_: Call, _: u32, _: impl FnOnce() -> T) -> Option<T> {
    None
}

/// Runs a shell script where nobody else has a port, with these settings of Linux's
/// /proc/sys/net (`("ipv4/tcp_rmem", "4096 4096 4096")`); `None` where that is not
/// allowed.
pub fn in_a_network_of_its_own(
    settings: &[(&str, &str)],
    script: &str,
) -> Option<Finished> {
    let mut begin = "set -e; ip link set lo up".to_string();
    for (name, value) in settings {
        begin += &format!("; echo '{value}' > /proc/sys/net/{name}");
    }
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-rn", "sh", "-c", script]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        finish(command, b"")
    };
    // No such program, or no such right.
    let unshare = Command::new("unshare").arg("--version").output();
    if unshare.is_err() || run(&begin).status != 0 {
        return None;
    }
    Some(run(&format!("{begin}; set +e; {script}")))
}
