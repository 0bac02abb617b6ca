//! The wire of lesson 4 as a check speaks it: requests, and replies that are doubted.

use std::fmt;
use std::io::Read;

use common::frame::{FrameError, read_frame};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::finding::{Finding, How, Meaning, Verdict, failed, how};
use crate::server::Server;
use crate::tcp_probe::TcpProbe;
use crate::words::shortened;

/// The length in front of a frame, in the order of the network or in the other one.
pub fn prefix(length: u32, lowest_first: bool) -> [u8; 4] {
    if lowest_first { length.to_le_bytes() } else { length.to_be_bytes() }
}

/// A frame, with the order that the program has.
pub fn frame(payload: impl AsRef<[u8]>, lowest_first: bool) -> Vec<u8> {
    let payload = payload.as_ref();
    [&prefix(payload.len() as u32, lowest_first), payload].concat()
}

impl Server {
    /// A frame as this server reads it.
    pub(crate) fn frame(&self, payload: impl AsRef<[u8]>) -> Vec<u8> {
        frame(payload, self.lowest_first)
    }

    /// The request for a file.
    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        self.frame(json!({"command": "get", "filename": name}).to_string())
    }

    /// The request for the list of files.
    pub(crate) fn list(&self) -> Vec<u8> {
        self.frame(json!({"command": "list"}).to_string())
    }
}

/// Is this a length with its lowest byte first?
pub fn is_lowest_first(prefix: [u8; 4]) -> bool {
    let reversed = u32::from_le_bytes(prefix);
    u32::from_be_bytes(prefix) > 65_536 && (1..=65_536).contains(&reversed)
}

/// What to say of it.
pub const LOWEST_FIRST: &str = "The length has its lowest byte first, as most processors \
    have it. On a network the highest is first (in Python struct.pack(\"!I\", n), and \
    not \"i\" or \"I\").";

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

/// The next reply, without the bytes of a file.
pub fn reply(probe: &mut TcpProbe) -> Verdict<Reply> {
    let (value, text) = message(probe)?;
    let text_of = |field: &str| value[field].as_str().map(String::from);
    let bad = |what: &str| {
        let seen = format!("The reply is {text}");
        let finding = Finding::new(How::Other, seen).meaning(what);
        Err(finding.after_sending(probe.sent()).into())
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
            entries(probe, count).map(Reply::Listing)
        }
        Some("error") => match text_of("message") {
            Some(message) => {
                Ok(Reply::Error(shortened(message.as_bytes(), 200)))
            }
            None => bad("An error has a message, which is a text."),
        },
        _ => bad("Its status has to be file, listing or error."),
    }
}

fn entries(probe: &mut TcpProbe, count: u64) -> Verdict<Vec<(String, u64)>> {
    let mut files = Vec::new();
    for number in 0..count {
        let (entry, text) = message(probe).when(
            How::Silence,
            "The listing has fewer frames than its count says: one for each file.",
        )?;
        let name = entry["filename"].as_str();
        let (Some(name), Some(size)) = (name, entry["file_size"].as_u64())
        else {
            let seen = format!("Entry {number} of the listing is {text}");
            return failed(seen, "Each has a filename and a file_size.");
        };
        files.push((name.to_string(), size));
    }
    Ok(files)
}

/// The next frame as JSON, and as it is shown.
fn message(probe: &mut TcpProbe) -> Verdict<(Value, String)> {
    let mut first = Vec::new();
    let read = probe.by_ref().take(4).read_to_end(&mut first);
    let came = first.clone();
    if probe.lowest_first {
        first.reverse();
    }
    let frame = read.map_err(FrameError::Io);
    let frame =
        frame.and_then(|_| read_frame(&mut first.chain(probe.by_ref())));
    let finding = match frame {
        Ok(Some(payload)) => {
            let text = shortened(&payload, 200);
            match serde_json::from_slice::<Value>(&payload) {
                Ok(value) if value.is_object() => return Ok((value, text)),
                _ => Finding::new(How::Other, format!("A frame came with {text}"))
                    .meaning(
                        "The payload of a frame has to be a JSON object, and the length \
                         is that of its bytes, not of its letters.",
                    ),
            }
        }
        Ok(None) => {
            Finding::new(How::Ended, "The connection ended without a reply.")
        }
        Err(FrameError::Io(e)) => Finding::new(
            how(&e),
            match how(&e) {
                How::Silence => "No reply came, or not all of one.",
                _ => "The connection broke before the reply was whole.",
            },
        ),
        Err(e) => {
            let seen = format!("Where a frame has to be came: {e}.");
            Finding::new(How::Other, seen).meaning(
                if came.try_into().is_ok_and(is_lowest_first) {
                    LOWEST_FIRST
                } else {
                    "A frame is the length of its JSON in four bytes, highest first \
                     (in Python struct.pack(\"!I\", n)), and then the JSON."
                },
            )
        }
    };
    Err(finding.after_sending(probe.sent()).into())
}

/// The bytes behind a header.
pub fn payload(probe: &mut TcpProbe, header: &Header) -> Verdict<Vec<u8>> {
    let mut bytes = Vec::new();
    let left = header.size - header.offset;
    let stop = match probe.take(left).read_to_end(&mut bytes) {
        Ok(n) if n as u64 == left => return Ok(bytes),
        Ok(_) => How::Ended,
        Err(e) => how(&e),
    };
    let seen = format!(
        "{} of the {left} bytes that the header announces came.",
        bytes.len()
    );
    Err(Finding::new(stop, seen).after_sending(probe.sent()).into())
}

/// Is this the digest that the header announces?
pub fn verify(header: &Header, whole: &[u8]) -> Verdict {
    let sha256 = header.digest.len() == 64;
    let digest = if sha256 { sha256_of(whole) } else { md5_of(whole) };
    if header.digest.eq_ignore_ascii_case(&digest) {
        return Ok(());
    }
    let meaning = format!(
        "The digest of the whole file is {digest}: compute it over all of its bytes, in \
         hexadecimal."
    );
    failed(format!("The header is {}", header.text), &meaning)
}

pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
