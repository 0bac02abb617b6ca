//! Lesson 3: frames that arrive in pieces.

use common::frame::MAX_PAYLOAD;

use super::frames;
use crate::finding::{Finding, How, Meaning, Problem, Verdict};
use crate::visit::Visit;

/// What a read means that returned less than it was asked for.
fn cut_meaning(talk: Verdict) -> Verdict {
    let meaning = "A read returns what has come so far, which can be less than you \
                   asked for: read on until the length is whole, and then until the \
                   payload is whole (in Python, recv(4) can return 1 byte).";
    talk.when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, meaning)
}

pub fn every_cut(visit: &mut Visit) -> Verdict {
    let lengths = [visit.random.usize(3..7), visit.random.usize(2..5)];
    let (sent, wanted) = frames(visit, &lengths);
    for cut in 1..sent.len() {
        let mut talk = visit.connect()?;
        let answer =
            talk.send_cut(&sent, &[cut]).and_then(|()| talk.expect(&wanted));
        let cut_at = |finding: &mut Finding| {
            finding.more.push(format!("The stream was cut behind byte {cut}."));
        };
        cut_meaning(with(answer, cut_at))?;
    }
    Ok(())
}

/// Adds to a finding, if there is one.
fn with(verdict: Verdict, add: impl FnOnce(&mut Finding)) -> Verdict {
    verdict.map_err(|problem| match problem {
        Problem::Failed(mut finding) => {
            add(&mut finding);
            Problem::Failed(finding)
        }
        skipped => skipped,
    })
}

pub fn single_bytes(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[4, 1, 6]);
    let cuts: Vec<usize> = (1..sent.len()).collect();
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &cuts);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}

pub fn longest(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[MAX_PAYLOAD as usize]);
    // In two pieces: one read would return all of it on a fast machine.
    let cut = visit.random.usize(1000..60_000);
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &[cut]);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}

pub fn many(visit: &mut Visit) -> Verdict {
    let lengths: Vec<usize> =
        (0..100).map(|_| visit.random.usize(1..300)).collect();
    let (sent, wanted) = frames(visit, &lengths);
    let mut cuts: Vec<usize> =
        (0..40).map(|_| visit.random.usize(1..sent.len())).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &cuts);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}
