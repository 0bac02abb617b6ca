//! Which datagrams the server leaves unanswered.

/// Counts the datagrams that come.
pub struct Unanswered {
    every: Option<u64>,
    received: u64,
    unchanged: u64,
}

impl Unanswered {
    /// One of so many, as `--drop-every` says: lost on purpose.
    pub fn every(every: Option<u64>) -> Self {
        Self { every, received: 0, unchanged: 0 }
    }

    /// Why this datagram gets no answer; `None` when it gets one.
    pub fn why(&mut self, datagram: &[u8]) -> Option<&'static str> {
        self.received += 1;
        if self.every.is_some_and(|every| self.received.is_multiple_of(every)) {
            return Some("--drop-every");
        }
        // Two echo servers can answer each other without end: one datagram with a false
        // sender's address starts it. An answer has no small letters, so every 1,000th
        // datagram without them gets no answer: that stops the two. (A client that sends
        // "123" may be hit, too, and asks again. A DNS message says in one bit whether it
        // is a question.)
        self.unchanged +=
            u64::from(!datagram.iter().any(u8::is_ascii_lowercase));
        if self.unchanged == 1000 {
            self.unchanged = 0;
            return Some("is it another echo?");
        }
        None
    }
}
