//! What a system does with calls on sockets that is no event of the network: a signal
//! interrupts them, and macOS refuses the options of a stream that is shut.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// Makes a call until no signal interrupts it: that is no event of the network. A call
/// that is made again has its whole time again (`timeout` tells how long that is), but
/// the first one behind that time is the last: it takes what has come meanwhile.
pub fn uninterrupted<T>(
    timeout: impl Fn() -> io::Result<Option<Duration>>,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let (start, mut is_last) = (Instant::now(), false);
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
        if is_last {
            return Err(ErrorKind::TimedOut.into());
        }
        is_last = timeout()?.is_some_and(|time| start.elapsed() >= time);
    }
}

/// The result of setting an option of a stream. macOS refuses each one (EINVAL) once both
/// directions are shut, by two goodbyes or by a reset. No call waits then,
/// so the refusal is no error: what has arrived can still be read.
pub fn ok_if_shut(result: io::Result<()>) -> io::Result<()> {
    let is_quirk = |e: &io::Error| e.kind() == ErrorKind::InvalidInput;
    if cfg!(target_vendor = "apple") && result.as_ref().is_err_and(is_quirk) {
        return Ok(());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_interrupted_again_and_again_ends_and_takes_what_has_come()
    {
        let time = || Ok(Some(Duration::from_millis(30)));
        let interrupted = || {
            std::thread::sleep(Duration::from_millis(20));
            Err::<u8, _>(ErrorKind::Interrupted.into())
        };
        let ended = uninterrupted(time, interrupted).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::TimedOut);
        // Within its time it is made as often as that takes, and once behind it.
        for (seconds, mut interruptions) in [(60, 3), (0, 1)] {
            let time = || Ok(Some(Duration::from_secs(seconds)));
            let call = || match interruptions {
                0 => Ok(7),
                _ => {
                    interruptions -= 1;
                    Err(ErrorKind::Interrupted.into())
                }
            };
            assert_eq!(uninterrupted(time, call).unwrap(), 7);
        }
        // No other error is one to wait for.
        let reset = || Err::<u8, _>(ErrorKind::ConnectionReset.into());
        let ended = uninterrupted(|| Ok(None), reset).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::ConnectionReset);
    }
}
