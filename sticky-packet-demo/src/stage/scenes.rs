//! Every scene: what is tried, how many messages should come out whole, and
//! what to make of it.

use super::experiment::Delivery::{self, BusyReader, IdleReader, InPieces};
use super::experiment::{BROKEN, FIXED, FRAMED, HALF_FIXED, Protocol};
use crate::broken::{self, BUFFER};
use crate::relay::pieces::Pieces;
use crate::remedies;

/// Some code, and the scenes to try it in.
pub struct Act {
    pub name: &'static str,
    about: &'static str,
    /// The file that a class reads, as it was compiled.
    pub source: &'static str,
    pub scenes: &'static [Scene],
}

pub struct Scene {
    pub number: usize,
    title: &'static str,
    /// `None`: datagrams.
    pub protocol: Option<Protocol>,
    pub delivery: Delivery,
    /// How many messages arrive intact, if the code is as the lesson says.
    pub intact: usize,
    /// What to make of it, where `{left}` stands for the bytes that the first read left
    /// behind.
    pub lesson: &'static str,
}

/// `intact`: so many messages arrive as they were sent.
const fn scene(
    number: usize,
    title: &'static str,
    protocol: Option<Protocol>,
    delivery: Delivery,
    intact: usize,
    lesson: &'static str,
) -> Scene {
    Scene { number, title, protocol, delivery, intact, lesson }
}

const SLEEPING: Protocol = (remedies::send_and_sleep, broken::receive);

#[rustfmt::skip] // a scene reads as a paragraph
pub const ACTS: [Act; 5] = [
    Act {
        name: "broken",
        about: "Broken: one read() per message, of up to {buffer} bytes",
        source: include_str!("../broken.rs"),
        scenes: &[
            scene(1, "A busy reader: it reads each message before the next one is sent",
                Some(BROKEN), BusyReader, 3, "\
It works, as long as the reader keeps up and no message is longer than its
buffer. That can be so for weeks, and so this bug is shipped."),
            scene(2, "An idle reader: everything has arrived before it calls read()",
                Some(BROKEN), IdleReader, 0, "\
Nothing went wrong on the way: these bytes, in this order, are all that TCP
promises. Where a message ends was never in them."),
            scene(3, "An idle reader, and a sender that sleeps 1 ms after each message",
                Some(SLEEPING), IdleReader, 0, "\
A sleep helps only a reader that keeps up. This one was busy elsewhere: the
bytes wait for it, side by side, as if nobody had slept."),
            scene(4, "An idle reader; a message longer than its buffer of {buffer} bytes",
                Some(BROKEN), IdleReader, 0, "\
A read takes what is there, as much as fits. The other {left} bytes waited in
the reader's system (peek found them there), and not in the sender's."),
        ],
    },
    Act {
        name: "half-fixed",
        about: "Half fixed: the length first, and one read() for each part",
        source: include_str!("../half_fixed.rs"),
        scenes: &[
            scene(5, "An idle reader", Some(HALF_FIXED), IdleReader, 3, "\
Everything is there: each read gets all that it asks for, every test passes."),
            scene(6, "The same bytes, from a network that delivers 7 at a time",
                Some(HALF_FIXED), InPieces(Pieces::Of(7)), 0, "\
The second read got 3 of 5 bytes. The code does not look: zeros stand for the
rest, and letters for the next length. It never gets back into step."),
        ],
    },
    Act {
        name: "fixed",
        about: "Fixed: the length first, and as many read()s as each part takes",
        source: include_str!("../fixed.rs"),
        scenes: &[
            scene(7, "The network that delivers 7 bytes at a time",
                Some(FIXED), InPieces(Pieces::Of(7)), 3, "\
A loop reads on until the part is whole: the length, then the message."),
            scene(8, "One byte at a time", Some(FIXED), InPieces(Pieces::Of(1)), 3, "\
No network can cut finer than this one."),
        ],
    },
    Act {
        name: "framed",
        about: "Framed: the same bytes, by the library that lesson 4 uses",
        source: include_str!("../framed.rs"),
        scenes: &[
            scene(9, "The network that delivers 7 bytes at a time",
                Some(FRAMED), InPieces(Pieces::Of(7)), 3, "\
The same bytes in one write, for speed. The loop is inside read_frame."),
        ],
    },
    Act {
        name: "udp",
        about: "For contrast, UDP: the same messages as datagrams",
        source: include_str!("../udp.rs"),
        scenes: &[
            scene(10, "An idle reader", None, IdleReader, 3, "\
One send is one receive: UDP keeps the boundaries. It does not keep the
rest: a datagram can get lost, arrive twice, or overtake another."),
        ],
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
    /// Is its first message 4 bytes longer than the buffer? Then the lesson says what
    /// the read left.
    pub fn is_too_long(&self) -> bool {
        self.lesson.contains("{left}")
    }

    pub fn title(&self) -> String {
        with_buffer(self.title)
    }

    /// What is sent in it.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        if self.is_too_long() {
            let text = "this one is too long".bytes().cycle();
            return vec![text.take(BUFFER + 4).collect(), "ok".into()];
        }
        ["hello", "你好", "ok"].map(Into::into).to_vec()
    }
}

fn with_buffer(text: &str) -> String {
    text.replace("{buffer}", &BUFFER.to_string())
}
