//! The wire of lesson 4 as a check speaks it: requests, and replies that are doubted.

use std::fmt;
use std::io::Read;

use common::frame::{FrameError, read_frame, write_frame};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::finding::{Finding, How, Meaning, Verdict};
use crate::talk::{Talk, how};
use crate::words::shortened;

/// The frame that a JSON text becomes.
pub fn frame(json: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = write_frame(&mut bytes, json.as_ref()); // it is neither empty nor long
    bytes
}

pub fn get(name: &str) -> Vec<u8> {
    frame(json!({"command": "get", "filename": name}).to_string())
}

pub fn get_from(name: &str, offset: u64) -> Vec<u8> {
    let request = json!({"command": "get", "filename": name, "offset": offset});
    frame(request.to_string())
}

pub fn list() -> Vec<u8> {
    frame(json!({"command": "list"}).to_string())
}

/// A reply of the server.
#[derive(Debug)]
pub enum Reply {
    File(Header),
    Listing(Vec<(String, u64)>),
    Error(String),
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(header) => write!(f, "a file: {}", header.text),
            Self::Listing(_) => write!(f, "a listing"),
            Self::Error(text) => write!(f, "an error: {text}"),
        }
    }
}

/// What precedes the bytes of a file.
#[derive(Debug)]
pub struct Header {
    pub name: String,
    pub size: u64,
    pub offset: u64,
    pub digest: String,
    text: String,
}

/// A reply that breaks the rules of the wire.
pub fn wrong(seen: impl Into<String>, meaning: &str) -> Finding {
    let mut finding = Finding::new(How::Other, seen);
    finding.meaning = meaning.into();
    finding
}

/// The next reply, without the bytes of a file.
pub fn reply(talk: &mut Talk) -> Verdict<Reply> {
    let (value, text) = message(talk)?;
    let text_of = |field: &str| value[field].as_str().map(String::from);
    let bad = |what: &str| {
        let seen = format!("The reply is {text}");
        let finding = wrong(seen, what).after_sending(talk.sent());
        Err(finding.into())
    };
    match value["status"].as_str() {
        Some("file") => {
            let Some(name) = text_of("filename") else {
                return bad("Its filename is no text.");
            };
            let Some(size) = value["file_size"].as_u64() else {
                return bad("Its file_size is no number of bytes.");
            };
            let offset = match &value["offset"] {
                Value::Null => Some(0),
                offset => offset.as_u64(),
            };
            let Some(offset) = offset.filter(|offset| *offset <= size) else {
                return bad("Its offset is no place in the file.");
            };
            let Some(digest) = text_of("sha256").or(text_of("md5")) else {
                return bad("A file's header has its md5, or its sha256.");
            };
            Ok(Reply::File(Header { name, size, offset, digest, text }))
        }
        Some("listing") => {
            let Some(count) = value["count"].as_u64() else {
                return bad("Its count is no number.");
            };
            entries(talk, count).map(Reply::Listing)
        }
        Some("error") => match text_of("message") {
            Some(message) => Ok(Reply::Error(shortened(message.as_bytes()))),
            None => bad("An error has a message, which is a text."),
        },
        _ => bad("Its status has to be file, listing or error."),
    }
}

fn entries(talk: &mut Talk, count: u64) -> Verdict<Vec<(String, u64)>> {
    let mut files = Vec::new();
    for number in 0..count {
        let (entry, text) = message(talk).when(
            How::Silence,
            "The listing has fewer frames than its count says: one for each file.",
        )?;
        let name = entry["filename"].as_str();
        let (Some(name), Some(size)) = (name, entry["file_size"].as_u64())
        else {
            let seen = format!("Entry {number} of the listing is {text}");
            let meaning = "Each has a filename and a file_size.";
            return Err(wrong(seen, meaning).into());
        };
        files.push((name.to_string(), size));
    }
    Ok(files)
}

/// The next frame as JSON, and as it is shown.
fn message(talk: &mut Talk) -> Verdict<(Value, String)> {
    let payload = match read_frame(talk) {
        Ok(Some(payload)) => payload,
        Ok(None) => {
            let seen = "The connection ended without a reply.";
            return Err(Finding::new(How::Ended, seen)
                .after_sending(talk.sent())
                .into());
        }
        Err(FrameError::Io(e)) => {
            let seen = match how(&e) {
                How::Silence => "No reply came, or not all of one.",
                _ => "The connection broke before the reply was whole.",
            };
            return Err(Finding::new(how(&e), seen)
                .after_sending(talk.sent())
                .into());
        }
        Err(e) => {
            let finding = wrong(
                format!("Where a frame has to be came: {e}."),
                "A frame is the length of its JSON in four bytes, highest first \
                 (in Python struct.pack(\"!I\", n)), and then the JSON.",
            );
            return Err(finding.after_sending(talk.sent()).into());
        }
    };
    let text = shortened(&payload);
    match serde_json::from_slice::<Value>(&payload) {
        Ok(value) if value.is_object() => Ok((value, text)),
        _ => {
            let seen = format!("A frame came with {text}");
            let meaning = "The payload of a frame has to be a JSON object, and the length \
                           is that of its bytes, not of its letters.";
            Err(wrong(seen, meaning).after_sending(talk.sent()).into())
        }
    }
}

/// The bytes behind a header, verified.
pub fn payload(talk: &mut Talk, header: &Header) -> Verdict<Vec<u8>> {
    let mut bytes = Vec::new();
    let left = header.size - header.offset;
    let read = talk.take(left).read_to_end(&mut bytes);
    let stop = match read {
        Ok(n) if n as u64 == left => None,
        Ok(_) => Some(How::Ended),
        Err(e) => Some(how(&e)),
    };
    if let Some(how) = stop {
        let seen = format!(
            "{} of the {left} bytes that the header announces came.",
            bytes.len()
        );
        let finding = Finding::new(how, seen).after_sending(talk.sent());
        return Err(finding.into());
    }
    Ok(bytes)
}

/// Is this the digest that the header announces?
pub fn verify(header: &Header, whole: &[u8]) -> Verdict {
    let sha256 = header.digest.len() == 64;
    let digest = if sha256 { sha256_of(whole) } else { md5_of(whole) };
    if header.digest.eq_ignore_ascii_case(&digest) {
        return Ok(());
    }
    let seen = format!("The header is {}", header.text);
    let meaning = format!(
        "The digest of the whole file is {digest}: compute it over all of its bytes, \
         in hexadecimal."
    );
    Err(wrong(seen, &meaning).into())
}

pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
