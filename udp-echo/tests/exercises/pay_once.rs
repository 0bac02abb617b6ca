//! Grades `pay_once`: what was paid is counted, and each answer compared.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use grade::exercise::{failed, panicked};
use grade::{Exam, Finding, How, Meaning, Step, Verdict};

use super::{fails, open};

/// The answer that is graded.
pub type PayOnce = fn(&UdpSocket, &mut dyn FnMut(u32) -> u32) -> io::Result<()>;

const TWICE: &str = "lesson 2, step 8 of its tour: the server is asked twice";
const ORDER: &str = "lesson 2, step 9 of its tour: the second overtakes";
const SOCKET: &str = "lesson 2, client.rs, ask: a new socket for each try";
const ANYBODY: &str =
    "lesson 2, client.rs, ask: anybody can send something to a port";

/// In front of a bank that has just been opened.
type Visit = fn(Bank, UdpSocket, &mut Exam) -> Verdict;

/// What a right answer does.
const STEPS: [(&str, &str, Visit); 9] = [
    ("a request is paid and answered", TWICE, request),
    ("the same amount again is another payment", TWICE, amounts),
    ("a repeated request is paid once", TWICE, once),
    ("a repeated request is answered again", TWICE, again),
    (
        "its answer is the same when others have been paid since",
        TWICE,
        same_answer,
    ),
    ("a repeat that comes from another port is a repeat", SOCKET, another_port),
    ("a repeat that comes late, after twenty others, is a repeat", ORDER, late),
    ("numbers are random: a lower one is not an older one", ORDER, any_order),
    (
        "what has not 12 bytes gets no answer and ends nothing",
        ANYBODY,
        no_request,
    ),
];

pub fn steps() -> Vec<Step<PayOnce>> {
    let step = |(name, part, visit): (_, _, Visit)| {
        Step::new(name, part, move |pay_once, exam: &mut Exam| {
            visit(Bank::open(pay_once, exam)?, open()?.0, exam)
        })
    };
    STEPS.map(step).into()
}

/// The server that is graded, and the account that it pays from.
struct Bank {
    addr: SocketAddr,
    paid: Arc<Mutex<Vec<u32>>>,
    serving: Option<JoinHandle<io::Result<()>>>,
    deadline: Instant,
}

/// A request, and the answer that it got the first time.
type Known = ([u8; 12], [u8; 12]);

/// What is in the account at the beginning.
const FULL: u32 = 4_000_000_000;

impl Bank {
    fn open(pay_once: PayOnce, exam: &Exam) -> Verdict<Self> {
        let (socket, addr) = open()?;
        let paid = Arc::new(Mutex::new(Vec::new()));
        let paying = Arc::clone(&paid);
        let serving = thread::spawn(move || {
            pay_once(&socket, &mut |amount| {
                let mut paid =
                    paying.lock().unwrap_or_else(PoisonError::into_inner);
                paid.push(amount);
                left_of(&paid)
            })
        });
        let (serving, deadline) = (Some(serving), exam.deadline);
        Ok(Self { addr, paid, serving, deadline })
    }

    /// Sends a datagram, and waits for the answer.
    fn ask(&mut self, socket: &UdpSocket, request: &[u8]) -> Verdict<Vec<u8>> {
        socket.send_to(request, self.addr).map_err(fails)?;
        let soon = Duration::from_millis(20);
        socket.set_read_timeout(Some(soon)).map_err(fails)?;
        let mut buffer = [0; 100];
        loop {
            // Asked first: what it has sent before its end can still be received.
            let over =
                self.serving.as_ref().is_none_or(JoinHandle::is_finished);
            match socket.recv_from(&mut buffer) {
                Ok((n, from)) if from == self.addr => {
                    return Ok(buffer[..n].to_vec());
                }
                Ok(_) => {}
                Err(_) if over => return Err(self.ended()),
                Err(_) if Instant::now() > self.deadline => {
                    let finding = Finding::new(How::Silence, "No answer came.");
                    return Err(finding.after_sending(request).into());
                }
                Err(_) => {}
            }
        }
    }

    fn ended(&mut self) -> grade::Problem {
        match self.serving.take().map(JoinHandle::join) {
            Some(Err(panic)) => panicked(panic),
            Some(Ok(Err(e))) => failed(&format!("The server ended: {e}.")),
            _ => failed("The server ended."),
        }
    }

    /// A new request, which is paid and answered.
    fn pay(&mut self, socket: &UdpSocket, request: [u8; 12]) -> Verdict<Known> {
        let before = self.paid();
        let came = self.ask(socket, &request)?;
        let paid = self.paid();
        let amount = amount_of(request);
        if paid[before.len()..] != [amount] {
            let wanted = &paid[before.len()..];
            let seen = format!(
                "{amount} was to be paid once, and paid was {wanted:?}."
            );
            let finding = Finding::new(How::Other, seen);
            return Err(finding.after_sending(&request).into());
        }
        let left = left_of(&paid);
        let mut answer = request;
        answer[8..].copy_from_slice(&left.to_be_bytes());
        same(&request, &answer, &came)?;
        Ok((request, answer))
    }

    /// A request that was answered before, which gets the same answer.
    fn repeat(&mut self, socket: &UdpSocket, known: &Known) -> Verdict {
        let came = self.ask(socket, &known.0)?;
        same(&known.0, &known.1, &came)
    }

    fn paid(&self) -> Vec<u32> {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Was this paid, and nothing else?
    fn has_paid(&self, requests: &[[u8; 12]], meaning: &str) -> Verdict {
        let wanted: Vec<u32> =
            requests.iter().map(|request| amount_of(*request)).collect();
        let paid = self.paid();
        if paid == wanted {
            return Ok(());
        }
        let (n, of) = (paid.len(), wanted.len());
        let seen = format!("{of} different requests were sent, {n} were paid.");
        let finding = Finding::new(How::Different, seen);
        Err(finding.into()).when(How::Different, meaning)
    }
}

/// What is left when so much was paid. (A wrong answer may pay any amount.)
fn left_of(paid: &[u32]) -> u32 {
    paid.iter().fold(FULL, |left, amount| left.wrapping_sub(*amount))
}

fn amount_of(request: [u8; 12]) -> u32 {
    let [.., a, b, c, d] = request;
    u32::from_be_bytes([a, b, c, d])
}

/// A request of a random number and a random amount.
fn new(exam: &mut Exam) -> [u8; 12] {
    let amount = exam.random.u32(1..1_000_000);
    numbered(exam.random.u64(..), amount)
}

fn numbered(number: u64, amount: u32) -> [u8; 12] {
    let mut request = [0; 12];
    request[..8].copy_from_slice(&number.to_be_bytes());
    request[8..].copy_from_slice(&amount.to_be_bytes());
    request
}

fn same(request: &[u8], wanted: &[u8], came: &[u8]) -> Verdict {
    if wanted == came {
        return Ok(());
    }
    let finding = Finding::bytes(How::Different, wanted, came);
    Err(finding.after_sending(request).into())
}

fn request(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    bank.pay(&socket, new(exam)).map(drop).when(
        How::Different,
        "The answer is the number of the request, 8 bytes, and what is left, 4.",
    )
}

fn amounts(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let amount = exam.random.u32(1..1_000_000);
    let requests = [(); 2].map(|()| numbered(exam.random.u64(..), amount));
    for request in &requests {
        bank.ask(&socket, request)?;
    }
    bank.has_paid(
        &requests,
        "Two requests have the same amount, and different numbers: they are two.",
    )
}

fn once(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let (request, next) = (new(exam), new(exam));
    bank.ask(&socket, &request)?;
    socket.send_to(&request, bank.addr).map_err(fails)?;
    // When the next one has been paid, the repeat has been looked at.
    while bank.ask(&socket, &next)?[..8] != next[..8] {}
    bank.has_paid(
        &[request, next],
        "A request came twice, and was paid twice. Remember the numbers of those \
         that you have paid.",
    )
}

fn again(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let request = new(exam);
    bank.ask(&socket, &request)?;
    bank.ask(&socket, &request).map(drop).when(
        How::Silence,
        "The repeat got no answer. Its client asks again because the first answer was \
         lost: without another one it never learns that it has paid.",
    )
}

fn same_answer(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let first = bank.pay(&socket, new(exam))?;
    bank.pay(&socket, new(exam))?;
    bank.repeat(&socket, &first).when(
        How::Different,
        "The repeat got another answer than the request. Remember the answer with the \
         number, and send the same again.",
    )
}

fn another_port(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let (other, _) = open()?;
    let known = bank.pay(&socket, new(exam))?;
    let repeated = bank.repeat(&other, &known);
    let meaning = "The client asked again from a new port. A request is known by its \
                   number, and not by the address that it comes from.";
    bank.has_paid(&[known.0], meaning)?;
    repeated.when(How::Silence, meaning).when(How::Different, meaning)
}

fn late(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let mut all = Vec::new();
    for _ in 0..21 {
        all.push(bank.pay(&socket, new(exam))?);
    }
    let repeated = bank.repeat(&socket, &all[0]);
    let requests: Vec<_> = all.iter().map(|known| known.0).collect();
    let meaning = "A copy of the first request came behind twenty others: a network may \
                   do that. Remember all of them, not only the last.";
    bank.has_paid(&requests, meaning)?;
    repeated.when(How::Silence, meaning).when(How::Different, meaning)
}

fn any_order(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let high = exam.random.u64(1 << 63..);
    let low = exam.random.u64(..1 << 62);
    for number in [high, low] {
        let amount = exam.random.u32(1..1_000_000);
        bank.pay(&socket, numbered(number, amount)).when(
            How::Silence,
            "A request with a lower number came after one with a higher number. It is \
             a new one: the numbers say which, not when.",
        )?;
    }
    Ok(())
}

fn no_request(mut bank: Bank, socket: UdpSocket, exam: &mut Exam) -> Verdict {
    let (other, _) = open()?;
    let mut requests = Vec::new();
    for length in [0, 1, 8, 11, 13, 24] {
        other.send_to(&exam.bytes(length), bank.addr).map_err(fails)?;
        let request = new(exam);
        requests.push(request);
        // Its answer says that what came before has been looked at.
        let answered = bank.ask(&socket, &request).map(drop);
        let meaning = format!(
            "A datagram of {length} bytes came before: that is no request, and its \
             sender can be anybody. Look how many bytes have come, and go on."
        );
        answered.when(How::Silence, &meaning).when(How::Other, &meaning)?;
        bank.has_paid(&requests, &meaning)?;
    }
    // The answers to the others, if there are any, have been sent by now.
    let _ = other.set_nonblocking(true);
    let mut buffer = [0; 100];
    if let Ok((n, _)) = other.recv_from(&mut buffer) {
        let finding = Finding::bytes(How::Different, b"", &buffer[..n]);
        return Err(finding.into()).when(
            How::Different,
            "What is no request gets no answer. A datagram that is longer than your \
             buffer is cut: leave room to see that it is too long.",
        );
    }
    Ok(())
}
