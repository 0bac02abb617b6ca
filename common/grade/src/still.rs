//! Waiting for a program that may have nothing more to do. A fixed time would be too
//! short on a slow machine, and lost on a fast one: Linux tells when a program sleeps.

use std::io::{self, ErrorKind};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use crate::processes::tree;

/// No program on any machine waits longer for a processor.
const LONGEST: Duration = Duration::from_secs(30);

/// The shortest time between two looks, each of which costs a tenth of a millisecond.
const LOOK: Duration = Duration::from_millis(2);

/// How long a call may still wait; an error when the time is over.
pub fn left_until(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Waits until this is seen, or until the program with this process id has slept for a
/// moment: it waits for something then. Where nobody can tell whether it sleeps, only the
/// moment counts; a program that never does gets ten moments of a processor. Tells
/// whether it was seen.
pub fn settle(
    pid: Option<u32>,
    moment: Duration,
    mut seen: impl FnMut() -> bool,
) -> bool {
    let (start, mut asleep, mut before) = (Instant::now(), None, None);
    let look = (moment / 5).clamp(LOOK, LOOK * 5);
    while !seen() {
        let over = match pid.and_then(activity) {
            None => start.elapsed() > moment,
            Some((true, _)) => {
                let since = asleep.get_or_insert_with(Instant::now);
                since.elapsed() > moment
            }
            Some((false, cpu)) => {
                asleep = None;
                let used = cpu.saturating_sub(*before.get_or_insert(cpu));
                used > moment * 10 || start.elapsed() > LONGEST
            }
        };
        if over {
            return seen();
        }
        thread::sleep(look);
    }
    true
}

/// How long has it had a processor, with all that it has started?
pub fn used(pid: Option<u32>) -> Duration {
    pid.and_then(activity).map_or(Duration::ZERO, |(_, cpu)| cpu)
}

/// Is its time over? Where it is busy, and has not had so much time of a processor yet,
/// it had to wait for one: then it has up to five times more.
pub fn is_late(pid: Option<u32>, deadline: Instant, time: Duration) -> bool {
    let late = Instant::now().saturating_duration_since(deadline);
    let is_starved =
        || matches!(pid.and_then(activity), Some((false, cpu)) if cpu < time);
    !late.is_zero() && (late > time * 5 || !is_starved())
}

/// Does the program do something, as far as one can tell?
pub fn is_busy(pid: Option<u32>) -> bool {
    matches!(pid.and_then(activity), Some((false, _)))
}

/// Does it sleep, with all that it has started? And how long has that had a processor?
/// Of this process here only what it has started counts.
fn activity(pid: u32) -> Option<(bool, Duration)> {
    let mut all = tree(pid);
    if all.is_empty() {
        return None;
    }
    all.retain(|one| one.pid != process::id());
    let sleeps = !all.iter().any(|one| one.is_busy);
    Some((sleeps, all.iter().map(|one| one.cpu).sum()))
}
