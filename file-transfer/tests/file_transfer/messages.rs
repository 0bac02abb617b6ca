//! The messages of the wire, written by hand.

use testing::frames::frame;

pub use crate::answers::graders::md5_of;

/// What `md5sum` and `sha256sum` say of the three bytes `abc`.
pub const MD5_OF_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";
pub const SHA256_OF_ABC: &str =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Text as JSON writes it, between quotes.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub fn get(name: &str) -> Vec<u8> {
    frame(format!(r#"{{"command":"get","filename":{}}}"#, quoted(name)))
}

pub fn get_from(name: &str, offset: impl ToString) -> Vec<u8> {
    let (name, offset) = (quoted(name), offset.to_string());
    frame(format!(r#"{{"command":"get","filename":{name},"offset":{offset}}}"#))
}

pub fn list() -> Vec<u8> {
    frame(r#"{"command":"list"}"#)
}

/// What a file contains: bytes of which no two pieces are alike.
pub fn content(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::Rng::with_seed(1).fill(&mut bytes);
    bytes
}

/// The header that announces a file.
pub fn header(name: &str, size: u64, md5: &str) -> String {
    format!(
        r#"{{"status":"file","filename":{},"file_size":{size},"md5":"{md5}"}}"#,
        quoted(name)
    )
}

/// The whole reply that brings a file.
pub fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let header = header(name, content.len() as u64, &md5_of(content));
    [&frame(header), content].concat()
}

/// The whole reply that brings a file from this byte on.
pub fn file_from(name: &str, content: &[u8], offset: usize) -> Vec<u8> {
    let header = header(name, content.len() as u64, &md5_of(content));
    let offset_and_md5 = format!(r#","offset":{offset},"md5""#);
    let header = header.replace(r#","md5""#, &offset_and_md5);
    [&frame(header), &content[offset..]].concat()
}

/// The whole reply that brings a file which contains `abc`.
pub fn abc(name: &str) -> Vec<u8> {
    file(name, b"abc")
}

/// The whole reply that lists these files.
pub fn listing(files: &[(&str, u64)]) -> Vec<u8> {
    let count = files.len();
    let mut bytes = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
    for (name, size) in files {
        let name = quoted(name);
        bytes.extend(frame(format!(
            r#"{{"filename":{name},"file_size":{size}}}"#
        )));
    }
    bytes
}

pub fn error(message: &str) -> Vec<u8> {
    frame(format!(r#"{{"status":"error","message":{}}}"#, quoted(message)))
}
