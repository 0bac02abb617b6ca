//! A stream in memory that arrives in given pieces: one `read` returns one piece at most,
//! and time changes nothing.

use std::io::{self, ErrorKind, Read};

use grade::{Finding, Verdict};

/// How often the end may be read before it is called spinning.
const ENDS: u32 = 100;

/// What comes behind the last piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The end of the stream.
    End,
    /// Nothing: the peer is silent, and a real `read` would wait.
    Silence,
}

/// The stream, and what was asked of it.
pub struct Delivery {
    stream: Vec<u8>,
    /// Where each piece ends, in order.
    places: Vec<usize>,
    then: Then,
    taken: usize,
    /// How often the end was read.
    ends: u32,
    /// For each `read`: how many bytes had been taken before, and how many it had room
    /// for.
    pub reads: Vec<(usize, usize)>,
}

impl Delivery {
    pub fn new(pieces: &[&[u8]], then: Then) -> Self {
        let mut end = 0;
        let places = pieces.iter().map(|piece| {
            end += piece.len();
            end
        });
        let (places, stream) = (places.collect(), pieces.concat());
        Self { stream, places, then, taken: 0, ends: 0, reads: Vec::new() }
    }
}

impl Read for Delivery {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.reads.push((self.taken, buffer.len()));
        let next = self.places.partition_point(|end| *end <= self.taken);
        let Some(end) = self.places.get(next) else {
            self.ends += 1;
            assert!(
                self.ends < ENDS,
                "the stream has ended, and is read again and again: a read of 0 bytes \
                 is the end"
            );
            return match self.then {
                Then::End => Ok(0),
                Then::Silence => Err(ErrorKind::WouldBlock.into()),
            };
        };
        let piece = &self.stream[self.taken..*end];
        let n = buffer.len().min(piece.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        self.taken += n;
        Ok(n)
    }
}

/// The stream in pieces that end at these places.
pub fn cut<'a>(stream: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for end in places.iter().copied().chain([stream.len()]) {
        pieces.push(&stream[start..end]);
        start = end;
    }
    pieces
}

/// Each of the 2^(n-1) ways to cut a stream of n bytes.
pub fn every_way(length: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1_u32 << (length - 1)).map(move |way| {
        (1..length).filter(|place| way >> (place - 1) & 1 == 1).collect()
    })
}

/// Random places, in order.
pub fn places(random: &mut fastrand::Rng, length: usize) -> Vec<usize> {
    let count = random.usize(1..=length.min(50));
    let mut places: Vec<usize> =
        (0..count).map(|_| random.usize(0..=length)).collect();
    places.sort_unstable();
    places
}

/// Short pieces as they are shown in a report.
pub fn shown(pieces: &[&[u8]]) -> String {
    let shown = pieces.iter().map(|piece| {
        let bytes = piece.iter().map(|byte| format!("{byte:02x}"));
        bytes.collect::<Vec<_>>().join(" ")
    });
    format!("pieces  |{}|", shown.collect::<Vec<_>>().join("|"))
}

/// Fails with this; shows the pieces, if they are few.
pub fn different(mut finding: Finding, pieces: &[&[u8]]) -> Verdict {
    if pieces.iter().map(|piece| piece.len()).sum::<usize>() <= 20 {
        finding.more.push(shown(pieces));
    }
    Err(finding.into())
}
