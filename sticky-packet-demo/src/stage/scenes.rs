//! Every scene: what is tried, how many messages should come out whole, and
//! what to make of it.

use std::thread;
use std::time::Duration;

use common::pieces::Pieces;

use super::experiment::Delivery::{self, BusyReader, IdleReader, InPieces};
use super::experiment::{BROKEN, FIXED, FRAMED, HALF_FIXED, Protocol};
use crate::broken::{self, BUFFER};

/// Some code, and the scenes to try it in.
pub struct Act {
    pub name: &'static str,
    about: &'static str,
    pub scenes: &'static [Scene],
}

pub struct Scene {
    pub number: usize,
    title: &'static str,
    /// `None`: datagrams.
    pub protocol: Option<Protocol>,
    pub delivery: Delivery,
    pub messages: Messages,
    /// How many messages arrive intact, if the code is as the lesson says.
    pub intact: usize,
    lesson: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Messages {
    Usual,
    /// The first of them is 4 bytes longer than the buffer.
    TooLong,
}

/// What most scenes leave as it is.
const SCENE: Scene = Scene {
    number: 0,
    title: "",
    protocol: None,
    delivery: IdleReader,
    messages: Messages::Usual,
    intact: 3,
    lesson: "",
};

const SLEEPING: Protocol = Protocol {
    send: |stream, message| {
        broken::send(stream, message)?;
        thread::sleep(Duration::from_millis(10));
        Ok(())
    },
    ..BROKEN
};

pub const ACTS: [Act; 5] = [
    Act {
        name: "broken",
        about: "Broken: one read() per message, of up to {buffer} bytes",
        scenes: &[
            Scene {
                number: 1,
                protocol: Some(BROKEN),
                title: "A busy reader: it reads each message before the next \
                        one is sent",
                delivery: BusyReader,
                lesson: "\
It works, as long as the reader keeps up and no message is longer than its
buffer. That can be so for weeks, and so this bug is shipped.",
                ..SCENE
            },
            Scene {
                number: 2,
                protocol: Some(BROKEN),
                title: "An idle reader: everything has arrived before it calls \
                        read()",
                intact: 0,
                lesson: "\
Nothing went wrong on the way: these bytes, in this order, are all that TCP
promises. Where a message ends was never in them.",
                ..SCENE
            },
            Scene {
                number: 3,
                title: "An idle reader, and a sender that sleeps 10 ms after \
                        each message",
                protocol: Some(SLEEPING),
                intact: 0,
                lesson: "\
A sleep helps only a reader that keeps up. This one was busy elsewhere: the
bytes wait for it, side by side, as if nobody had slept.",
                ..SCENE
            },
            Scene {
                number: 4,
                protocol: Some(BROKEN),
                title: "An idle reader; a message longer than its buffer of \
                        {buffer} bytes",
                messages: Messages::TooLong,
                intact: 0,
                lesson: "\
A read takes what is there, as much as fits. The other {left} bytes waited in
the reader's system (peek found them there), and not in the sender's.",
                ..SCENE
            },
        ],
    },
    Act {
        name: "half-fixed",
        about: "Half fixed: the length first, and one read() for each part",
        scenes: &[
            Scene {
                number: 5,
                protocol: Some(HALF_FIXED),
                title: "An idle reader",
                lesson: "\
Everything is there: each read gets all that it asks for, every test passes.",
                ..SCENE
            },
            Scene {
                number: 6,
                protocol: Some(HALF_FIXED),
                title: "The same bytes, from a network that delivers 7 at a \
                        time",
                delivery: InPieces(Pieces::of(7)),
                intact: 0,
                lesson: "\
The second read got 3 of 5 bytes. The code does not look: zeros stand for the
rest, and letters for the next length. It never finds back into step.",
                ..SCENE
            },
        ],
    },
    Act {
        name: "fixed",
        about: "Fixed: the length first, and as many read()s as each part takes",
        scenes: &[
            Scene {
                number: 7,
                protocol: Some(FIXED),
                title: "The network that delivers 7 bytes at a time",
                delivery: InPieces(Pieces::of(7)),
                lesson: "\
A loop reads on until the part is whole: the length, then the message.",
                ..SCENE
            },
            Scene {
                number: 8,
                protocol: Some(FIXED),
                title: "One byte at a time",
                delivery: InPieces(Pieces::of(1)),
                lesson: "No network can cut finer than this one.",
                ..SCENE
            },
        ],
    },
    Act {
        name: "framed",
        about: "Framed: the same bytes, by the library that lesson 4 uses",
        scenes: &[Scene {
            number: 9,
            protocol: Some(FRAMED),
            title: "The network that delivers 7 bytes at a time",
            delivery: InPieces(Pieces::of(7)),
            lesson: "\
The same bytes in one write, for speed. The loop is inside read_frame.",
            ..SCENE
        }],
    },
    Act {
        name: "udp",
        about: "For contrast, UDP: the same messages as datagrams",
        scenes: &[Scene {
            number: 10,
            title: "An idle reader",
            lesson: "\
One send is one receive: UDP keeps the boundaries. It does not keep the
rest: a datagram can get lost, arrive twice, or overtake another.",
            ..SCENE
        }],
    },
];

impl Act {
    pub fn about(&self) -> String {
        with_buffer(self.about)
    }

    /// The file that a class reads.
    pub fn file(&self) -> String {
        format!("src/{}.rs", self.name.replace('-', "_"))
    }
}

impl Scene {
    pub fn title(&self) -> String {
        with_buffer(self.title)
    }

    /// What to make of it, when so many bytes were left behind by the first
    /// read; `None` if the lesson speaks of some, and there were none.
    pub fn lesson(&self, left: usize) -> Option<String> {
        let speaks_of_them = self.lesson.contains("{left}");
        (!speaks_of_them || left > 0)
            .then(|| self.lesson.replace("{left}", &left.to_string()))
    }
}

impl Messages {
    pub fn bytes(self) -> Vec<Vec<u8>> {
        match self {
            Self::Usual => ["hello", "你好", "ok"].map(Into::into).to_vec(),
            Self::TooLong => {
                let text = "this one is too long".bytes().cycle();
                vec![text.take(BUFFER + 4).collect(), "ok".into()]
            }
        }
    }
}

fn with_buffer(text: &str) -> String {
    text.replace("{buffer}", &BUFFER.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_has_its_number_and_says_what_to_make_of_it() {
        let scenes = ACTS.iter().flat_map(|act| act.scenes);
        for (i, scene) in scenes.enumerate() {
            assert_eq!(scene.number, i + 1);
            assert!(!scene.title().is_empty());
            assert!(!scene.lesson(1).unwrap().is_empty(), "{}", scene.number);
        }
    }

    #[test]
    fn bytes_that_waited_are_spoken_of_only_where_some_did() {
        let all = ACTS.iter().flat_map(|act| act.scenes);
        let mut speaking = all.filter(|scene| scene.lesson(0).is_none());
        let scene = speaking.next().unwrap();
        assert!(scene.lesson(6).unwrap().contains("The other 6 bytes waited"));
        assert_eq!(speaking.count(), 0);
    }
}
