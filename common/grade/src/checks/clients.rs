//! What clients ask, and what a server does with them, whatever the messages of its
//! lesson are.

use std::thread;
use std::time::Duration;

use super::places::{LEFT, RESET};
use crate::finding::How::Different;
use crate::finding::{Meaning, Problem, Verdict, failed};
use crate::server::Server;
use crate::tcp_probe::TcpProbe;
use crate::wire::{LOWEST_FIRST, OTHER_ORDER};
use crate::words::shortened;

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
        let _shows_in_the_answer = probe.send(&self.bytes);
        (self.take)(probe)
    }

    /// Asks it on a connection of its own.
    pub fn ask(&self, server: &mut Server) -> Verdict {
        self.on(&mut server.connect()?)
    }

    /// The same in pieces, cut at these places.
    pub fn cut(
        &self,
        server: &mut Server,
        cuts: impl IntoIterator<Item = usize>,
    ) -> Verdict {
        let mut probe = server.connect()?;
        let _shows_in_the_answer = probe.send_cut(&self.bytes, cuts);
        (self.take)(&mut probe)
    }
}

/// Makes a question that the server has to answer.
pub type Make = fn(&mut Server) -> Verdict<Question>;

/// A client that has been answered.
pub fn answered(server: &mut Server, make: Make) -> Verdict<TcpProbe> {
    let question = make(server)?;
    let mut probe = server.connect()?;
    question.on(&mut probe)?;
    Ok(probe)
}

/// A client is answered, in the other byte order where there is no answer in that of the
/// network. The rest is graded in the order that the server has.
pub fn in_its_order(server: &mut Server, make: Make) -> Verdict {
    let asked = answered(server, make).map(drop);
    if let Err(Problem::Failed(finding)) = &asked
        && finding.how != Different
    {
        server.lowest_first ^= true;
        if answered(server, make).is_ok() {
            return Ok(());
        }
        server.lowest_first ^= true;
    }
    asked
}

/// The one check that is about that.
pub fn in_network_order(server: &mut Server, make: Make) -> Verdict {
    in_its_order(server, make)?;
    if server.lowest_first {
        return failed(OTHER_ORDER, LOWEST_FIRST);
    }
    Ok(())
}

/// A new client is answered.
pub fn next(server: &mut Server, make: Make, meaning: &str) -> Verdict {
    answered(server, make)
        .map(drop)
        .when(Different, "Is this the answer to another client?")
        .explain(meaning)
}

/// What makes a question of a lesson, and what takes its servers' refusals.
pub type Manner = (Make, fn(&mut TcpProbe) -> Verdict);

/// This is refused, and harms nobody else. `ends`: does the end of the stream follow?
pub fn refused(
    server: &mut Server,
    (make, refusal): Manner,
    bytes: &[u8],
    ends: bool,
    meaning: &str,
) -> Verdict {
    let mut probe = server.connect()?;
    let _shows_in_the_answer = probe.send(bytes);
    if ends {
        probe.half_close();
    }
    refusal(&mut probe).explain(meaning)?;
    drop(probe);
    let shown = shortened(bytes, 40);
    let meaning = format!(
        "After \"{shown}\" the next client is not answered. Give each connection a \
         buffer of its own, and let an error end only the connection that it is about."
    );
    next(server, make, &meaning)
}

pub fn closes(server: &mut Server, make: Make) -> Verdict {
    let meaning = "A client has closed its connection. The next one was not answered: a \
                   read of 0 bytes is the end of the stream. So leave that client's loop \
                   then, and accept the next one.";
    // Twice: a server that somebody else has started has had a client before.
    next(server, make, meaning)?;
    next(server, make, meaning)
}

pub fn resets(server: &mut Server, make: Make) -> Verdict {
    let bytes = make(server)?.bytes.repeat(1500);
    answered(server, make)?.reset();
    next(server, make, RESET)?;
    // If its stream has ended first, the error is another one, and not each time.
    for _ in 0..20 {
        let Ok(mut probe) = answered(server, make) else { break };
        probe.fill(&bytes);
        probe.half_close();
    }
    next(server, make, LEFT)
}

pub fn says_goodbye(server: &mut Server, make: Make) -> Verdict {
    let mut probe = answered(server, make)?;
    probe.half_close();
    probe.expect_end().explain(
        "The client has finished, between two frames: that is a goodbye. Send nothing, \
         and close the connection, too; a read of 0 bytes is the end.",
    )
}

pub fn says_nothing(server: &mut Server, make: Make) -> Verdict {
    let question = make(server)?;
    let mut probe = answered(server, make)?;
    thread::sleep(Duration::from_millis(2200));
    question.on(&mut probe).explain(
        "This client was answered, and then said nothing for two seconds. That is no \
         reason to leave it: somebody may be typing.",
    )
}

/// A client sends what is answered with more than the systems' buffers hold, and reads
/// nothing of it.
pub fn never_reads(server: &mut Server, make: Make, bytes: &[u8]) -> Verdict {
    let mut probe = server.connect()?;
    probe.fill(bytes);
    probe.settle(1);
    next(
        server,
        make,
        "Another client sends, and does not read its answers. So the server waits in its \
         write to that client, and meanwhile it serves nobody: give each connection \
         a thread of its own, and put no lock around a write.",
    )
}

/// Two clients each send half of a message, and then the other half.
pub fn half_way(server: &mut Server, make: [Make; 2], half: usize) -> Verdict {
    let questions = [make[0](server)?, make[1](server)?];
    let mut probes = [server.connect()?, server.connect()?];
    for (probe, question) in probes.iter_mut().zip(&questions) {
        probe.send(&question.bytes[..half])?;
        probe.pause();
    }
    for (probe, question) in probes.iter_mut().zip(&questions) {
        probe.send(&question.bytes[half..])?;
    }
    let mut both = probes.iter_mut().zip(&questions);
    both.try_for_each(|(probe, question)| (question.take)(probe)).explain(
        "Two clients each sent half of a message, and then the other half. Give each \
         connection a variable and a buffer of its own: one for all mixes their bytes.",
    )
}

/// Each connects when the one before has been answered, so that none has to wait for a
/// place in the queue of `listen(5)`; and then each asks again, the last one first.
pub fn crowd(server: &mut Server, make: Make, many: usize) -> Verdict {
    let mut clients = Vec::new();
    for others in 0..many {
        let meaning = format!(
            "{others} others came before this client, and are connected. It should not \
             wait until they have left: serve each connection in a thread of its own."
        );
        clients.push(answered(server, make).explain(&meaning)?);
    }
    clients.iter_mut().rev().try_for_each(|probe| {
        make(server)?.on(probe).explain(
            "The others are connected, too. This one was answered, and has asked again.",
        )
    })
}

/// More than the systems' buffers hold of answers that nobody reads: on Linux 4.5 MB.
const MORE_THAN_FITS: usize = 5_400_000;

/// A client asks the same again and again, and reads when the server waits in its write.
pub fn reads_late(server: &mut Server, make: Make) -> Verdict {
    let question = make(server)?;
    let mut probe = server.connect()?;
    let read = question.on(&mut probe).and_then(|()| {
        let times = MORE_THAN_FITS / probe.came.len().max(1) + 1;
        let all = question.bytes.repeat(times);
        let left = probe.fill(&all);
        probe.settle(3); // it may give up a write that takes long
        let _shows_in_the_answer = probe.send(left);
        (0..times).try_for_each(|_| (question.take)(&mut probe))
    });
    read.explain(
        "Nothing was read for a while. A send can take less than it is given (in Python \
         sendall, not send); if the client does not read yet, a write waits. (If the \
         connection has ended: it is good for more than one question.)",
    )
}
