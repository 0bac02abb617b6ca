//! The acts, and every scene in them: what is tried, what happened, and
//! what to make of it.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::cli::{heading, tell};
use common::relay::Pieces;
use common::ruler;
use common::trace::Trace;

use crate::broken::{self, BUFFER};
use crate::experiment::Delivery::{self, BusyReader, IdleReader, InPieces};
use crate::experiment::{BROKEN, FIXED, HALF_FIXED, Outcome, Protocol};
use crate::experiment::{over_tcp, over_udp};
use crate::predict::Game;

/// An act: some code, and scenes to try it in.
pub struct Act {
    pub name: &'static str,
    about: &'static str,
    scenes: &'static [Scene],
}

/// Title, protocol (`None`: datagrams), delivery, messages, and what to make
/// of it, if so many messages arrive intact.
struct Scene(
    &'static str,
    Option<Protocol>,
    Delivery,
    &'static [&'static str],
    (usize, &'static str),
);

const USUAL: &[&str] = &["hello", "你好", "ok"];
/// The first of them 4 bytes longer than the buffer, whatever size that has.
const TOO_LONG: &[&str] = &["this one is too long", "ok"];

#[rustfmt::skip] // each scene in few lines, as it is told
pub const ACTS: [Act; 4] = [
    Act {
        name: "broken",
        about: "Broken: one read() per message, of up to {buffer} bytes",
        scenes: &[
            Scene("1. A busy reader: it reads each message before the next one is sent",
                Some(BROKEN), BusyReader, USUAL, (3, "\
  It works, as long as the reader keeps up and no message is longer than
  its buffer. That can be for weeks, and so this bug is shipped.")),
            Scene("2. An idle reader: everything has arrived before it calls read()",
                Some(BROKEN), IdleReader, USUAL, (0, "\
  Nothing went wrong on the way: these bytes, in this order, are all that
  TCP promises. Where a message ends was never in them.")),
            Scene("3. An idle reader, and a sender that sleeps 10 ms after each message",
                Some(SLEEPING), IdleReader, USUAL, (0, "\
  A sleep helps a reader that keeps up, as the one in scene 1 does, and
  hides the bug there. This one was busy elsewhere: the bytes wait for it,
  side by side, as if nobody had slept.")),
            Scene("4. An idle reader; a message longer than its buffer of {buffer} bytes",
                Some(BROKEN), IdleReader, TOO_LONG, (0, "\
  A read takes what is there, as much as fits, be it less than a message or
  more. The other {left} bytes waited in the reader's system (peek found them
  there), and not in the sender's, whatever some tutorials say.")),
        ],
    },
    Act {
        name: "half-fixed",
        about: "Half fixed: the length first, and one read() for each part",
        scenes: &[
            Scene("5. An idle reader",
                Some(HALF_FIXED), IdleReader, USUAL, (3, "\
  Everything is there, so each read gets what it asks for. This code passes
  every test of its author.")),
            Scene("6. The same bytes, from a network that delivers 7 at a time",
                Some(HALF_FIXED), InPieces(Pieces::of(7)), USUAL, (0, "\
  The second read asked for 5 bytes and got the 3 that were there; nobody
  looked, and two zeros stand for the rest. From then on the reader takes
  letters for lengths: it has no way to get back into step.")),
        ],
    },
    Act {
        name: "fixed",
        about: "Fixed: the length first, and as many read()s as each part takes",
        scenes: &[
            Scene("7. The network that delivers 7 bytes at a time",
                Some(FIXED), InPieces(Pieces::of(7)), USUAL, (3, "\
  A loop reads on until the part is whole: first the 4 bytes of the length,
  then the message. (One write instead of two is for speed only.)")),
            Scene("8. One byte at a time",
                Some(FIXED), InPieces(Pieces::of(1)), USUAL, (3, "\
  No network can cut finer than this one.")),
        ],
    },
    Act {
        name: "udp",
        about: "For contrast, UDP: the same messages as datagrams",
        scenes: &[
            Scene("9. An idle reader", None, IdleReader, USUAL, (3, "\
  One send is one receive: UDP keeps the boundaries. It does not keep the
  rest: a datagram can get lost, arrive twice, or overtake another.")),
        ],
    },
];

const SLEEPING: Protocol = Protocol {
    send: |stream, message| {
        broken::send(stream, message)?;
        thread::sleep(Duration::from_millis(10));
        Ok(())
    },
    ..BROKEN
};

const INTRO: &str = "\
TCP carries a stream of bytes. In it, messages have no boundaries.
The rows below show calls of this very run, on the bytes that they
moved: what each write took, what each read returned, and what the
reader took for a message. Bytes that are not ASCII are in hex.";

/// Plays the act of this name, or all of them; false when the player has
/// left the game.
pub fn play(
    name: Option<&str>,
    own: &[Vec<u8>],
    game: &mut Option<Game>,
    trace: &Trace,
) -> Result<bool> {
    tell(INTRO);
    if ruler::is_coloured() {
        tell("Each message has a colour of its own.");
    }
    for act in &ACTS {
        if name.is_some_and(|name| name != act.name) {
            continue;
        }
        let file = act.name.replace('-', "_");
        heading(format!("{} (src/{file}.rs)", act.about()));
        for Scene(title, protocol, delivery, messages, moral) in act.scenes {
            let too_long = *messages == TOO_LONG;
            let mut messages: Vec<Vec<u8>> = match own {
                [] => messages.iter().map(|m| m.as_bytes().into()).collect(),
                _ if too_long => continue,
                own => own.to_vec(),
            };
            if too_long {
                let text = messages[0].clone().into_iter().cycle();
                messages[0] = text.take(BUFFER + 4).collect();
            }
            tell(format!("\n{}", with_buffer(title)));
            if let Some(game) = game
                && !game.ask(&messages, act.name)?
            {
                return Ok(false);
            }
            let outcome = match protocol {
                Some(code) => over_tcp(code, &messages, *delivery, trace)?,
                None => over_udp(&messages, trace)?,
            };
            show(&outcome);
            if let Some(game) = game {
                game.compare(&outcome);
            }
            if own.is_empty() {
                tell(format!("  {}", what_to_make_of_it(moral, &outcome)));
            }
        }
    }
    Ok(true)
}

impl Act {
    pub fn about(&self) -> String {
        with_buffer(self.about)
    }
}

fn with_buffer(text: &str) -> String {
    text.replace("{buffer}", &BUFFER.to_string())
}

fn what_to_make_of_it(moral: &(usize, &str), outcome: &Outcome) -> String {
    let (intact, moral) = moral;
    let left = outcome.waiting_after_first;
    if outcome.intact() != *intact || moral.contains("{left}") && left == 0 {
        return "Not what the lesson shows: the code has changed. What do you \
                make of it?"
            .into();
    }
    moral.replace("{left}", &left.to_string())
}

fn show(outcome: &Outcome) {
    let Outcome { sent, writes, reads, received, .. } = outcome;
    for line in ruler::draw(sent, writes, reads, received) {
        tell(line);
    }
    let (intact, sent) = (outcome.intact(), sent.len());
    let received = ruler::quoted(received);
    tell(format!("  {intact} of {sent} intact; received: {received}"));
    if let Some(why) = &outcome.gave_up {
        tell(format!("  The reader gave up: {why}."));
    }
}

/// What a student takes home.
pub const END: &str = "
Sleep and TCP_NODELAY change when bytes leave. How many a read returns is
settled when the reader reads: an idle one gets all that has come. So put
the boundaries into the bytes, and read on until a message is whole.

The name, sticky packets (粘包), is folklore. TCP has no packets that stick:
it is a stream, and a stream has no message boundaries.

Now you: cargo run -p sticky-packet-demo -- --predict
         cd sticky-packet-demo/src; diff -u broken.rs fixed.rs";
