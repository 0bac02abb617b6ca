//! Bytes that no program would send, thrown at the messages and the frames around them.

use std::time::{Duration, Instant};

use common::frame::{read_frame, write_frame};
use common::message::{read_message, write_message};
use serde::{Serialize, de::DeserializeOwned};

use crate::wire::{Entry, Reply, Request};

/// One of each message, and inputs that took a path through the code of their own.
const CORPUS: &[&str] = &[
    r#"{"command":"get","filename":"a.txt"}"#,
    r#"{"command":"get","filename":"a.txt","offset":18446744073709551615}"#,
    r#"{"command":"get","filename":"a.txt","wrong_digest":"d41d8cd9"}"#,
    r#"{"command":"list"}"#,
    r#"{"command":"list","filename":[{"deep":[[[[[[[]]]]]]]}]}"#,
    r#"{"status":"file","filename":"a","file_size":1,"md5":"d","sha256":null}"#,
    r#"{"status":"listing","count":2}"#,
    r#"{"filename":"a.txt","file_size":12}"#,
    r#"{"status":"error","message":"\ud83d\ude00 \u0000 \u001b[31m"}"#,
    r#"["get","a.txt"]"#,
    r#"["list"]"#,
    r#"{"command":0}"#,
    r#"{"command":{"get":null}}"#,
    r#"{"command":"get","command":"list","filename":"\ud800"}"#,
    r#"{"filename":"a","file_size":1e3}"#,
    r#"{"filename":"a","file_size":-0}"#,
    r#"[["a",12]]"#,
    r#"["a",12]"#,
    "\u{feff}{}",
    "18446744073709551616",
    "-",
    "{\"",
    "",
];

#[test]
fn what_was_found_to_be_odd_breaks_nothing() {
    for input in CORPUS {
        (0..=input.len()).for_each(|end| throw(&input.as_bytes()[..end]));
    }
}

#[test]
fn ten_thousand_mutations_break_nothing() {
    mutate(|runs| runs < 10_000);
}

#[test]
#[ignore = "ten minutes: --release --test file_transfer fuzz -- --ignored"]
fn ten_minutes_of_mutations_break_nothing() {
    let start = Instant::now();
    let runs = mutate(|_| start.elapsed() < Duration::from_secs(600));
    println!("{runs} runs");
}

/// Mutates the corpus, from a fixed seed, as long as `more` says; counts the runs.
fn mutate(more: impl Fn(u64) -> bool) -> u64 {
    let mut random = fastrand::Rng::with_seed(4);
    let mut input = Vec::new();
    let mut runs = 0;
    while more(runs) {
        runs += 1;
        if random.u8(..8) == 0 || input.len() > 1000 {
            input.clear();
            for _ in 0..random.u8(1..4) {
                let json = CORPUS[random.usize(..CORPUS.len())].as_bytes();
                if random.bool() {
                    input.extend((json.len() as u32).to_be_bytes());
                }
                input.extend(json);
            }
        }
        for _ in 0..random.u8(1..4) {
            let at = random.usize(..=input.len());
            let byte = random.choice(*b"\0\xff\"\\{}[]:,0-e").unwrap_or(0);
            match random.u8(..4) {
                0 => input.insert(at, byte),
                1 => input.truncate(at),
                2 => drop(input.drain(at.saturating_sub(3)..at)),
                _ if at < input.len() => input[at] = random.u8(..),
                _ => {}
            }
        }
        throw(&input);
    }
    runs
}

/// What must hold for any bytes at all: as frames, and as the JSON in one.
fn throw(bytes: &[u8]) {
    let (mut rest, mut taken) = (bytes, Vec::new());
    while let Ok(Some(json)) = read_frame(&mut rest) {
        write_frame(&mut taken, &json).unwrap();
        assert!(bytes.starts_with(&taken));
        parse(&json);
    }
    parse(bytes);
}

fn parse(json: &[u8]) {
    same_again::<Request>(json);
    same_again::<Reply>(json);
    same_again::<Entry>(json);
}

/// What can be read as a message is the same after writing and reading it again.
fn same_again<T: Serialize + DeserializeOwned>(json: &[u8]) {
    let mut frame = Vec::new();
    if write_frame(&mut frame, json).is_err() {
        return;
    }
    if let Ok(message) = read_message::<T>(&mut &frame[..]) {
        let message = message.unwrap();
        let mut again = Vec::new();
        write_message(&mut again, &message).unwrap();
        let second: T = read_message(&mut &again[..]).unwrap().unwrap();
        assert_eq!(
            serde_json::to_string(&message).unwrap(),
            serde_json::to_string(&second).unwrap()
        );
    }
}
