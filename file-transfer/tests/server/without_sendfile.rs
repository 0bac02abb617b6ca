//! A system that refuses sendfile, as some file systems do.

/// Starts a program that gets this error, by its number, from each call of sendfile;
/// `None` where we know no way to do that.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub fn without_sendfile<T: Send>(
    error: u32,
    start: impl FnOnce() -> T + Send,
) -> Option<T> {
    use std::env::consts::ARCH;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    let sendfile = if ARCH == "x86_64" { 40 } else { 71 }; // the call's number
    let filter = SeccompFilter::new(
        [(sendfile, Vec::new())].into(),
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

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
pub fn without_sendfile<T: Send>(
    _error: u32,
    _start: impl FnOnce() -> T + Send,
) -> Option<T> {
    None
}
