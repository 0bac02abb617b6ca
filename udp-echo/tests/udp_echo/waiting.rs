//! What the client says while it waits, and its last word when no answer comes. (That it
//! takes no other answer than the right one, the checks of `grade` see.)

use testing::Server;

use crate::peers::{BIN, asking, client, raw, received};

#[test]
fn a_server_that_never_answers_is_asked_so_many_times_and_no_more() {
    let server = raw(); // takes, and never answers
    let addr = server.local_addr().unwrap();
    let options = ["--timeout", "0.1", "--retries", "2"];
    let done = client(&addr.to_string(), &options, b"one\ntwo\n");
    let said = format!(
        "no answer in 0.1 s, retry 1 of 2\n\
         no answer in 0.1 s, retry 2 of 2\n\
         error: no answer from {addr} (waited 3 x 0.1 s); ask again with more \
         --retries or --timeout, or see whether a UDP server runs there: \
         cargo run -p udp-echo -- server --addr {addr}\n"
    );
    // Each line is tried: the server may have been started in between.
    assert_eq!((done.status, done.stderr), (1, said.repeat(2)));
    assert_eq!(done.stdout, b"");
    for line in ["one", "two"] {
        for _try in 0..3 {
            assert_eq!(received(&server).0, line.as_bytes());
        }
    }
    server.set_nonblocking(true).unwrap();
    assert!(server.recv_from(&mut [0; 9]).is_err(), "a fourth try");
}

#[test]
fn a_stranger_is_ignored_and_is_what_the_last_word_is_about() {
    for answered in [true, false] {
        let (server, stranger) = (raw(), raw());
        let patient = &["--timeout", "20"][..];
        let impatient = &["--timeout", "0.5", "--retries", "0"];
        let options = if answered { patient } else { impatient };
        let client = asking(&server, options, b"hello\n");
        let (_question, from) = received(&server);
        stranger.send_to(b"\x1b[31mLIES", from).unwrap();
        if answered {
            server.send_to(b"HELLO", from).unwrap();
        }
        let done = client.join().unwrap();
        let asked = server.local_addr().unwrap();
        let other = stranger.local_addr().unwrap();
        let ignored =
            format!("ignored 9 bytes from {other}, which is not {asked}\n");
        let last = format!(
            "error: no answer from {asked} ({other} sent something, but {asked} \
             was asked, and an answer from anybody else is not taken); if \
             {other} is your server, ask it there: --addr {other}\n"
        );
        let wanted = if answered {
            (0, "HELLO\n", ignored)
        } else {
            (1, "", ignored + &last)
        };
        let text = done.text();
        assert_eq!((done.status, text.as_str(), done.stderr), wanted);
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "127.0.0.2 is there on Linux")]
fn a_server_on_every_address_is_asked_at_its_second_and_answers_from_its_first()
{
    let args = ["server", "--addr", "0.0.0.0:0"];
    let server = Server::listening(BIN, &args);
    let at = |ip: &str| server.addr.replace("0.0.0.0", ip);
    let options = ["--timeout", "0.5", "--retries", "0"];
    let done = client(&at("127.0.0.2"), &options, b"hello\n");
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    let remedy = format!("ask it there: --addr {}\n", at("127.0.0.1"));
    assert!(done.stderr.ends_with(&remedy), "{}", done.stderr);
    assert_eq!(client(&at("127.0.0.1"), &[], b"hello\n").text(), "HELLO\n");
}
