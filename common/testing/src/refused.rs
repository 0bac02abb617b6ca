//! A system that refuses a call: as some file systems do with sendfile, and as Windows
//! does with recvfrom after a datagram that found nobody.

use std::process::{Command, Stdio};

use crate::program::{Finished, finish};

/// Runs a program that gets no thread beside its first; `None` where we know no way to
/// do that. Each would need a stack of 64 TiB, and no system has that much.
pub fn run_without_threads(bin: &str, args: &[&str]) -> Option<Finished> {
    let mut command = Command::new(bin);
    command.args(args).env("RUST_MIN_STACK", (1_u64 << 46).to_string());
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
    /// More than 400 bytes to a stream, in one call.
    SendMuch,
    /// The lock of a file: some of NFS and FUSE have none.
    Lock,
    /// A read of more than 200,000 bytes from a file, in one call.
    ReadMuch,
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

    let (x86_64, aarch64) = match call {
        Call::SendFile => (40, 71),
        Call::RecvFrom => (45, 207),
        Call::SendMuch => (44, 206),
        Call::ReadMuch => (0, 63),
        Call::Rename => (82, 38),
        Call::Lock => (73, 32),
        Call::Sync => (75, 83),
        Call::FileSystem => (138, 44),
        Call::Look => (332, 291),
        Call::Open => (257, 56),
    };
    let number = match ARCH {
        "x86_64" => x86_64,
        "aarch64" => aarch64,
        _ => return None,
    };
    let is = |argument, op, value| {
        let length = SeccompCmpArgLen::Dword;
        SeccompCondition::new(argument, length, op, value).unwrap()
    };
    // For some the number does not tell them from other calls.
    let conditions = match call {
        Call::Look => {
            const AT_FDCWD: u64 = 0xffff_ff9c; // a look from a path
            const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
            vec![
                is(0, SeccompCmpOp::Ne, AT_FDCWD),
                is(2, SeccompCmpOp::Eq, AT_SYMLINK_NOFOLLOW),
            ]
        }
        Call::SendMuch => vec![is(2, SeccompCmpOp::Gt, 400)],
        Call::ReadMuch => vec![is(2, SeccompCmpOp::Gt, 200_000)],
        Call::Open => {
            const O_NOCTTY: u64 = 0x100;
            vec![is(2, SeccompCmpOp::MaskedEq(O_NOCTTY), O_NOCTTY)]
        }
        _ => Vec::new(),
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
