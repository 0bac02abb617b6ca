//! Each check of lesson 4's client and a wrong client that fails it, with the message
//! meant for it.

use std::fs;
use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Duration;

use grade::proof::Wrong;
use grade::{Client, Lesson, Task};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::mistakes::{receive, send};
use crate::proof::{fails_only_the_byte_order, prove};

/// A client, and what it does wrong.
fn client(m: &'static str) -> Client {
    Client::function(move |task| match get(task, m) {
        Err(_) if m == "always done" => Ok(Vec::new()),
        Err(e) if m == "prints raw" => Ok(e.to_string().into_bytes()),
        Err(e) => Err(format!("{:?}", e.to_string())),
        Ok(()) => Ok(b"saved".to_vec()),
    })
}

fn get(task: &Task, m: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(task.addr)?;
    let name = match m {
        "asks nothing" => return Ok(()),
        "asks for another file" => "another.txt",
        "splits the name" => task.name.split(' ').next().unwrap(),
        _ => &task.name,
    };
    let request = json!({"command": "get", "filename": name}).to_string();
    send(&mut stream, request.as_bytes(), m)?;
    let target = task.dir.join(name);
    let json = receive(&mut stream, m)?.unwrap_or_default();
    if json.is_empty() && m == "saves nothing" {
        return fs::write(target, b"");
    }
    let header: Value = serde_json::from_slice(&json)?;
    let Some(size) = header["file_size"].as_u64() else {
        if m == "saves an error" {
            fs::write(target, header.to_string())?;
        }
        let message = header["message"].as_str().unwrap_or("?");
        return Err(io::Error::other(message));
    };
    if m == "no empty file" && size == 0 {
        return Ok(());
    }
    let bytes = body(&mut stream, size, m)?;
    if is_right(&header, size, &bytes, m) {
        return fs::write(target, bytes);
    }
    Err(io::Error::other("it is not the file"))
}

fn body(stream: &mut TcpStream, size: u64, m: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match m {
        "one read" => {
            bytes.resize(size as usize, 0);
            let n = stream.read(&mut bytes)?;
            bytes.truncate(n);
        }
        "saves the rest" => drop(stream.read_to_end(&mut bytes)?),
        _ => drop(stream.take(size).read_to_end(&mut bytes)?),
    }
    // Waits for what was announced, and never looks for the end.
    while m == "never looks for the end" && (bytes.len() as u64) < size {
        stream.read(&mut [0; 1024])?;
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(bytes)
}

/// Are all the bytes there, and are they those of the digest?
fn is_right(header: &Value, size: u64, bytes: &[u8], m: &str) -> bool {
    let hex = |digest: &[u8]| -> String {
        digest.iter().map(|b| format!("{b:02x}")).collect()
    };
    let right = match (header["md5"].as_str(), header["sha256"].as_str()) {
        (_, Some(sha256)) if m != "md5 only" => {
            sha256 == hex(&Sha256::digest(bytes))
        }
        (Some(md5), _) => md5 == hex(&Md5::digest(bytes)),
        _ => m == "no digest is fine",
    };
    match m {
        "one read" => true,
        "no digest" | "saves the rest" => bytes.len() as u64 >= size,
        _ => right && bytes.len() as u64 >= size,
    }
}

const WRONG: &[Wrong<&str>] = &[
    ("asks nothing", "client-saves", "did not ask"),
    ("asks for another file", "client-saves", "with the NAME that was"),
    ("no empty file", "client-empty", "is a file, too"),
    ("one read", "client-large", "as file_size says"),
    ("splits the name", "odd-name", "with the NAME that was"),
    ("md5 only", "sha256", "64 digits"),
    ("no digest", "wrong-digest", "compute the digest"),
    ("no digest is fine", "no-digest", "nothing can be verified"),
    ("saves the rest", "too-many", "and no more"),
    ("saves an error", "client-error", "instead of a file"),
    ("saves nothing", "no-reply", "the end of the stream"),
    ("prints raw", "escapes", "A terminal obeys them"),
    ("always done", "client-status", "sees the exit status"),
    ("never looks for the end", "too-few", "is the end of the stream"),
    ("lowest byte first", "byte-order", "lowest byte first"),
];

#[test]
fn wrong_clients_are_caught_and_a_right_one_passes() {
    prove(Lesson::FileTransfer.client_checks(), WRONG, |m, exam, check| {
        client(m).patience(exam.patience).check(check)
    });
}

#[test]
fn the_other_byte_order_costs_one_check() {
    let client = client("lowest byte first");
    let checks = Lesson::FileTransfer.client_checks();
    fails_only_the_byte_order(checks, |check| client.check(check));
}
