//! JSON messages in frames: a wrong one is an error, and the next one still arrives.

use std::collections::BTreeMap;

use common::frame::{FrameError, MAX_PAYLOAD, write_frame};
use common::message::{MessageError, read_message, write_message};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Song {
    title: String,
    seconds: u64,
}

fn song() -> Song {
    Song { title: "茉莉花 \"live\" \n\u{1b}".into(), seconds: u64::MAX }
}

#[test]
fn a_message_is_its_json_in_a_frame_and_comes_back_as_it_was() {
    let mut stream = Vec::new();
    let message = Song { title: "a".into(), seconds: 1 };
    write_message(&mut stream, &message).unwrap();
    assert_eq!(stream, b"\x00\x00\x00\x19{\"title\":\"a\",\"seconds\":1}");

    write_message(&mut stream, &song()).unwrap();
    let mut stream = &stream[..];
    assert_eq!(read_message(&mut stream).unwrap(), Some(message));
    assert_eq!(read_message(&mut stream).unwrap(), Some(song()));
    assert_eq!(read_message::<Song>(&mut stream).unwrap(), None);
}

#[test]
fn a_wrong_message_is_an_error_and_the_next_one_still_arrives() {
    let deep = "[".repeat(MAX_PAYLOAD as usize);
    let deep_and_closed = "[".repeat(30_000) + &"]".repeat(30_000);
    let wrong: [&[u8]; 10] = [
        b"\xff\xfe",                             // not UTF-8
        b"{\"title\":\"\xff\",\"seconds\":1}",   // not UTF-8 in a string
        b"hello",                                // not JSON
        b"{\"title\":\"a\",\"seconds\":1",       // JSON without its end
        b"{\"title\":\"a\",\"seconds\":1} more", // JSON, and more behind it
        b"{\"title\":\"a\"}",                    // a field is missing
        b"{\"title\":\"a\",\"seconds\":-1}",     // not a u64
        b"[1, 2]",                               // JSON of another shape
        deep.as_bytes(),                         // would overflow the stack
        deep_and_closed.as_bytes(),
    ];
    for payload in wrong {
        let mut stream = Vec::new();
        write_frame(&mut stream, payload).unwrap();
        write_message(&mut stream, &song()).unwrap();
        let mut stream = &stream[..];

        let error = read_message::<Song>(&mut stream).unwrap_err();
        assert!(matches!(error, MessageError::Json(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("not the JSON that was expected: "), "{text}");
        assert_eq!(read_message(&mut stream).unwrap(), Some(song()));
        assert_eq!(read_message::<Song>(&mut stream).unwrap(), None);
    }
}

#[test]
fn a_message_without_json_or_too_long_is_an_error_before_anything_is_written() {
    let mut stream = Vec::new();
    // A key of a JSON object is a string, and no pair.
    let no_json = BTreeMap::from([((1, 2), 3)]);
    let error = write_message(&mut stream, &no_json).unwrap_err();
    assert!(matches!(error, MessageError::Json(_)), "{error:?}");

    let long = "x".repeat(MAX_PAYLOAD as usize); // and two quotation marks
    let error = write_message(&mut stream, &long).unwrap_err();
    let too_long = FrameError::TooLong { length: 65_538 };
    assert_eq!(error.to_string(), too_long.to_string());
    assert!(stream.is_empty(), "something was written");
}

#[test]
fn the_end_inside_a_message_is_not_mistaken_for_wrong_json() {
    let mut stream = Vec::new();
    write_message(&mut stream, &song()).unwrap();
    stream.pop();
    let error = read_message::<Song>(&mut &stream[..]).unwrap_err();
    let MessageError::Frame(FrameError::Truncated { missing: 1, .. }) = error
    else {
        panic!("{error:?}");
    };
}
