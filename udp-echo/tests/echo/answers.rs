//! Which answers are taken, and what the last word is when none is.

use std::sync::mpsc;
use std::sync::mpsc::TryRecvError;
use std::thread;
use std::time::Duration;

use testing::Server;

use crate::peers::{BIN, asking, client, raw, received};

// ---- Nothing is guaranteed ----

#[test]
fn a_server_that_never_answers_is_asked_so_many_times_and_no_more() {
    let server = raw(); // takes, and never answers
    let addr = server.local_addr().unwrap();
    let done = client(
        &addr.to_string(),
        &["--timeout", "0.1", "--retries", "2"],
        b"hello\n",
    );
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    assert_eq!(
        done.stderr,
        format!(
            "no answer in 0.1 s, retry 1 of 2\n\
             no answer in 0.1 s, retry 2 of 2\n\
             error: no answer from {addr} (waited 3 x 0.1 s); ask again with more \
             --retries or --timeout, or see whether a UDP server runs there: \
             cargo run -p udp-echo -- server --addr {addr}\n"
        )
    );
    for _try in 0..3 {
        assert_eq!(received(&server).0, b"hello");
    }
    server.set_nonblocking(true).unwrap();
    assert!(server.recv_from(&mut [0; 9]).is_err(), "a fourth try");
}

#[test]
fn a_client_without_a_server_says_how_to_start_one() {
    // A socket that hears itself alone: for all others nobody is there.
    let nobody = raw();
    let addr = nobody.local_addr().unwrap();
    nobody.connect(addr).unwrap();
    let options = ["--timeout", "0.1", "--retries", "0"];
    let done = client(&addr.to_string(), &options, b"one\ntwo\n");
    let error = format!(
        "error: no answer from {addr} (waited 1 x 0.1 s); ask again with more \
         --retries or --timeout, or see whether a UDP server runs there: \
         cargo run -p udp-echo -- server --addr {addr}\n"
    );
    // Each line is tried: the server may have been started in between.
    assert_eq!((done.status, done.stderr), (1, error.repeat(2)));
}

#[test]
fn a_lost_datagram_is_sent_again() {
    let server = Server::start(BIN, &["--drop-every", "2"]);
    let done = client(&server.addr, &["--timeout", "0.5"], b"one\ntwo\n");
    assert_eq!((done.status, done.text().as_str()), (0, "ONE\nTWO\n"));
    let retried = "no answer in 0.5 s, retry 1 of 3\n";
    assert!(done.stderr.contains(retried), "{}", done.stderr);
}

#[test]
fn the_reply_of_a_stranger_is_not_the_answer() {
    let (server, stranger) = (raw(), raw());
    let client = asking(&server, &["--timeout", "20"], b"hello\n");
    let (_question, from) = received(&server);
    stranger.send_to(b"\x1b[31mLIES", from).unwrap();
    server.send_to(b"HELLO", from).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.text().as_str()), (0, "HELLO\n"));
    assert_eq!(
        done.stderr,
        format!(
            "ignored 9 bytes from {}, which is not {}\n",
            stranger.local_addr().unwrap(),
            server.local_addr().unwrap()
        )
    );
}

#[test]
fn an_answer_from_another_address_is_what_the_last_word_is_about() {
    let (server, stranger) = (raw(), raw());
    let options = &["--timeout", "0.5", "--retries", "0"];
    let client = asking(&server, options, b"hello\n");
    let (_question, from) = received(&server);
    stranger.send_to(b"HELLO", from).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    let asked = server.local_addr().unwrap();
    let other = stranger.local_addr().unwrap();
    assert_eq!(
        done.stderr.lines().last().unwrap(),
        format!(
            "error: no answer from {asked} ({other} sent something, but {asked} \
             was asked, and an answer from anybody else is not taken); if \
             {other} is your server, ask it there: --addr {other}"
        )
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "127.0.0.2 is there on Linux")]
fn a_server_on_every_address_is_asked_at_its_second_and_answers_from_its_first()
{
    let args = ["server", "--addr", "0.0.0.0:0"];
    let server = Server::listening(BIN, &args, false);
    let at = |ip: &str| server.addr.replace("0.0.0.0", ip);
    let options = ["--timeout", "0.5", "--retries", "0"];
    let done = client(&at("127.0.0.2"), &options, b"hello\n");
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    let remedy = format!("ask it there: --addr {}\n", at("127.0.0.1"));
    assert!(done.stderr.ends_with(&remedy), "{}", done.stderr);
    assert_eq!(client(&at("127.0.0.1"), &[], b"hello\n").text(), "HELLO\n");
}

#[test]
fn strangers_cannot_keep_the_client_waiting() {
    let (server, stranger) = (raw(), raw());
    let options = &["--timeout", "0.3", "--retries", "0"];
    let client = asking(&server, options, b"hello\n");
    let (_question, from) = received(&server);
    let (stop, stopped) = mpsc::channel::<()>();
    let talking = thread::spawn(move || {
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            // Far more often than the timeout. (An error is the closed port.)
            let _ = stranger.send_to(b"blah", from);
            thread::sleep(Duration::from_millis(5));
        }
    });
    let done = client.join().unwrap();
    drop(stop);
    talking.join().unwrap();
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    assert!(done.stderr.contains("ignored 4 bytes"), "{}", done.stderr);
    assert!(done.stderr.contains("error: no answer"), "{}", done.stderr);
}

#[test]
fn a_late_reply_to_an_earlier_try_is_not_the_answer() {
    let server = raw();
    let client = asking(&server, &["--timeout", "1"], b"hello\n");
    let (_, first) = received(&server);
    let (question, second) = received(&server);
    assert_eq!(question, b"hello");
    server.send_to(b"LATE", first).unwrap();
    server.send_to(b"HELLO", second).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.text().as_str()), (0, "HELLO\n"));
}

#[test]
fn a_late_reply_to_an_earlier_line_is_not_the_answer() {
    let server = raw();
    let options = &["--timeout", "1", "--retries", "0"];
    let client = asking(&server, options, b"one\ntwo\n");
    let (_, first) = received(&server);
    let (question, second) = received(&server);
    assert_eq!(question, b"two");
    server.send_to(b"ONE", first).unwrap();
    server.send_to(b"TWO", second).unwrap();
    let done = client.join().unwrap();
    // One line has no answer: that is said at the end, too.
    assert_eq!((done.status, done.text().as_str()), (1, "TWO\n"));
}
