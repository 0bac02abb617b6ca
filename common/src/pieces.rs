//! The same bytes in other pieces.

use std::io::{self, Read, Write};
use std::iter;
use std::ops::Range;
use std::time::Duration;

/// How many bytes one direction of a connection holds at most.
pub const BUFFER: usize = 65_536;

/// The lengths of the pieces of a stream, one after the other.
pub type Lengths = Box<dyn Iterator<Item = usize> + Send>;

/// The pieces in which a network delivers a stream.
#[derive(Clone, Debug)]
pub struct Pieces {
    cut: Cut,
    pause: Duration,
}

#[derive(Clone, Debug)]
enum Cut {
    Of(usize),
    Listed(Vec<usize>),
    Random { most: usize, seed: u64 },
    Glued(Duration),
}

impl Pieces {
    /// This many bytes each (at least one).
    pub const fn of(length: usize) -> Self {
        Self::new(Cut::Of(if length == 0 { 1 } else { length }))
    }

    /// These lengths, again from the first after the last: `7` or `3,7,1`, each from 1 to
    /// [`BUFFER`]; `None` if the text is something else.
    pub fn listed(text: &str) -> Option<Self> {
        let lengths = text.split(',').map(|length| {
            let length = length.parse().ok()?;
            (1..=BUFFER).contains(&length).then_some(length)
        });
        Some(Self::new(Cut::Listed(lengths.collect::<Option<_>>()?)))
    }

    /// Lengths of 1 to 1,024, small ones more often; the same for the same seed.
    pub const fn random(seed: u64) -> Self {
        Self::random_up_to(1024, seed)
    }

    /// The same, none longer than `most`.
    pub const fn random_up_to(most: usize, seed: u64) -> Self {
        Self::new(Cut::Random { most, seed })
    }

    /// All that has come until nothing comes for `silence`, or until the relay can hold
    /// no more.
    pub fn glued(silence: Duration) -> Self {
        // A timeout of zero would mean: none.
        Self::new(Cut::Glued(silence.max(Duration::from_millis(1))))
    }

    const fn new(cut: Cut) -> Self {
        let pause = Duration::ZERO;
        Self { cut, pause }
    }

    /// The relay waits for `pause` after each piece, so that a receiver that is waiting
    /// can take it before the next one comes.
    pub fn paused(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// How long the relay waits after each piece.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// The pause that ends what is glued together, where the pieces are glued.
    pub fn silence(&self) -> Option<Duration> {
        match self.cut {
            Cut::Glued(silence) => Some(silence),
            _ => None,
        }
    }

    /// The lengths for both directions of a connection, which are not the same, and not
    /// those of another connection.
    pub fn directions(&self, connection: u64) -> [Lengths; 2] {
        let there = 2 * connection;
        [there, there + 1].map(|number| self.lengths(number))
    }

    /// The lengths for one direction of one connection: each has its own `number`.
    pub fn lengths(&self, number: u64) -> Lengths {
        match &self.cut {
            Cut::Of(length) => Box::new(iter::repeat(*length)),
            Cut::Listed(lengths) => {
                Box::new(lengths.clone().into_iter().cycle())
            }
            &Cut::Random { most, seed } => {
                let seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
                let mut random = fastrand::Rng::with_seed(seed);
                Box::new(iter::repeat_with(move || {
                    let longest = 1 << random.u32(0..=10);
                    random.usize(1..=most.clamp(1, longest))
                }))
            }
            Cut::Glued(_) => Box::new(iter::repeat(BUFFER)),
        }
    }
}

/// One direction of a connection: what comes from `from` goes to `to` in pieces.
pub struct Forward<R, W> {
    from: R,
    to: W,
    lengths: Lengths,
    buffer: Vec<u8>,
    /// Where in the buffer the bytes are that have come and not been forwarded yet.
    held: Range<usize>,
}

impl<R: Read, W: Write> Forward<R, W> {
    /// When `lengths` ends, the rest goes in one piece.
    pub fn new(from: R, to: W, lengths: Lengths) -> Self {
        Self { from, to, lengths, buffer: vec![0; BUFFER], held: 0..0 }
    }

    /// Waits for bytes, unless some are held; false at the end of the stream.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.held.is_empty() {
            self.held = 0..self.from.read(&mut self.buffer)?;
        }
        Ok(!self.held.is_empty())
    }

    /// Forwards the next piece of what is held, and returns its length.
    pub fn put(&mut self) -> io::Result<usize> {
        let wanted = self.lengths.next().unwrap_or(BUFFER);
        let piece = wanted.min(self.held.len());
        let end = self.held.start + piece;
        self.to.write_all(&self.buffer[self.held.start..end])?;
        self.held.start = end;
        Ok(piece)
    }

    /// Where the pieces go to.
    pub fn receiver(&self) -> &W {
        &self.to
    }
}
