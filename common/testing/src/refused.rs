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
}

/// Starts a program that gets this error, by its number, from each such call; `None`
/// where we know no way to do that.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub fn refusing<T: Send>(
    call: Call,
    error: u32,
    start: impl FnOnce() -> T + Send,
) -> Option<T> {
    use std::env::consts::ARCH;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    let number = match call {
        Call::SendFile if ARCH == "x86_64" => 40,
        Call::SendFile => 71,
        Call::RecvFrom if ARCH == "x86_64" => 45,
        Call::RecvFrom => 207,
    };
    let filter = SeccompFilter::new(
        [(number, Vec::new())].into(),
        SeccompAction::Allow, // every other call
        SeccompAction::Errno(error),
        ARCH.try_into().unwrap(),
    );
    let filter: BpfProgram = filter.unwrap().try_into().unwrap();
    // The filter holds for one thread, and for the programs that it starts.
    let filtered = move || {
        apply_filter(&filter).unwrap();
        start()
    };
    std::thread::scope(|scope| Some(scope.spawn(filtered).join().unwrap()))
}

/// The same where we know no way to do that.
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
pub fn refusing<T: Send>(
    _call: Call,
    _error: u32,
    _start: impl FnOnce() -> T + Send,
) -> Option<T> {
    None
}
