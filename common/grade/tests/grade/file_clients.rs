//! Clients of lesson 4: a right one, and those of `wrong/file-transfer-client.txt`.

use std::fs;
use std::io::{self, Read};
use std::net::TcpStream;

use grade::{Client, Lesson, Task};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::mistakes::{hex, receive, send};
use crate::proof::{Mistake, prove_clients, spin};

fn client(m: Mistake) -> Client {
    Client::function(move |task| match get(task, m) {
        Err(_) if m == "always done" => Ok(Vec::new()),
        Err(e) if m == "prints raw" => Ok(e.to_string().into_bytes()),
        Err(e) => Err(format!("{:?}", e.to_string())),
        Ok(()) => Ok(b"saved".to_vec()),
    })
}

fn get(task: &Task, m: &str) -> io::Result<()> {
    let name = match m {
        "asks nothing" => return Ok(()),
        "asks for another file" => "another.txt",
        "splits the name" => task.name.split(' ').next().unwrap(),
        _ => &task.name,
    };
    let mut stream = TcpStream::connect(task.addr)?;
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
    let most = match m {
        "saves the rest" => u64::MAX,
        "one read" => size.min(8192),
        _ => size,
    };
    let mut bytes = Vec::new();
    stream.take(most).read_to_end(&mut bytes)?;
    let whole = bytes.len() as u64 >= size;
    if !whole && m == "never looks for the end" {
        spin();
    }
    let right = match (header["md5"].as_str(), header["sha256"].as_str()) {
        _ if m == "no digest" || m == "saves the rest" => true,
        (_, Some(sha256)) if m != "md5 only" => {
            sha256 == hex(&Sha256::digest(&bytes))
        }
        (Some(md5), _) => md5 == hex(&Md5::digest(&bytes)),
        _ => m == "no digest is fine",
    };
    if whole && right || m == "one read" {
        return fs::write(target, bytes);
    }
    if whole && m == "verifies behind" {
        return fs::remove_file(target);
    }
    Err(io::Error::other("it is not the file"))
}

#[test]
fn wrong_clients_are_caught_and_a_right_one_passes() {
    prove_clients(Lesson::FileTransfer, client);
}
