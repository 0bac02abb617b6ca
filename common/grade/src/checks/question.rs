//! A question and its answer, on a connection.

use crate::finding::Verdict;
use crate::tcp_probe::TcpProbe;

/// What a client sends, and how it takes what has to come back.
pub struct Question {
    pub bytes: Vec<u8>,
    pub take: Box<dyn Fn(&mut TcpProbe) -> Verdict>,
}

impl Question {
    /// Sends these bytes; `take` reads the answer, and looks whether it is right.
    pub fn new(
        bytes: impl Into<Vec<u8>>,
        take: impl Fn(&mut TcpProbe) -> Verdict + 'static,
    ) -> Self {
        Self { bytes: bytes.into(), take: Box::new(take) }
    }

    /// Asks it on this connection.
    pub fn on(&self, probe: &mut TcpProbe) -> Verdict {
        self.cut(probe, &[])
    }

    /// The same in pieces, cut at these places.
    pub fn cut(&self, probe: &mut TcpProbe, cuts: &[usize]) -> Verdict {
        let _shows_in_the_answer = probe.send_cut(&self.bytes, cuts);
        (self.take)(probe)
    }
}
