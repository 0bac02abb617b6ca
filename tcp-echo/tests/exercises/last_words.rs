//! Grades `last_words`: does the message reach clients that wait, send, or never leave?

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

pub type Answer = fn(TcpStream, &[u8], Duration) -> io::Result<()>;

/// Fails with what goes wrong first.
pub fn grade(answer: Answer, patience: Duration) {
    waits(answer, patience);
    sends(answer, patience);
    never_leaves(answer, patience);
    never_stops(answer, patience);
}

/// A limit that is over before the patience is.
const SHORT: Duration = Duration::from_millis(200);

/// A client that is refused.
struct Refused {
    client: TcpStream,
    message: Vec<u8>,
    /// Nothing more comes from here when the answer has returned.
    returned: Receiver<()>,
    patience: Duration,
}

impl Refused {
    fn new(answer: Answer, limit: Duration, patience: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let client = TcpStream::connect(addr).unwrap();
        client.set_read_timeout(Some(patience)).unwrap();
        client.set_write_timeout(Some(patience)).unwrap();
        let (server, _) = listener.accept().unwrap();

        let mut message = b"no: ".to_vec();
        message.extend((0..40).map(|_| fastrand::lowercase() as u8));
        let text = message.clone();
        let (here, returned) = mpsc::channel();
        thread::spawn(move || {
            let _here = here;
            answer(server, &text, limit)
        });
        Self { client, message, returned, patience }
    }

    /// The message, all of it, and the end behind it.
    fn expect_the_message(&self, who: &str) {
        let mut came = Vec::new();
        let end = (&self.client).read_to_end(&mut came);
        let (wanted, came) = (Text(&self.message), Text(&came));
        let what = match end {
            Ok(_) if came == wanted => return,
            Ok(_) => "and then the end of the stream",
            Err(_) if came.0.is_empty() => {
                "and no message: say it first, because a client may wait for it \
                 before it sends more or closes"
            }
            Err(_) if came == wanted => {
                "but no end of the stream behind it: say that no more follows, \
                 with shutdown(Shutdown::Write)"
            }
            Err(_) => "and then no more",
        };
        panic!("\n{who}\nwanted  {wanted}\ncame    {came},\n        {what}");
    }

    fn expect_the_return(&self, who: &str, meaning: &str) {
        let returned = self.returned.recv_timeout(self.patience);
        let is_back = returned == Err(RecvTimeoutError::Disconnected);
        assert!(is_back, "\n{who}\nlast_words does not return: {meaning}");
    }
}

#[derive(PartialEq)]
struct Text<'a>(&'a [u8]);

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes \"{}\"", self.0.len(), self.0.escape_ascii())
    }
}

pub fn waits(answer: Answer, patience: Duration) {
    let refused = Refused::new(answer, 2 * patience, patience);
    let who = "A client that has sent nothing reads.";
    refused.expect_the_message(who);
    let Refused { client, returned, .. } = refused;
    drop(client);
    let back = returned.recv_timeout(patience);
    assert!(
        back == Err(RecvTimeoutError::Disconnected),
        "\n{who} Then it closes.\nlast_words does not return: a read of 0 bytes \
         is the end"
    );
}

pub fn sends(answer: Answer, patience: Duration) {
    let refused = Refused::new(answer, 2 * patience, patience);
    let who = "A client sends 16 MB, then it reads.";
    // More than the buffers of both systems hold.
    let sent = (&refused.client)
        .write_all(&vec![b'x'; 16 << 20])
        .and_then(|()| refused.client.shutdown(Shutdown::Write));
    if let Err(e) = sent {
        panic!(
            "\n{who}\nIt could not send all of it ({e}).\nA close with bytes \
             unread resets the connection, and the message may be\nlost with it: \
             after the message read what still comes, until the end."
        );
    }
    refused.expect_the_message(who);
}

pub fn never_leaves(answer: Answer, patience: Duration) {
    let refused = Refused::new(answer, SHORT, patience);
    let who = "A client reads the message, and never closes.";
    refused.expect_the_message(who);
    refused
        .expect_the_return(who, "no client may keep it longer than the limit");
}

pub fn never_stops(answer: Answer, patience: Duration) {
    let refused = Refused::new(answer, SHORT, patience);
    let who = "A client reads the message, and sends a byte now and then.";
    refused.expect_the_message(who);
    let end = Instant::now() + patience;
    let still = Err(RecvTimeoutError::Timeout);
    let pause = Duration::from_millis(20);
    while refused.returned.recv_timeout(pause) == still && Instant::now() < end
    {
        let _ = (&refused.client).write(b"x"); // it may have closed by now
    }
    let meaning = "the limit is for all that comes together, not for each read";
    let returned = refused.returned.try_recv();
    let is_back = returned == Err(mpsc::TryRecvError::Disconnected);
    assert!(is_back, "\n{who}\nlast_words does not return: {meaning}");
}
