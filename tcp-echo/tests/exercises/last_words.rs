//! Grades `last_words`: does the message reach clients that wait, send, or never leave?

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use grade::exercise::failed;
use grade::{Exam, Finding, How, Step, Verdict};

pub type Answer = fn(TcpStream, &[u8], Duration) -> io::Result<()>;

const LESSON: &str = "lesson 1, step 6 of its tour: an abrupt close";

#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<Answer>> {
    vec![
        Step::new("a client that waits is told, and leaves", LESSON, |answer, exam| {
            let refused = Refused::new(answer, 2 * exam.patience, exam)?;
            refused.is_told()?;
            refused.is_left("a read of 0 bytes is the end", |client| {
                let _ = client.shutdown(Shutdown::Both);
            })
        }),
        Step::new("a client that sends 16 MB first is told", LESSON, |answer, exam| {
            let refused = Refused::new(answer, 2 * exam.patience, exam)?;
            // More than the buffers of both systems hold.
            let sent = (&refused.client).write_all(&vec![b'x'; 16 << 20]);
            let all = sent.and_then(|()| refused.client.shutdown(Shutdown::Write));
            all.map_err(|e| failed(&format!("The client could not send all of it ({e}). \
                A close with bytes unread resets the connection, and the message may be \
                lost with it: after the message read what still comes, until the \
                end.")))?;
            refused.is_told()
        }),
        Step::new("a client that never closes is left", LESSON, |answer, exam| {
            let refused = Refused::new(answer, SHORT, exam)?;
            refused.is_told()?;
            refused.is_left("no client may keep it longer than the limit", |_| {})
        }),
        Step::new("one that never stops is left, too", LESSON, |answer, exam| {
            let refused = Refused::new(answer, SHORT, exam)?;
            refused.is_told()?;
            let limit = "the limit is for all that comes together, not for each read";
            refused.is_left(limit, |mut client| {
                let _ = client.write(b"x"); // it may have closed by now
            })
        }),
    ]
}

/// A limit that is over before the patience is.
const SHORT: Duration = Duration::from_millis(200);

/// A client that is refused.
struct Refused {
    client: TcpStream,
    message: Vec<u8>,
    answering: JoinHandle<()>,
    deadline: Instant,
}

impl Refused {
    fn new(answer: Answer, limit: Duration, exam: &mut Exam) -> Verdict<Self> {
        let connect = || {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let client = TcpStream::connect(listener.local_addr()?)?;
            client.set_read_timeout(Some(exam.patience))?;
            client.set_write_timeout(Some(exam.patience))?;
            io::Result::Ok((client, listener.accept()?.0))
        };
        let (client, server) =
            connect().map_err(|e| failed(&format!("No connection: {e}.")))?;
        let letters = (0..40).map(|_| exam.random.lowercase() as u8);
        let message: Vec<u8> = b"no: ".iter().copied().chain(letters).collect();
        let text = message.clone();
        let overheard = exam.overheard.clone();
        let answering = thread::spawn(move || {
            // Until this is dropped the client does not learn of an end.
            let _kept = server.try_clone();
            overheard.run(|| answer(server, &text, limit));
        });
        let deadline = exam.deadline;
        Ok(Self { client, message, answering, deadline })
    }

    /// The message, all of it, and the end behind it.
    fn is_told(&self) -> Verdict {
        let mut came = Vec::new();
        let end = (&self.client).read_to_end(&mut came);
        if came != self.message {
            let how = if end.is_ok() { How::Ended } else { How::Silence };
            let finding = Finding::bytes(how, &self.message, &came);
            if how == How::Silence && came.is_empty() {
                let meaning = "Say it first, because a client may wait for it before it \
                               sends more or closes.";
                return Err(finding.meaning(meaning).into());
            }
            return Err(finding.into());
        }
        end.map(drop).map_err(|_| {
            failed(
                "The message came, but no end of the stream behind it: say that no \
                 more follows, with shutdown(Shutdown::Write).",
            )
        })
    }

    /// It returns, while the client goes on with this.
    fn is_left(&self, meaning: &str, client: impl Fn(&TcpStream)) -> Verdict {
        while !self.answering.is_finished() {
            if Instant::now() > self.deadline {
                let seen = format!("last_words does not return: {meaning}.");
                return Err(failed(&seen));
            }
            client(&self.client);
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}
