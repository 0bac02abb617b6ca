//! A stream in memory that arrives in given pieces: one `read` returns one piece at most,
//! and time changes nothing.

use std::io::{self, Read};
use std::mem;

use common::printable::hex;
use grade::{Finding, How, Verdict};

/// How often the end may be read before it is called spinning.
const ENDS: u32 = 100;

/// The stream, and what was asked of it.
pub struct Delivery {
    stream: Vec<u8>,
    /// Where each piece but the last one ends, in order.
    places: Vec<usize>,
    taken: usize,
    /// How often the end was read.
    ends: u32,
    /// For each `read`: how many bytes had been taken before, and how many it had room
    /// for.
    pub reads: Vec<(usize, usize)>,
}

impl Delivery {
    pub fn new(stream: &[u8], places: &[usize]) -> Self {
        let (stream, places) = (stream.into(), places.into());
        Self { stream, places, taken: 0, ends: 0, reads: Vec::new() }
    }
}

impl Read for Delivery {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.reads.push((self.taken, buffer.len()));
        if self.taken == self.stream.len() {
            self.ends += 1;
            assert!(
                self.ends < ENDS,
                "the stream has ended, and is read again and again: a read of 0 bytes \
                 is the end"
            );
        }
        let next = self.places.partition_point(|end| *end <= self.taken);
        let end = self.places.get(next).copied().unwrap_or(self.stream.len());
        let n = (&self.stream[self.taken..end]).read(buffer)?;
        self.taken += n;
        Ok(n)
    }
}

/// The stream in pieces that end at these places.
pub fn cut<'a>(
    stream: &'a [u8],
    places: &[usize],
) -> impl Iterator<Item = &'a [u8]> {
    let mut start = 0;
    let ends = places.iter().copied().chain([stream.len()]);
    ends.map(move |end| &stream[mem::replace(&mut start, end)..end])
}

/// Each of the 2^(n-1) ways to cut a stream of n bytes.
pub fn every_way(length: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1_u32 << (length - 1)).map(move |way| {
        (1..length).filter(|place| way >> (place - 1) & 1 == 1).collect()
    })
}

/// Short pieces as they are shown in a report.
pub fn shown(stream: &[u8], places: &[usize]) -> String {
    let shown: Vec<_> = cut(stream, places).map(hex).collect();
    format!("pieces  |{}|", shown.join("|"))
}

/// The message of this number is another one (0 is the first).
pub fn another(number: usize, wanted: &[u8], came: &[u8]) -> Finding {
    let seen = format!("Message {} is a different one.", number + 1);
    Finding { seen, ..Finding::bytes(How::Different, wanted, came) }
}

/// Fails with this; shows the pieces, if they are few.
pub fn different(
    mut finding: Finding,
    stream: &[u8],
    places: &[usize],
) -> Verdict {
    if stream.len() <= 20 {
        finding.more.push(shown(stream, places));
    }
    Err(finding.into())
}
