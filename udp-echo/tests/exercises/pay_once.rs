//! Grades `pay_once`: what was paid is counted, and each answer compared.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use grade::exercise::failed;
use grade::{Exam, Finding, How, Meaning, Step, Verdict};

use super::{fails, open};

/// The answer that is graded.
pub type PayOnce = fn(&UdpSocket, &mut dyn FnMut(u32) -> u32) -> io::Result<()>;

/// A number and an amount.
type Request = (u64, u32);

/// What is sent to a bank that has just been opened, each from one of its two ports.
type Requests = fn(&mut Exam) -> Vec<(Port, Request)>;
type Port = usize;

const TWICE: &str = "lesson 2, step 8 of its tour: the server is asked twice";
const ORDER: &str = "lesson 2, step 9 of its tour: the second overtakes";
const SOCKET: &str = "lesson 2, client.rs, ask: a new socket for each try";
const ANYBODY: &str =
    "lesson 2, client.rs, ask: anybody can send something to a port";

// What a step looks at. Whatever else goes wrong is the matter of another step.
const NO_ANSWER: How = How::Silence;
const ANOTHER_ANSWER: How = How::Different;
const PAID: How = How::Other;
const ALL: &[How] = &[NO_ANSWER, ANOTHER_ANSWER, PAID];

type Row = (&'static str, &'static str, &'static [How], &'static str, Requests);

/// What a right answer does, and what it means when one does not.
#[rustfmt::skip] // a step reads as a paragraph
const STEPS: [Row; 8] = [
    ("a request is paid and answered", TWICE, ALL,
        "Pay the amount, once. The answer is the number of the request, 8 bytes, and \
        what is left, 4.",
        |exam| vec![(0, new(exam))]),
    ("the same amount again is another payment", TWICE, &[PAID],
        "Two requests have the same amount, and different numbers: they are two.",
        |exam| {
            let (number, amount) = new(exam);
            vec![(0, (number, amount)), (0, (!number, amount))]
        }),
    ("a repeated request is paid once", TWICE, &[PAID],
        "A request came twice, and was paid twice. Remember the numbers of those that \
        you have paid.",
        |exam| vec![(0, new(exam)); 2]),
    ("a repeated request is answered again", TWICE, &[NO_ANSWER],
        "The repeat got no answer. Its client asks again because the first answer was \
        lost: without another one it never learns that it has paid.",
        |exam| vec![(0, new(exam)); 2]),
    ("its answer is the same when others have been paid since", TWICE, &[ANOTHER_ANSWER],
        "The repeat got another answer than the request. Remember the answer with the \
        number, and send the same again.",
        |exam| {
            let first = (0, new(exam));
            vec![first, (0, new(exam)), first]
        }),
    ("a repeat that comes from another port is a repeat", SOCKET, ALL,
        "The client asked again from a new port. A request is known by its number, and \
        not by the address that it comes from.",
        |exam| {
            let request = new(exam);
            vec![(0, request), (1, request)]
        }),
    ("a repeat that comes late, after twenty others, is a repeat", ORDER, ALL,
        "A copy of the first request came behind twenty others: a network may do that. \
        Remember all of them, not only the last.",
        |exam| {
            let mut all: Vec<_> = (0..21).map(|_| (0, new(exam))).collect();
            all.push(all[0]);
            all
        }),
    ("numbers are random: a lower one is not an older one", ORDER, ALL,
        "A request with a lower number came after one with a higher number. It is a new \
        one: the numbers say which, not when.",
        |exam| {
            let ((number, amount), (_, other)) = (new(exam), new(exam));
            let low = number >> 1;
            vec![(0, (!low, amount)), (0, (low, other))]
        }),
];

pub fn steps() -> Vec<Step<PayOnce>> {
    let step = |(name, part, looks_at, meaning, requests): Row| {
        Step::new(name, part, move |pay_once, exam: &mut Exam| {
            let mut bank = Bank::open(pay_once, exam)?;
            requests(exam).into_iter().try_for_each(|(port, request)| {
                bank.ask(port, request, looks_at, meaning)
            })
        })
    };
    let name = "a datagram of another length gets no answer and ends nothing";
    let no_request = Step::new(name, ANYBODY, no_request);
    STEPS.into_iter().map(step).chain([no_request]).collect()
}

/// A new request.
fn new(exam: &mut Exam) -> Request {
    (exam.random.u64(..), exam.random.u32(1..1_000_000))
}

/// The bytes of a request, or of an answer, with what is left.
fn bytes(number: u64, amount: u32) -> Vec<u8> {
    [&number.to_be_bytes()[..], &amount.to_be_bytes()].concat()
}

/// What is in the account at the beginning.
const FULL: u32 = 4_000_000_000;

/// The server that is graded, and the account that it pays from.
struct Bank {
    addr: SocketAddr,
    ports: [UdpSocket; 2],
    /// What it pays.
    paid: Receiver<u32>,
    /// What should be left.
    left: u32,
    /// The answer to each number.
    answers: HashMap<u64, Vec<u8>>,
    serving: JoinHandle<()>,
    deadline: Instant,
}

impl Bank {
    fn open(pay_once: PayOnce, exam: &Exam) -> Verdict<Self> {
        let (socket, addr) = open()?;
        let ports = [open()?.0, open()?.0];
        for port in &ports {
            let soon = Some(Duration::from_millis(20));
            port.set_read_timeout(soon).map_err(fails)?;
        }
        let (pays, paid) = channel();
        let here = exam.overheard.clone();
        let serving = thread::spawn(move || {
            let mut left = FULL;
            let mut pay = |amount| {
                let _step_is_over = pays.send(amount);
                left = left.wrapping_sub(amount); // a wrong answer pays any amount
                left
            };
            if let Some(Err(e)) = here.run(|| pay_once(&socket, &mut pay)) {
                here.note(format!("pay_once returned an error: {e}"));
            }
        });
        let (left, answers, deadline) = (FULL, HashMap::new(), exam.deadline);
        Ok(Self { addr, ports, paid, left, answers, serving, deadline })
    }

    /// Sends a request, and looks at what comes of it.
    fn ask(
        &mut self,
        port: Port,
        (number, amount): Request,
        looks_at: &[How],
        meaning: &str,
    ) -> Verdict {
        let request = bytes(number, amount);
        let mut due = Vec::new();
        let answer = self.answers.entry(number).or_insert_with(|| {
            due.push(amount);
            self.left -= amount;
            bytes(number, self.left)
        });
        let answer = answer.clone();
        self.ports[port].send_to(&request, self.addr).map_err(fails)?;
        let came = self.answer(port)?;
        let paid: Vec<u32> = self.paid.try_iter().collect();
        let finding = match came {
            _ if paid != due && looks_at.contains(&PAID) => {
                let seen = format!("It paid {paid:?} in place of {due:?}.");
                Finding::new(PAID, seen)
            }
            None => Finding::new(NO_ANSWER, "No answer came."),
            Some(came) if came == answer => return Ok(()),
            Some(came) => Finding::bytes(ANOTHER_ANSWER, &answer, &came),
        };
        if !looks_at.contains(&finding.how) {
            return Ok(());
        }
        Err(finding.after_sending(&request).meaning(meaning).into())
    }

    /// The next answer to this port; none when the patience has run out.
    fn answer(&mut self, port: Port) -> Verdict<Option<Vec<u8>>> {
        let mut buffer = [0; 100];
        loop {
            // Asked first: what it has sent before its end can still be received.
            let over = self.serving.is_finished();
            match self.ports[port].recv_from(&mut buffer) {
                Ok((n, from)) if from == self.addr => {
                    return Ok(Some(buffer[..n].to_vec()));
                }
                Err(_) if over => return Err(failed("The server ended.")),
                Err(_) if Instant::now() > self.deadline => return Ok(None),
                _ => {}
            }
        }
    }
}

fn no_request(pay_once: PayOnce, exam: &mut Exam) -> Verdict {
    let mut bank = Bank::open(pay_once, exam)?;
    let (other, _) = open()?;
    for length in [0, 1, 8, 11, 13, 24] {
        other.send_to(&exam.bytes(length), bank.addr).map_err(fails)?;
        let meaning = format!(
            "A datagram of {length} bytes came before: that is not a request, and its \
             sender can be anybody. Look how many bytes have come, and go on."
        );
        // The answer says that what came before has been looked at.
        bank.ask(0, new(exam), ALL, &meaning).explain(&meaning)?;
    }
    // The answers to the others, if there are any, have been sent by now.
    other.set_nonblocking(true).map_err(fails)?;
    let mut buffer = [0; 100];
    if let Ok((n, _)) = other.recv_from(&mut buffer) {
        let finding = Finding::bytes(ANOTHER_ANSWER, b"", &buffer[..n]);
        let meaning = "It is not a request, and gets no answer. A datagram longer than \
                       your buffer is cut: leave room to see that it is too long.";
        return Err(finding.meaning(meaning).into());
    }
    Ok(())
}
