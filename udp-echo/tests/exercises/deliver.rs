//! Grades `deliver`: both ends, with one accident of a network at a time, then all of
//! them.

use std::collections::HashSet;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use grade::exercise::{failed, wait};
use grade::{Exam, Finding, How, Meaning, Step, Verdict};

use super::network::{Fate, Fates, LONGEST, between};
use super::open;

pub type SendFile = fn(&UdpSocket, SocketAddr, &[u8]) -> io::Result<()>;
pub type ReceiveFile = fn(&UdpSocket) -> io::Result<Vec<u8>>;

/// The answer that is graded.
#[derive(Clone, Copy)]
pub struct Deliver {
    pub send: SendFile,
    pub receive: ReceiveFile,
}

const LOSS: &str = "lesson 2, step 7 of its tour: the client asks again";
const TWICE: &str = "lesson 2, step 8 of its tour: the server is asked twice";
const ORDER: &str = "lesson 2, step 9 of its tour: the second overtakes";
const LENGTH: &str = "lesson 2, \"Now you can say\", answer 5";

/// About how long a file is; what happens to the datagrams on their way to the receiver,
/// and on the way back; what it means when the file does not arrive.
type Row =
    (&'static str, &'static str, Range<usize>, [Accident; 2], &'static str);

const FILE: Range<usize> = 8_500..12_000;

#[rustfmt::skip] // a step reads as a paragraph
const STEPS: [Row; 7] = [
    ("a file arrives over a good network", LENGTH, FILE, [none, none],
        "Nothing was lost. How does the receiver know where the file ends?"),
    ("an empty file arrives", LENGTH, 0..1, [none, none],
        "A file of 0 bytes is a file. The receiver must hear of it: send its end."),
    ("a datagram that is lost is sent again", LOSS, FILE, [lost_at_first, none],
        "Datagrams from the sender were lost. The receiver acknowledges what has come, \
        and the sender sends again what is not acknowledged in time."),
    ("an acknowledgement that is lost does no harm", LOSS, FILE, [none, lost_at_first],
        "Acknowledgements were lost, so datagrams came again. The receiver knows them by \
        their numbers: it leaves them out, and acknowledges them once more. (Perhaps the \
        last one was lost, and the receiver had left. Stay for a while, and answer a \
        sender that asks again.)"),
    ("an acknowledgement that comes twice is not that of the next datagram", TWICE, FILE,
        [lost_at_first, twice],
        "Acknowledgements came twice, and datagrams were lost. An acknowledgement says \
        which number it is for: one for an earlier number is old, and means nothing."),
    ("datagrams that overtake others are put in order", ORDER, FILE, [overtaken, none],
        "Datagrams overtook others. The number says where its bytes belong, not the \
        moment when it comes."),
    ("a long file arrives over a network that does all of it", ORDER, 50_000..60_000,
        [anything, anything],
        "Of 100 datagrams 10 were lost, 10 came twice, and 10 were overtaken, in both \
        directions."),
];

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<Deliver>> {
    let over = |(name, part, length, accidents, meaning): Row| {
        Step::new(name, part, move |ends, exam: &mut Exam| {
            let length = exam.random.usize(length.clone());
            let fates = accidents.map(|accident| accident(exam));
            deliver(ends, exam, length, fates, meaning)
        })
    };
    let ends = [
        Step::new("a sender that nobody answers gives up", LOSS, |ends: Deliver, exam| {
            let file = exam.bytes(5000);
            let ((sender, _), (_silent, addr)) = (open()?, open()?);
            let sending = thread::spawn(move || (ends.send)(&sender, addr, &file));
            gives_up(wait(sending, exam.deadline)?, "Nobody answered, and `send` \
                returned Ok: it cannot know that the file has arrived.", "Nobody \
                answers, and `send` has not ended: give up after 1 second.")
        }),
        Step::new("a receiver whose sender has gone gives up", LOSS,
            |ends: Deliver, exam| {
            let file = exam.bytes(12_000);
            let ((sender, _), (receiver, addr)) = (open()?, open()?);
            let mut first_two = [Fate::Passed; 2].into_iter();
            let to_receiver = move |_: &[u8]| first_two.next().unwrap_or(Fate::Lost);
            let (to, _seen) = between(addr, [Box::new(to_receiver), none(exam)])?;
            let _never_asked = thread::spawn(move || (ends.send)(&sender, to, &file));
            let receiving = thread::spawn(move || (ends.receive)(&receiver));
            gives_up(wait(receiving, exam.deadline)?, "The sender had gone, and \
                `receive` returned Ok with a part of a file of 12000 bytes: the rest is \
                missing.",
                "The sender has gone, and `receive` has not ended: give up when nothing \
                has come for 1 second.")
        }),
    ];
    STEPS.into_iter().map(over).chain(ends).collect()
}

/// What happens to the datagrams of one direction.
type Accident = fn(&mut Exam) -> Fates;

fn none(_: &mut Exam) -> Fates {
    Box::new(|_| Fate::Passed)
}

/// Each is lost when it comes for the first time, but never two of them one behind the
/// other.
fn lost_at_first(_: &mut Exam) -> Fates {
    let (mut seen, mut lost) = (HashSet::new(), false);
    Box::new(move |datagram| {
        lost = seen.insert(datagram.to_vec()) && !lost;
        if lost { Fate::Lost } else { Fate::Passed }
    })
}

fn twice(_: &mut Exam) -> Fates {
    Box::new(|_| Fate::Twice)
}

/// Every third one.
fn overtaken(_: &mut Exam) -> Fates {
    let mut next =
        [Fate::Overtaken, Fate::Passed, Fate::Passed].into_iter().cycle();
    Box::new(move |_| next.next().unwrap_or(Fate::Passed))
}

fn anything(exam: &mut Exam) -> Fates {
    let mut random = exam.random.fork();
    Box::new(move |_| match random.u32(0..100) {
        0..10 => Fate::Lost,
        10..20 => Fate::Twice,
        20..30 => Fate::Overtaken,
        _ => Fate::Passed,
    })
}

/// How an end has ended: `None` if it has not. (It may hang.)
type End<T> = Option<io::Result<T>>;

/// Sends a file through a network, and looks at what has arrived.
fn deliver(
    ends: Deliver,
    exam: &mut Exam,
    length: usize,
    fates: [Fates; 2],
    meaning: &str,
) -> Verdict {
    let file = exam.bytes(length);
    let ((sender, _), (receiver, addr)) = (open()?, open()?);
    let (to, seen) = between(addr, fates)?;
    let sent = file.clone();
    let receiving = thread::spawn(move || (ends.receive)(&receiver));
    let sending = thread::spawn(move || (ends.send)(&sender, to, &sent));
    let received = wait(receiving, exam.deadline);
    // One more moment: the receiver may have waited up to the deadline.
    let soon = Instant::now() + Duration::from_millis(100);
    // A panic is the reason for all else.
    let sent = wait(sending, exam.deadline.max(soon))?;
    let too_long = seen.too_long.load(Relaxed);
    let meaning = match too_long {
        0 => meaning.to_string(),
        _ => format!(
            "Datagrams of more than {LONGEST} bytes were sent ({too_long} of them), and \
             the network threw them away. A longer file needs more datagrams."
        ),
    };
    arrived(&file, received?, sent).explain(&meaning)?;
    if seen.bytes.load(Relaxed) < file.len() {
        let seen = "The file did not come over the network.";
        return Err(failed(seen));
    }
    Ok(())
}

fn arrived(file: &[u8], received: End<Vec<u8>>, sent: End<()>) -> Verdict {
    let mut more = Vec::new();
    let seen = match received {
        Some(Ok(came)) if came == file => match sent {
            Some(Ok(())) => return Ok(()),
            _ => {
                "The file has arrived, and the sender does not know it.".into()
            }
        },
        Some(Ok(came)) => {
            more = Finding::bytes(How::Different, file, &came).more;
            let (wanted, came) = (file.len(), came.len());
            format!(
                "{wanted} bytes were sent, and {came} arrived: not the same."
            )
        }
        Some(Err(e)) => format!("`receive` returned an error: {e}."),
        None => "`receive` has not ended.".into(),
    };
    more.push(match sent {
        Some(Err(e)) => format!("`send` returned an error: {e}."),
        Some(Ok(())) => "`send` returned Ok.".into(),
        None => "`send` has not ended.".into(),
    });
    Err(Finding { more, ..Finding::new(How::Different, seen) }.into())
}

/// An end that hears nothing is to return an error, and in time.
fn gives_up<T>(end: End<T>, returned: &str, waits: &str) -> Verdict {
    match end {
        Some(Err(_)) => Ok(()),
        Some(Ok(_)) => Err(failed(returned)),
        None => Err(failed(waits)),
    }
}
