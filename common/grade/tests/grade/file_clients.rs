//! Each check of lesson 4's client and a wrong client that fails it, with the message
//! meant for it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use common::frame::write_frame;
use grade::proof::Wrong;
use grade::{Client, Lesson, Task};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::proof::prove_clients;

/// What the client does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    None,
    AsksNothing,
    AsksForAnotherFile,
    NoEmptyFile,
    OneRead,
    SplitsTheName,
    SinglePrefix,
    ReadsTooMuch,
    Md5Only,
    KeepsHalf,
    NoDigest,
    NoneIsFine,
    UnderItsName,
    SavesTheRest,
    ServersName,
    SavesAnError,
    SavesNothing,
    BelievesTheSize,
    PrintsRaw,
    AlwaysDone,
    SpinsAtTheEnd,
    LowestFirst,
}
use Mistake as M;

fn client(m: Mistake) -> Client {
    Client::function(move |task| match get(task, m) {
        Err(_) if m == M::AlwaysDone => Ok(Vec::new()),
        Err(e) if m == M::PrintsRaw => Ok(e.to_string().into_bytes()),
        Err(e) => Err(format!("{:?}", e.to_string())),
        Ok(()) => Ok(b"saved".to_vec()),
    })
}

fn get(task: &Task, m: Mistake) -> io::Result<()> {
    let mut stream = TcpStream::connect(task.addr)?;
    if m == M::AsksNothing {
        return Ok(());
    }
    let name = match m {
        M::AsksForAnotherFile => "another.txt",
        M::SplitsTheName => task.name.split(' ').next().unwrap(),
        _ => &task.name,
    };
    let request = json!({"command": "get", "filename": name}).to_string();
    if m == M::LowestFirst {
        stream.write_all(&(request.len() as u32).to_le_bytes())?;
        stream.write_all(request.as_bytes())?;
    } else {
        write_frame(&mut stream, request.as_bytes())
            .map_err(io::Error::other)?;
    }
    let target = task.dir.join(name);
    let header = match header(&mut stream, m) {
        Err(_) if m == M::SavesNothing => return fs::write(target, b""),
        header => header?,
    };
    if header["status"] != "file" {
        if m == M::SavesAnError {
            fs::write(target, header.to_string())?;
        }
        return Err(io::Error::other(
            header["message"].as_str().unwrap_or("?"),
        ));
    }
    let target = match m {
        M::ServersName => task.dir.join(header["filename"].as_str().unwrap()),
        _ => target,
    };
    let size = header["file_size"].as_u64().unwrap();
    save(&mut stream, &header, size, &target, m)
}

fn header(stream: &mut TcpStream, m: Mistake) -> io::Result<Value> {
    let mut prefix = [0; 4];
    if m == M::SinglePrefix {
        stream.read(&mut prefix)?;
    } else {
        stream.read_exact(&mut prefix)?;
    }
    if m == M::LowestFirst {
        prefix.reverse();
    }
    let length = u32::from_be_bytes(prefix).min(65_536) as usize;
    let mut json = vec![0; length];
    stream.read_exact(&mut json)?;
    if m == M::ReadsTooMuch {
        // What a buffered reader has taken goes with it.
        stream.read(&mut [0; 16])?;
    }
    Ok(serde_json::from_slice(&json)?)
}

/// Waits for what was announced, and never looks for the end.
fn waits_on(stream: &mut TcpStream) -> io::Result<()> {
    loop {
        stream.read(&mut [0; 1024])?;
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn save(
    stream: &mut TcpStream,
    header: &Value,
    size: u64,
    target: &Path,
    m: Mistake,
) -> io::Result<()> {
    if size == 0 && m == M::NoEmptyFile {
        return Ok(());
    }
    if m == M::UnderItsName {
        File::create(target)?;
    }
    let mut bytes = Vec::new();
    match m {
        M::OneRead => {
            bytes.resize(size as usize, 0);
            let n = stream.read(&mut bytes)?;
            bytes.truncate(n);
        }
        M::SavesTheRest => {
            stream.read_to_end(&mut bytes).map(drop)?;
        }
        M::BelievesTheSize if size > 1 << 40 => waits_on(stream)?,
        M::SpinsAtTheEnd if size > 1 << 40 => {}
        M::SpinsAtTheEnd => {
            stream.take(size).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < size {
                waits_on(stream)?;
            }
        }
        _ => {
            stream.take(size).read_to_end(&mut bytes)?;
        }
    }
    if (bytes.len() as u64) < size && !matches!(m, M::KeepsHalf | M::OneRead) {
        return Err(io::Error::other("the stream ended too early"));
    }
    let hex = |digest: &[u8]| -> String {
        digest.iter().map(|b| format!("{b:02x}")).collect()
    };
    let right = match (header["md5"].as_str(), header["sha256"].as_str()) {
        (_, Some(sha256)) if m != M::Md5Only => {
            sha256 == hex(&Sha256::digest(&bytes))
        }
        (Some(md5), _) => md5 == hex(&Md5::digest(&bytes)),
        _ => m == M::NoneIsFine,
    };
    let careless = matches!(
        m,
        M::NoDigest
            | M::KeepsHalf
            | M::OneRead
            | M::SavesTheRest
            | M::ServersName
    );
    if !right && !careless {
        return Err(io::Error::other("the digest is another one"));
    }
    File::create(target)?.write_all(&bytes)
}

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<fn() -> Client>] = &[
    (|| client(M::AsksNothing), "client-saves", "did not ask"),
    (|| client(M::AsksForAnotherFile), "client-saves", "with the NAME that was"),
    (|| client(M::NoEmptyFile), "client-empty", "is a file, too"),
    (|| client(M::OneRead), "client-large", "as file_size says"),
    (|| client(M::SplitsTheName), "odd-name", "with the NAME that was"),
    (|| client(M::SinglePrefix), "client-one-byte", "less than you asked"),
    (|| client(M::ReadsTooMuch), "glued", "leave the rest for the file"),
    (|| client(M::Md5Only), "sha256", "64 digits"),
    (|| client(M::KeepsHalf), "too-few", "when every byte is there"),
    (|| client(M::NoDigest), "wrong-digest", "compute the digest"),
    (|| client(M::NoneIsFine), "no-digest", "nothing can be verified"),
    (|| client(M::UnderItsName), "earlier", "stays as it was"),
    (|| client(M::SavesTheRest), "too-many", "and no more"),
    (|| client(M::ServersName), "other-name", "the one that you asked"),
    (|| client(M::SavesAnError), "client-error", "instead of a file"),
    (|| client(M::SavesNothing), "no-reply", "the end of the stream"),
    (|| client(M::BelievesTheSize), "huge", "and 20 came"),
    (|| client(M::PrintsRaw), "escapes", "A terminal obeys them"),
    (|| client(M::AlwaysDone), "client-status", "sees the exit status"),
    (|| client(M::SpinsAtTheEnd), "too-few", "is the end of the stream"),
    (|| client(M::LowestFirst), "client-saves", "lowest byte first"),
];

#[test]
fn every_check_catches_its_wrong_client() {
    prove_clients(Lesson::FileTransfer, WRONG);
}

/// The rest is graded in the order that the client has.
#[test]
fn the_other_byte_order_costs_one_check() {
    let client = client(M::LowestFirst);
    let mut checks = Lesson::FileTransfer.client_checks().to_vec();
    checks.retain(|check| client.check(check).is_err());
    let failed: Vec<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(failed, ["file-transfer.client-saves"]);
}

#[test]
fn a_right_client_passes_all() {
    grade::assert_client_passes(Lesson::FileTransfer, &client(M::None));
}
