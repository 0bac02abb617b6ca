//! The real client, and in front of it a server of raw bytes that lies: one test
//! for each lie, named after it.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use testing::{Finished, PATIENCE, Server, run};
use tempfile::{TempDir, tempdir};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

/// The file of most tests, and its digests as md5sum and sha256sum print them.
const HELLO: &[u8] = b"hello\n";
const HELLO_MD5: &str = "b1946ac92492d2347c6235b4d2611184";
const HELLO_SHA256: &str =
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

// ---- The server of raw bytes ----

/// A server whose every byte is the test's own.
struct Raw {
    addr: String,
    ended: Receiver<()>,
}

impl Raw {
    fn new(talk: impl FnOnce(TcpListener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            talk(listener);
            let _ = end.send(());
        });
        Self { addr, ended }
    }

    /// Answers one request after the other on one connection, then says that no
    /// more bytes follow.
    fn answering(replies: &[&[u8]]) -> Self {
        let replies: Vec<Vec<u8>> =
            replies.iter().map(|r| r.to_vec()).collect();
        Self::new(move |listener| {
            let mut stream = accept(&listener);
            for reply in &replies {
                request(&mut stream);
                send(&mut stream, reply);
            }
            no_more(&mut stream);
        })
    }

    /// Answers one request, and then says nothing more, not even goodbye.
    fn stalling_after(reply: &[u8]) -> Self {
        let reply = reply.to_vec();
        Self::new(move |listener| {
            let mut stream = accept(&listener);
            request(&mut stream);
            send(&mut stream, &reply);
            until_it_leaves(&mut stream);
        })
    }

    /// Answers a request like this and closes; sends hello.txt to who comes again.
    fn leaving_once(answer: impl FnOnce(TcpStream) + Send + 'static) -> Self {
        Self::new(|listener| {
            let mut first = accept(&listener);
            request(&mut first);
            answer(first);
            let mut second = accept(&listener);
            request(&mut second);
            second.write_all(&hello()).unwrap();
            until_it_leaves(&mut second);
        })
    }

    /// Everything that the server was to do has been done.
    fn end(self) {
        self.ended.recv_timeout(PATIENCE).unwrap();
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The JSON of the next frame.
fn request(stream: &mut TcpStream) -> String {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut json = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut json).unwrap();
    String::from_utf8(json).unwrap()
}

/// Who sees through a lie may have closed before all of it has been told.
fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// Says that no more bytes follow.
fn no_more(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    until_it_leaves(stream);
}

fn until_it_leaves(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new()); // or resets: all the same
}

fn frame(json: impl AsRef<[u8]>) -> Vec<u8> {
    let json = json.as_ref();
    let length = u32::try_from(json.len()).unwrap().to_be_bytes();
    [&length, json].concat()
}

/// A header and what follows it, of a file called hello.txt.
fn file(size: &str, digest: &str, payload: &[u8]) -> Vec<u8> {
    let header = format!(
        r#"{{"status":"file","filename":"hello.txt","file_size":{size},{digest}}}"#
    );
    [frame(header), payload.to_vec()].concat()
}

fn md5_of_hello() -> String {
    format!(r#""md5":"{HELLO_MD5}""#)
}

fn hello() -> Vec<u8> {
    file("6", &md5_of_hello(), HELLO)
}

fn error(message: &str) -> Vec<u8> {
    frame(format!(r#"{{"status":"error","message":"{message}"}}"#))
}

fn listing(count: &str, entries: &[&str]) -> Vec<u8> {
    let mut bytes = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
    for entry in entries {
        bytes.extend(frame(entry));
    }
    bytes
}

// ---- The client and what it leaves behind ----

fn client(addr: &str, dir: &Path, args: &[&str], input: &[u8]) -> Finished {
    let dir = dir.to_str().unwrap();
    run(BIN, &[&["client", "--addr", addr, "--dir", dir], args].concat(), input)
}

/// What is in a folder, by name.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        files.push((name, fs::read(entry.path()).unwrap()));
    }
    files.sort();
    files
}

fn a_file(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.into(), bytes.to_vec())
}

const EARLIER: &[u8] = b"an earlier good file";

fn folder_with_an_earlier_file() -> TempDir {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("hello.txt"), EARLIER).unwrap();
    dir
}

const WAITING: &str = "Waiting: the server may be computing the digest.\n";

/// What is on stderr, but for what a client says on a machine that is very busy.
fn said(done: &Finished) -> String {
    done.stderr.replace(WAITING, "")
}

/// The single line on stderr, without `error: `, and with ADDR for the address.
fn one_error(done: &Finished, addr: &str) -> String {
    assert_eq!(done.status, 1, "{done:?}");
    let line = said(done);
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains(char::is_control), "{line:?}");
    line.strip_prefix("error: ").unwrap().replace(addr, "ADDR")
}

/// Fails to get hello.txt: an earlier one is whole, and `left` is what has been
/// kept of the new one. Returns why.
fn refused(server: Raw, left: Option<&[u8]>) -> String {
    let dir = folder_with_an_earlier_file();
    let args = ["--timeout", "0.2", "get", "hello.txt"];
    let done = client(&server.addr, dir.path(), &args, b"");
    let error = one_error(&done, &server.addr);
    assert_eq!(done.text(), "");

    let mut wanted = vec![a_file("hello.txt", EARLIER)];
    wanted.extend(left.map(|bytes| a_file("hello.txt.unfinished", bytes)));
    assert_eq!(files(dir.path()), wanted);
    server.end();
    error.strip_prefix("cannot get hello.txt from ADDR: ").unwrap().into()
}

/// As [`refused`], for replies that are no replies; returns what is in the
/// parentheses.
fn not_the_protocol(reply: &[u8]) -> String {
    let why = refused(Raw::answering(&[reply]), None);
    let why = why.strip_prefix("ADDR does not keep to the protocol (").unwrap();
    let remedy = "); check that it is a server of this lesson";
    why.strip_suffix(remedy).unwrap().into()
}

/// Gets hello.txt, in place of an earlier one.
fn succeeds(server: Raw) {
    let dir = folder_with_an_earlier_file();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

const DAMAGED: &str = "it was damaged or changed on its way: its digest is not \
                       the announced one; nothing is saved, get it again";

fn missing(bytes: u64) -> String {
    format!(
        "the connection ended {bytes} bytes too early; get it again: it \
         goes on with what has come"
    )
}

// ---- What an honest server may do ----

#[test]
fn a_file_is_saved_under_the_name_it_was_asked_for() {
    let server = Raw::new(|listener| {
        let mut stream = accept(&listener);
        let get = r#"{"command":"get","filename":"hello.txt"}"#;
        assert_eq!(request(&mut stream), get);
        stream.write_all(&hello()).unwrap();
        until_it_leaves(&mut stream);
    });
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    let saved = dir.path().join("hello.txt");
    let told = format!(
        "hello.txt: 6 bytes, md5 {HELLO_MD5}, saved as {}\n",
        saved.display()
    );
    assert_eq!(done.text(), told);
    server.end();
}

#[test]
fn a_reply_that_comes_one_byte_at_a_time_is_the_same_reply() {
    succeeds(Raw::new(|listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        for byte in hello() {
            stream.write_all(&[byte]).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
        until_it_leaves(&mut stream);
    }));
}

#[test]
fn a_header_and_a_file_in_one_write_are_two_things() {
    succeeds(Raw::answering(&[&hello()]));
}

#[test]
fn a_digest_in_capitals_is_the_same_digest() {
    let md5 = format!(r#""md5":"{}""#, HELLO_MD5.to_uppercase());
    succeeds(Raw::answering(&[&file("6", &md5, HELLO)]));
}

#[test]
fn a_field_that_this_client_does_not_know_is_ignored() {
    let more = format!(r#"{},"colour":"blue""#, md5_of_hello());
    succeeds(Raw::answering(&[&file("6", &more, HELLO)]));
}

#[test]
fn a_sha256_is_verified_where_there_is_one() {
    let both = |sha256| format!(r#"{},"sha256":"{sha256}""#, md5_of_hello());
    succeeds(Raw::answering(&[&file("6", &both(HELLO_SHA256), HELLO)]));
    let wrong = file("6", &both(&"0".repeat(64)), HELLO);
    assert_eq!(refused(Raw::answering(&[&wrong]), None), DAMAGED);
}

// ---- Lies about the digest ----

#[test]
fn a_wrong_digest_saves_nothing() {
    let reply = file("6", &md5_of_hello(), b"hallo\n");
    assert_eq!(refused(Raw::answering(&[&reply]), None), DAMAGED);
}

#[test]
fn a_missing_digest_is_refused() {
    let reply = file("6", r#""colour":"blue""#, HELLO);
    let why = not_the_protocol(&reply);
    assert_eq!(why, "it sends no digest to verify the file with");
}

#[test]
fn a_digest_of_the_wrong_length_is_refused() {
    let why = not_the_protocol(&file("6", r#""md5":"b1946ac9""#, HELLO));
    assert_eq!(why, r#"it sends "b1946ac9" as a digest, which is no md5"#);
    let sha256 = format!(r#""sha256":"{HELLO_MD5}""#);
    let why = not_the_protocol(&file("6", &sha256, HELLO));
    assert!(why.ends_with("as a digest, which is no sha256"), "{why}");
}

#[test]
fn a_digest_that_is_not_hexadecimal_is_refused() {
    let digest = "g".repeat(32);
    let reply = file("6", &format!(r#""md5":"{digest}""#), HELLO);
    let wanted = format!("it sends {digest:?} as a digest, which is no md5");
    assert_eq!(not_the_protocol(&reply), wanted);
}

// ---- Lies about the size ----

#[test]
fn a_size_that_is_too_large_leaves_what_has_come_for_the_next_get() {
    let server = Raw::answering(&[&file("10", &md5_of_hello(), HELLO)]);
    assert_eq!(refused(server, Some(HELLO)), missing(4));
}

#[test]
fn a_size_that_is_too_small_writes_nothing_beyond_it() {
    // The digest of the first five bytes alone would be right.
    let md5_of_hell = r#""md5":"5d41402abc4b2a76b9719d911017c592""#;
    succeeds_with(&file("5", md5_of_hell, HELLO), b"hello");
    // That of all six is not.
    let server = Raw::answering(&[&file("5", &md5_of_hello(), HELLO)]);
    assert_eq!(refused(server, None), DAMAGED);
}

fn succeeds_with(reply: &[u8], saved: &[u8]) {
    let server = Raw::answering(&[reply]);
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", saved)]);
    server.end();
}

#[test]
fn a_size_of_2_to_the_63_allocates_nothing() {
    let size = 1_u64 << 63;
    let reply = file(&size.to_string(), &md5_of_hello(), HELLO);
    let why = refused(Raw::answering(&[&reply]), Some(HELLO));
    assert_eq!(why, missing(size - 6));
}

#[test]
fn a_size_of_2_to_the_64_minus_1_allocates_nothing() {
    let reply = file(&u64::MAX.to_string(), &md5_of_hello(), HELLO);
    let why = refused(Raw::answering(&[&reply]), Some(HELLO));
    assert_eq!(why, missing(u64::MAX - 6));
}

#[test]
fn a_size_of_2_to_the_64_is_no_size() {
    let reply = file("18446744073709551616", &md5_of_hello(), HELLO);
    let why = not_the_protocol(&reply);
    assert!(why.contains("expected u64"), "{why}");
}

#[test]
fn a_negative_size_is_no_size() {
    let why = not_the_protocol(&file("-6", &md5_of_hello(), HELLO));
    assert!(why.contains("invalid value: integer `-6`"), "{why}");
}

#[test]
fn a_size_in_quotes_is_no_size() {
    let why = not_the_protocol(&file(r#""6""#, &md5_of_hello(), HELLO));
    assert!(why.contains(r#"invalid type: string "6""#), "{why}");
}

#[test]
fn a_size_with_a_fraction_is_no_size() {
    let why = not_the_protocol(&file("6.5", &md5_of_hello(), HELLO));
    assert!(why.contains("invalid type: floating point `6.5`"), "{why}");
}

// ---- An end that comes too early ----

#[test]
fn an_end_instead_of_a_reply_is_no_reply() {
    let why = refused(Raw::answering(&[b""]), None);
    let wanted = "ADDR closed the connection instead of answering; try again";
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_length_is_an_error() {
    let why = not_the_protocol(&hello()[..3]);
    let wanted = "the stream ended inside a frame: 1 of the 4 bytes of its \
                  length are missing";
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_header_is_an_error() {
    let why = not_the_protocol(&hello()[..4 + 10]);
    let bytes = hello().len() - 4 - HELLO.len();
    let wanted = format!(
        "the stream ended inside a frame: {} of the {bytes} bytes of its \
         payload are missing",
        bytes - 10
    );
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_file_keeps_what_has_come() {
    let reply = file("6", &md5_of_hello(), &HELLO[..2]);
    let server = Raw::answering(&[&reply]);
    assert_eq!(refused(server, Some(&HELLO[..2])), missing(4));
}

#[test]
fn an_end_before_the_first_byte_of_the_file_leaves_nothing() {
    let reply = file("6", &md5_of_hello(), b"");
    assert_eq!(refused(Raw::answering(&[&reply]), None), missing(6));
}

#[test]
fn a_reset_inside_the_file_keeps_what_has_come() {
    let dir = folder_with_an_earlier_file();
    let unfinished = dir.path().join("hello.txt.unfinished");
    let server = Raw::new(move |listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        stream.write_all(&file("6", &md5_of_hello(), &HELLO[..2])).unwrap();
        // A reset throws away what the client has not read yet.
        wait_for_length(&unfinished, 2);
        socket2::SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    });
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    let error = one_error(&done, &server.addr);
    assert_eq!(
        error,
        "cannot get hello.txt from ADDR: lost the connection to ADDR \
         (connection reset); look at what the other end says, then try \
         again"
    );
    let kept = a_file("hello.txt.unfinished", &HELLO[..2]);
    assert_eq!(files(dir.path()), [a_file("hello.txt", EARLIER), kept]);
    server.end();
}

fn wait_for_length(path: &Path, length: u64) {
    let started = Instant::now();
    while fs::metadata(path).map_or(0, |m| m.len()) < length {
        assert!(started.elapsed() < PATIENCE, "{} stays short", path.display());
        thread::sleep(Duration::from_millis(1));
    }
}

// ---- A peer that stops ----

const STALLED: &str = "ADDR has stopped answering (timed out); look at the \
    other end, or give it more time with --timeout";

#[test]
fn a_stall_inside_the_length_is_given_up() {
    let server = Raw::stalling_after(&hello()[..2]);
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn a_stall_inside_the_header_is_given_up() {
    let server = Raw::stalling_after(&hello()[..20]);
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn a_stall_inside_the_file_is_given_up_and_what_has_come_is_kept() {
    let reply = file("6", &md5_of_hello(), &HELLO[..2]);
    let server = Raw::stalling_after(&reply);
    assert_eq!(refused(server, Some(&HELLO[..2])), STALLED);
}

#[test]
fn a_pause_shorter_than_the_timeout_is_waited_for() {
    succeeds(Raw::new(|listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        // The client looks at the clock once a second until a reply begins; from
        // then on it waits for as long as it was told, half a minute.
        for piece in hello().chunks(hello().len() / 2) {
            stream.write_all(piece).unwrap();
            thread::sleep(Duration::from_millis(1100));
        }
        until_it_leaves(&mut stream);
    }));
}

#[test]
fn a_server_that_never_answers_is_given_twenty_times_the_timeout() {
    let server = Raw::stalling_after(b"");
    let dir = tempdir().unwrap();
    let started = Instant::now();
    let args = ["--timeout", "0.02", "get", "hello.txt"];
    let done = client(&server.addr, dir.path(), &args, b"");
    assert!(started.elapsed() >= Duration::from_millis(400));
    assert!(done.stderr.starts_with(WAITING), "{}", done.stderr);
    let error = one_error(&done, &server.addr);
    assert_eq!(error, format!("cannot get hello.txt from ADDR: {STALLED}"));
    assert_eq!(files(dir.path()), []);
    server.end();
}

// ---- Frames that are none ----

#[test]
fn a_reply_of_length_0_is_refused() {
    let why = not_the_protocol(&[0; 4]);
    assert_eq!(why, "a frame of length 0 (1 is the least)");
}

#[test]
fn a_reply_of_one_byte_more_than_the_limit_is_refused() {
    let why = not_the_protocol(&65_537_u32.to_be_bytes());
    assert_eq!(why, "a frame of 65537 bytes announced (65536 is the most)");
}

#[test]
fn a_reply_of_4_gib_is_refused() {
    let why = not_the_protocol(&[0xff; 4]);
    assert_eq!(
        why,
        "a frame of 4294967295 bytes announced (65536 is the most)"
    );
}

#[test]
fn a_reply_as_long_as_the_limit_is_read() {
    let mut padded = br#"{"status":"error","message":"no"}"#.to_vec();
    padded.resize(65_536, b' ');
    let why = refused(Raw::answering(&[&frame(padded)]), None);
    assert_eq!(why, "the server says: no");
}

#[test]
fn a_web_server_is_told_apart() {
    let why = not_the_protocol(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_eq!(
        why,
        "a frame of 1213486160 bytes announced (65536 is the most)"
    );
}

#[test]
fn a_reply_that_is_not_json_is_refused() {
    let why = not_the_protocol(&frame("file follows"));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
}

#[test]
fn a_reply_that_is_not_utf_8_is_refused() {
    let why = not_the_protocol(&frame(b"{\"status\":\"\xff\xfe\"}"));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
}

#[test]
fn a_status_that_there_is_not_is_refused() {
    let why = not_the_protocol(&frame(r#"{"status":"maybe"}"#));
    assert!(why.contains("unknown variant `maybe`"), "{why}");
}

#[test]
fn a_reply_without_a_status_is_refused() {
    let why = not_the_protocol(&frame("{}"));
    assert!(why.contains("missing field `status`"), "{why}");
}

#[test]
fn json_nested_60000_deep_overflows_no_stack() {
    let why = not_the_protocol(&frame("[".repeat(60_000)));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
    let inside = format!(r#"{{"status":"file","x":{}"#, "[".repeat(60_000));
    let why = not_the_protocol(&frame(inside));
    assert!(why.contains("recursion limit"), "{why}");
}

#[test]
fn a_listing_is_no_answer_to_get() {
    let why = not_the_protocol(&listing("0", &[]));
    assert_eq!(why, "it answers another question than ours");
}

#[test]
fn a_file_is_no_answer_to_list() {
    let error = list_fails(Raw::answering(&[&hello()]), 0);
    assert_eq!(
        error,
        "cannot list the files of ADDR: ADDR does not keep to the protocol \
         (it answers another question than ours); check that it is a server \
         of this lesson"
    );
}

// ---- Names and offsets that nobody asked for ----

#[test]
fn a_name_that_leads_out_of_the_folder_is_not_written() {
    let outer = tempdir().unwrap();
    let dir = outer.path().join("download");
    let header = format!(
        r#"{{"status":"file","filename":"../evil","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let server = Raw::answering(&[&[&frame(header)[..], HELLO].concat()]);
    let done = client(&server.addr, &dir, &["get", "hello.txt"], b"");
    let error = one_error(&done, &server.addr);
    let wanted = r#"it sends "../evil" instead of "hello.txt""#;
    assert!(error.contains(wanted), "{error}");
    assert_eq!(files(&dir), []);
    assert!(!outer.path().join("evil").exists());
    server.end();
}

#[test]
fn another_name_than_the_one_asked_for_is_refused() {
    let header = format!(
        r#"{{"status":"file","filename":"other.txt","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let why = not_the_protocol(&[&frame(header)[..], HELLO].concat());
    assert_eq!(why, r#"it sends "other.txt" instead of "hello.txt""#);
}

#[test]
fn a_name_of_60000_characters_makes_a_short_error() {
    let header = format!(
        r#"{{"status":"file","filename":"{}","file_size":6,{}}}"#,
        "x".repeat(60_000),
        md5_of_hello()
    );
    let why = refused(Raw::answering(&[&frame(header)]), None);
    assert!(why.len() < 500 && why.ends_with("..."), "{why}");
}

#[test]
fn an_offset_that_nobody_asked_for_is_refused() {
    let offset = format!(r#""offset":2,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, &HELLO[2..]));
    assert_eq!(why, "it goes on at byte 2 of 6 instead of byte 0");
}

#[test]
fn an_offset_behind_the_end_is_refused() {
    let offset = format!(r#""offset":7,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, b""));
    assert_eq!(why, "it goes on at byte 7 of 6 instead of byte 0");
}

#[test]
fn a_negative_offset_is_no_offset() {
    let offset = format!(r#""offset":-2,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, HELLO));
    assert!(why.contains("invalid value: integer `-2`"), "{why}");
}

// ---- Escape codes ----

#[test]
fn escape_codes_in_an_error_message_never_reach_the_terminal() {
    let reply = error(r"\u001b[2J\u001b]0;title\u0007\r\n\u0000\u009b31m");
    let why = refused(Raw::answering(&[&reply]), None);
    let wanted = r"the server says: \x1b[2J\x1b]0;title\x07\r\n\x00\u{9b}31m";
    assert_eq!(why, wanted);
}

#[test]
fn escape_codes_in_a_header_never_reach_the_terminal() {
    let header = format!(
        r#"{{"status":"file","filename":"\u001b[2J","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let why = not_the_protocol(&frame(header));
    assert_eq!(why, r#"it sends "\u{1b}[2J" instead of "hello.txt""#);
    let digest = r#""md5":"\u001b[2J""#;
    let why = not_the_protocol(&file("6", digest, HELLO));
    assert_eq!(why, r#"it sends "\u{1b}[2J" as a digest, which is no md5"#);
}

#[test]
fn escape_codes_in_a_status_never_reach_the_terminal() {
    let why = not_the_protocol(&frame(r#"{"status":"\u001b[2J"}"#));
    assert!(why.contains(r"unknown variant `\x1b[2J`"), "{why}");
}

#[test]
fn a_listing_with_hostile_names_is_shown_and_obeyed_by_nobody() {
    let names = [
        r"\u001b[31mred",
        r"two\nlines",
        r"..\/..\/x",
        r"\u202Etxt.exe",
        "粘包",
    ];
    let entries =
        names.map(|name| format!(r#"{{"filename":"{name}","file_size":1}}"#));
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let server = Raw::answering(&[&listing("5", &entries)]);
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["list"], b"");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    let shown =
        [r"\x1b[31mred", r"two\nlines", "../../x", r"\u{202e}txt.exe", "粘包"];
    let shown = shown.map(|name| format!("{:>12}  {name}\n", 1)).concat();
    assert_eq!(done.text(), shown);
    assert_eq!(files(dir.path()), []);
    server.end();
}

// ---- Listings ----

/// Fails to list after this many lines; returns the error.
fn list_fails(server: Raw, lines: usize) -> String {
    let dir = tempdir().unwrap();
    let args = ["--timeout", "0.2", "list"];
    let done = client(&server.addr, dir.path(), &args, b"");
    assert_eq!(done.text().lines().count(), lines);
    let error = one_error(&done, &server.addr);
    server.end();
    error
}

const ENTRY: &str = r#"{"filename":"a.txt","file_size":12}"#;

#[test]
fn a_listing_without_end_is_not_begun() {
    let count = u64::MAX.to_string();
    let server = Raw::new(move |listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        let mut bytes = listing(&count, &[]);
        // Until the client has had enough.
        while stream.write_all(&bytes).is_ok() {
            bytes = frame(ENTRY);
        }
    });
    let error = list_fails(server, 0);
    let wanted = "(it lists 18446744073709551615 files, 100000 at most)";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn a_listing_that_stops_before_its_end_is_an_error() {
    let server = Raw::answering(&[&listing("1000", &[ENTRY, ENTRY])]);
    assert_eq!(
        list_fails(server, 2),
        "cannot list the files of ADDR: ADDR closed the connection instead of \
         answering; try again"
    );
}

#[test]
fn a_listing_that_stalls_before_its_end_is_given_up() {
    let server = Raw::stalling_after(&listing("1000", &[ENTRY, ENTRY]));
    let wanted = format!("cannot list the files of ADDR: {STALLED}");
    assert_eq!(list_fails(server, 2), wanted);
}

#[test]
fn a_listing_with_something_else_in_it_is_an_error() {
    let server = Raw::answering(&[&listing("2", &[ENTRY, "[]"])]);
    let error = list_fails(server, 1);
    let wanted = "(not the JSON that was expected: ";
    assert!(error.contains(wanted), "{error}");
}

// ---- One connection, several commands ----

#[test]
fn the_connection_survives_an_error_a_wrong_digest_and_a_listing() {
    let server = Raw::new(|listener| {
        let mut stream = accept(&listener);
        let damaged = file("6", &md5_of_hello(), b"hallo\n");
        let list = listing("1", &[ENTRY]);
        for reply in [error("no such file: missing"), damaged, list, hello()] {
            request(&mut stream);
            stream.write_all(&reply).unwrap();
        }
        until_it_leaves(&mut stream);
        // One connection was enough for all of this.
        listener.set_nonblocking(true).unwrap();
        let second = listener.accept().unwrap_err();
        assert_eq!(second.kind(), ErrorKind::WouldBlock);
    });
    let dir = tempdir().unwrap();
    let input = b"get missing\nget hello.txt\nlist\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    assert_eq!(done.status, 1);
    let errors = format!(
        "error: cannot get missing from {0}: the server says: no such file: \
         missing\nerror: cannot get hello.txt from {0}: {DAMAGED}\n",
        server.addr
    );
    assert_eq!(said(&done), errors);
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[test]
fn after_a_lost_connection_the_next_command_connects_anew() {
    let server = Raw::leaving_once(|mut first| {
        first.write_all(&hello()[..20]).unwrap();
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    one_error(&done, &server.addr);
    assert_eq!(done.text().lines().count(), 1);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_ended_between_two_commands_is_made_anew() {
    let server = Raw::leaving_once(|mut first| {
        // Corked, the last bytes and the end travel in one packet: who has
        // the file knows of the end, too.
        socket2::SockRef::from(&first).set_tcp_cork(true).unwrap();
        first.write_all(&hello()).unwrap();
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(done.text().lines().count(), 2);
    server.end();
}

#[test]
fn a_server_that_refuses_and_closes_is_quoted() {
    let server = Raw::new(|listener| {
        // Even before the first request.
        let mut stream = accept(&listener);
        stream.write_all(&error("256 clients at a time; later")).unwrap();
        no_more(&mut stream);
    });
    let why = refused(server, None);
    assert_eq!(why, "the server says: 256 clients at a time; later");
}

#[test]
fn bytes_after_a_whole_file_are_noticed_by_the_next_command() {
    let server = Raw::new(|listener| {
        let mut first = accept(&listener);
        request(&mut first);
        let garbage = &b"and more"[..];
        first.write_all(&[&hello(), garbage].concat()).unwrap();
        until_it_leaves(&mut first);
        let mut second = accept(&listener);
        request(&mut second);
        second.write_all(&hello()).unwrap();
        until_it_leaves(&mut second);
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    let error = one_error(&done, &server.addr);
    assert!(error.contains("does not keep to the protocol"), "{error}");
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[test]
fn no_server_at_all_is_one_error_that_says_how_to_start_it() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = free.local_addr().unwrap().to_string();
    drop(free);
    let dir = tempdir().unwrap();
    let done = client(&addr, dir.path(), &["get", "a", "b", "c"], b"");
    assert_eq!(
        one_error(&done, &addr),
        "nothing is listening on ADDR (connection refused); start the server \
         first: cargo run -p file-transfer -- server --addr ADDR"
    );
}

// ---- The prompt, with the real server ----

fn share(files: &[(&str, &[u8])]) -> (TempDir, Server) {
    share_with(files, &[])
}

fn share_with(files: &[(&str, &[u8])], options: &[&str]) -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let folder = ["--dir", dir.path().to_str().unwrap()];
    let server = Server::start(BIN, &[&folder, options].concat());
    (dir, server)
}

/// Types this at the prompt, in an empty folder; also returns what is in it then.
fn type_in(
    server: &Server,
    input: &[u8],
) -> (Finished, Vec<(String, Vec<u8>)>) {
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &[], input);
    let files = files(dir.path());
    (done, files)
}

#[test]
fn replies_go_to_stdout_and_nothing_prompts_in_a_pipe() {
    let (_share, server) = share(&[("hello.txt", HELLO), ("b", b"")]);
    let (done, files) = type_in(&server, b"list\nget hello.txt\n");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    let text = done.text();
    let (listing, saved) = text.split_at(text.find("hello.txt: ").unwrap());
    assert_eq!(listing, "           0  b\n           6  hello.txt\n");
    assert!(saved.starts_with("hello.txt: 6 bytes, md5 b1946ac92492d234"));
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn an_unknown_command_is_an_error_and_the_next_one_works() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"put \x1b[2J\nget hello.txt\n");
    let error = one_error(&done, &server.addr);
    let wanted = r"unknown command: put \x1b[2J; type help for those there are";
    assert_eq!(error, wanted);
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn get_without_a_name_is_an_error() {
    let (_share, server) = share(&[]);
    for input in [&b"get\n"[..], b"get \n", b"get   "] {
        let (done, files) = type_in(&server, input);
        let error = one_error(&done, &server.addr);
        let wanted = "get what? type get NAME; list shows the names";
        assert_eq!(error, wanted);
        assert_eq!((done.text().as_str(), files.len()), ("", 0));
    }
}

#[test]
fn empty_lines_and_an_empty_input_are_no_errors() {
    let (_share, server) = share(&[]);
    for input in [&b""[..], b"\n", b"\r\n", b"  \n\n\n"] {
        let (done, _) = type_in(&server, input);
        let printed = (done.text(), said(&done));
        assert_eq!((done.status, printed), (0, (String::new(), String::new())));
    }
}

#[test]
fn names_with_spaces_and_chinese_names_are_names() {
    let names = ["two words.txt", "粘包.txt", "粘 包 ", "a  b", "emoji 🦀"];
    let files_there = names.map(|name| (name.trim_end(), HELLO));
    let (_share, server) = share(&files_there);
    let input = names.map(|name| format!("get {name}\r\n")).concat();
    let (done, got) = type_in(&server, input.as_bytes());
    assert_eq!((done.status, said(&done)), (0, "".into()));
    let mut wanted = files_there.map(|(name, bytes)| a_file(name, bytes));
    wanted.sort();
    assert_eq!(got, wanted);
}

#[test]
fn a_name_that_turns_the_text_around_is_saved_but_not_printed_raw() {
    let name = "txt.\u{202e}exe";
    let (_share, server) = share(&[(name, HELLO)]);
    let (done, files) = type_in(&server, format!("get {name}\n").as_bytes());
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert!(!done.text().contains('\u{202e}'), "{:?}", done.text());
    assert_eq!(done.text().matches("txt.\\u{202e}exe").count(), 2);
    assert_eq!(files, [a_file(name, HELLO)]);
}

#[test]
fn a_command_that_is_not_utf_8_is_an_error_and_the_next_one_works() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"get \xff\xfe\nget hello.txt\n");
    let error = one_error(&done, &server.addr);
    assert!(error.starts_with("commands are UTF-8"), "{error}");
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn spaces_around_a_command_and_its_name_are_no_part_of_them() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(
        &server,
        // A Chinese keyboard types the wide space, U+3000.
        "  get\u{3000} hello.txt \n list \n".as_bytes(),
    );
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn a_last_line_without_a_newline_is_a_command() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"get hello.txt");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn quit_ends_the_client_before_what_follows() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"quit\nget hello.txt\n");
    let printed = (done.text(), said(&done));
    assert_eq!((done.status, printed), (0, (String::new(), String::new())));
    assert_eq!(files, []);
    // A failure before it still counts.
    let (done, _) = type_in(&server, b"nonsense\nquit\n");
    assert_eq!(done.status, 1);
}

#[test]
fn help_names_every_command() {
    let (_share, server) = share(&[]);
    let (done, _) = type_in(&server, b"help\n");
    assert_eq!((done.status, said(&done)), (0, "".into()));
    for command in ["get NAME", "list", "help", "quit"] {
        let line = |line: &str| line.starts_with(command);
        assert!(done.text().lines().any(line), "{command}");
    }
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_not_even_asked_for() {
    let (_share, server) = share(&[]);
    for name in ["../evil", "/etc/passwd", "a/b", "..", "C:x", "NUL", "a\x1bb"]
    {
        let (done, files) =
            type_in(&server, format!("get {name}\n").as_bytes());
        let error = one_error(&done, &server.addr);
        let wanted = "cannot be the name of a shared file: ";
        assert!(error.contains(wanted), "{error}");
        assert_eq!(files, []);
    }
    assert!(!server.said(|_| true).contains("get "));
}

#[test]
fn one_missing_file_of_three_fails_and_the_others_arrive() {
    let (_share, server) = share(&[("a", b"A"), ("c", b"C")]);
    let dir = tempdir().unwrap();
    let args = ["get", "a", "b", "c"];
    let done = client(&server.addr, dir.path(), &args, b"");
    let error = one_error(&done, &server.addr);
    let wanted = "cannot get b from ADDR: the server says: no such file: b";
    assert!(error.starts_with(wanted), "{error}");
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("a", b"A"), a_file("c", b"C")]);
}

// ---- The real server and the real client ----

#[test]
fn every_size_around_the_buffer_arrives_whole_with_either_digest() {
    const BUFFER: usize = 64 * 1024;
    let mut sizes = vec![0, 1, 2, 4095, 4096, 4097];
    for buffers in 1..=3 {
        let size = buffers * BUFFER;
        sizes.extend([size - 1, size, size + 1]);
    }
    let pattern: Vec<u8> = (0..=250).cycle().take(4 * BUFFER).collect();
    let names: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let wanted: Vec<_> = names
        .iter()
        .zip(&sizes)
        .map(|(name, size)| a_file(name, &pattern[..*size]))
        .collect();
    let files_there: Vec<(&str, &[u8])> =
        wanted.iter().map(|(name, bytes)| (&name[..], &bytes[..])).collect();

    for algorithm in ["md5", "sha256"] {
        let options = ["--checksum", algorithm];
        let (_share, server) = share_with(&files_there, &options);
        let dir = tempdir().unwrap();
        let names = names.iter().map(String::as_str);
        let args: Vec<&str> = ["get"].into_iter().chain(names).collect();
        let done = client(&server.addr, dir.path(), &args, b"");
        assert_eq!((done.status, said(&done)), (0, "".into()));
        for line in done.text().lines() {
            assert!(line.contains(&format!(" bytes, {algorithm} ")), "{line}");
        }
        let mut got = files(dir.path());
        got.sort();
        let mut wanted = wanted.clone();
        wanted.sort();
        assert!(got == wanted, "{algorithm}");
    }
}

#[test]
fn the_digests_are_those_that_everybody_computes() {
    let known: [(&str, &[u8], &str, &str); 3] = [
        (
            "empty",
            b"",
            "d41d8cd98f00b204e9800998ecf8427e",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "abc",
            b"abc",
            "900150983cd24fb0d6963f7d28e17f72",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        ("hello", HELLO, HELLO_MD5, HELLO_SHA256),
    ];
    let files_there = known.map(|(name, bytes, _, _)| (name, bytes));
    for algorithm in ["md5", "sha256"] {
        let (_share, server) =
            share_with(&files_there, &["--checksum", algorithm]);
        for (name, bytes, md5, sha256) in known {
            let digest = if algorithm == "md5" { md5 } else { sha256 };
            let (done, _) = type_in(&server, format!("get {name}").as_bytes());
            let told = format!(
                "{name}: {} bytes, {algorithm} {digest}, ",
                bytes.len()
            );
            assert!(done.text().starts_with(&told), "{done:?}");
        }
    }
}

#[test]
fn two_hundred_clients_at_once_get_the_same_file() {
    let bytes = vec![b'x'; 100_000];
    let (_share, server) = share(&[("x.bin", &bytes)]);
    let (addr, bytes) = (&server.addr, &bytes);
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(move || {
                let dir = tempdir().unwrap();
                let done = client(addr, dir.path(), &["get", "x.bin"], b"");
                assert_eq!((done.status, said(&done)), (0, "".into()));
                assert!(files(dir.path()) == [a_file("x.bin", bytes)]);
            });
        }
    });
}
