//! The acts, and every scene in them: what is tried, what happened, and
//! what to make of it.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::cli::{heading, printable, tell};
use common::ruler;
use common::trace::Trace;

use crate::broken;
use crate::experiment::{
    BROKEN, Code, Delivery, FIXED, HALF_FIXED, Outcome, over_tcp, over_udp,
};
use crate::predict::Game;

/// An act: some code, and scenes to try it in.
pub struct Act {
    pub name: &'static str,
    pub about: &'static str,
    scenes: &'static [Scene],
}

struct Scene {
    title: &'static str,
    code: Option<Code>, // None: datagrams
    delivery: Delivery,
    messages: &'static [&'static str],
    /// What to make of it; `{left}` is counted in the run.
    moral: &'static str,
}

const MESSAGES: &[&str] = &["hello", "你好", "ok"];
const LONG: &[&str] = &["this one is too long", "ok"];

const SLEEPING: Code = Code {
    send: |stream, message| {
        broken::send(stream, message)?;
        thread::sleep(Duration::from_millis(10));
        Ok(())
    },
    ..BROKEN
};

pub const ACTS: [Act; 4] = [
    Act {
        name: "broken",
        about: "Broken: one read() per message",
        scenes: &[
            Scene {
                title: "A busy reader: it reads each message before the next \
                        one arrives",
                code: Some(BROKEN),
                delivery: Delivery::BusyReader,
                messages: MESSAGES,
                moral: "So it goes on your own machine on a quiet day. That \
                        is how this bug is shipped.",
            },
            Scene {
                title: "An idle reader: everything has arrived before it \
                        calls read()",
                code: Some(BROKEN),
                delivery: Delivery::IdleReader,
                messages: MESSAGES,
                moral: "Nothing went wrong on the way: these bytes, in this \
                        order, are all that TCP promises. Where a message \
                        ends was never in them.",
            },
            Scene {
                title: "An idle reader, and a sender that sleeps 10 ms after \
                        each message",
                code: Some(SLEEPING),
                delivery: Delivery::IdleReader,
                messages: MESSAGES,
                moral: "A sleep holds the sender back. It does not make the \
                        reader read in between: the bytes wait for it, side \
                        by side.",
            },
            Scene {
                title: "An idle reader, and a message longer than its buffer of \
                        {buffer} bytes",
                code: Some(BROKEN),
                delivery: Delivery::IdleReader,
                messages: LONG,
                moral: "Cut, and glued: a read takes what is there, as much \
                        as fits. The other {left} bytes waited in the \
                        reader's system (peek found them there), not in the \
                        sender's, as some tutorials say.",
            },
        ],
    },
    Act {
        name: "half-fixed",
        about: "Half fixed: the length first, and one read() for each part",
        scenes: &[
            Scene {
                title: "An idle reader",
                code: Some(HALF_FIXED),
                delivery: Delivery::IdleReader,
                messages: MESSAGES,
                moral: "Everything is there, so each read gets what it asks \
                        for. This code passes every test of its author.",
            },
            Scene {
                title: "The same bytes, from a network that delivers 7 at a \
                        time",
                code: Some(HALF_FIXED),
                delivery: Delivery::Pieces(7),
                messages: MESSAGES,
                moral: "The second read asked for 5 bytes and got the 3 that \
                        were there; nobody looked. From then on it takes \
                        letters for lengths, and never gets back into step.",
            },
        ],
    },
    Act {
        name: "fixed",
        about: "Fixed: the length first, and as many read()s as each part \
                takes",
        scenes: &[
            Scene {
                title: "The network that delivers 7 bytes at a time",
                code: Some(FIXED),
                delivery: Delivery::Pieces(7),
                messages: MESSAGES,
                moral: "A loop reads on until the part is whole: first the 4 \
                        bytes of the length, then the message.",
            },
            Scene {
                title: "One byte at a time",
                code: Some(FIXED),
                delivery: Delivery::Pieces(1),
                messages: MESSAGES,
                moral: "No network can cut finer than this one.",
            },
        ],
    },
    Act {
        name: "udp",
        about: "For contrast, UDP: the same messages as datagrams",
        scenes: &[Scene {
            title: "An idle reader",
            code: None,
            delivery: Delivery::IdleReader,
            messages: MESSAGES,
            moral: "One send is one receive: UDP keeps the boundaries. It \
                    does not keep the rest: a datagram can get lost, arrive \
                    twice, or overtake another.",
        }],
    },
];

/// Plays the acts of this name, or all of them; with messages of the
/// user's own there is no moral. False when the player has left the game.
pub fn play(
    name: Option<&str>,
    own: &[Vec<u8>],
    trace: &Trace,
    mut game: Option<&mut Game>,
) -> Result<bool> {
    tell("TCP carries a stream of bytes. In it, messages have no boundaries.");
    tell("The rows below show calls of this very run, on the bytes that they");
    tell("moved: what each write took, what each read returned, and what the");
    tell("reader took for a message. Bytes that are not ASCII are in hex.");
    let mut number = 0;
    for act in ACTS {
        let wanted = name.is_none_or(|name| name == act.name);
        if wanted {
            let file = act.name.replace('-', "_");
            heading(format!("{} (src/{file}.rs)", act.about));
        }
        for scene in act.scenes {
            number += 1;
            if !wanted || !own.is_empty() && scene.messages == LONG {
                continue;
            }
            let messages = match own {
                [] => {
                    scene.messages.iter().map(|m| m.as_bytes().into()).collect()
                }
                own => own.to_vec(),
            };
            let buffer = broken::BUFFER.to_string();
            let title = scene.title.replace("{buffer}", &buffer);
            tell(format!("\n{number}. {title}"));
            if let Some(game) = &mut game
                && !game.ask(&messages, act.name.ends_with("fixed"))?
            {
                return Ok(false);
            }
            let outcome = match &scene.code {
                Some(code) => over_tcp(code, &messages, scene.delivery, trace)?,
                None => over_udp(&messages, trace)?,
            };
            show(&outcome);
            if let Some(game) = &mut game {
                game.compare(&outcome);
            }
            if own.is_empty() {
                let left = outcome.left.to_string();
                tell_wrapped(&scene.moral.replace("{left}", &left));
            }
        }
    }
    Ok(true)
}

fn show(outcome: &Outcome) {
    let Outcome { writes, reads, received, .. } = outcome;
    for line in ruler::draw(writes, reads, received) {
        tell(line);
    }
    let (intact, sent) = (outcome.intact(), outcome.sent.len());
    let received = quoted(received);
    tell(format!("  {intact} of {sent} intact; received: {received}"));
    if let Some(why) = &outcome.gave_up {
        tell(format!("  The reader gave up: {why}."));
    }
}

/// Messages in quotes: as many as fit, and the beginning of long ones.
pub fn quoted(messages: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for (i, message) in messages.iter().enumerate() {
        if text.len() > 40 {
            return format!("{text} and {} more", messages.len() - i);
        }
        let all: Vec<char> = printable(message).chars().collect();
        let comma = if i > 0 { ", " } else { "" };
        let more = if all.len() > 25 { "..." } else { "" };
        let start: String = all.iter().take(25).collect();
        text += &format!("{comma}\"{start}\"{more}");
    }
    text
}

/// Lines of 79 columns at most.
fn tell_wrapped(text: &str) {
    let mut line = String::new();
    for word in text.split(' ') {
        if line.len() + word.len() > 76 {
            tell(format!(" {line}"));
            line.clear();
        }
        line = line + " " + word;
    }
    tell(format!(" {line}"));
}

/// The heading of the last scene.
pub fn every_remedy(count: usize) {
    heading("Every remedy that people propose, under every delivery");
    tell(format!(
        "How many of {count} messages arrived intact, in this run:\n"
    ));
}

/// What a student takes home.
pub fn end() {
    tell(
        "\nSleep and TCP_NODELAY change when bytes leave. How many a read returns",
    );
    tell(
        "is settled when the reader reads: an idle one gets all that has come.",
    );
    tell(
        "So put the boundaries into the bytes, and read on until a message is",
    );
    tell("whole.");
    tell(
        "\nThe name, sticky packets (粘包), is folklore. TCP has no packets that",
    );
    tell("stick: it is a stream, and a stream has no message boundaries.");
    tell("\nNow you: cargo run -p sticky-packet-demo -- --predict");
    tell("         cd sticky-packet-demo/src; diff broken.rs fixed.rs");
}
