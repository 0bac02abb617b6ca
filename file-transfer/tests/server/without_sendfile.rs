//! A system that refuses sendfile, as some file systems do.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::env::consts::ARCH;
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

/// Starts a program that gets this error, by its number, from each call of sendfile.
pub fn without_sendfile<T: Send>(
    error: u32,
    start: impl FnOnce() -> T + Send,
) -> T {
    let sendfile = if ARCH == "x86_64" { 40 } else { 71 }; // the call's number
    let filter: BpfProgram = SeccompFilter::new(
        [(sendfile, Vec::new())].into(),
        SeccompAction::Allow, // every other call
        SeccompAction::Errno(error),
        ARCH.try_into().unwrap(),
    )
    .unwrap()
    .try_into()
    .unwrap();
    // The filter holds for one thread, and for the programs that it starts.
    let filtered = move || {
        apply_filter(&filter).unwrap();
        start()
    };
    thread::scope(|scope| scope.spawn(filtered).join().unwrap())
}
