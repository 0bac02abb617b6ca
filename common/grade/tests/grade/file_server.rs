//! A server of lesson 4 in a few lines, and every mistake that one can make in it.

use std::cell::Cell;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use common::frame::write_frame;
use md5::{Digest, Md5};
use serde_json::{Value, json};

/// What the server does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mistake {
    None,
    ListsFolders,
    ForgetsAFile,
    Spins,
    DigestOfTheName,
    EmptyIsMissing,
    OneWrite,
    SplitsAtSpaces,
    ClosesAfterAnError,
    OffsetInTheHeaderOnly,
    SinglePrefix,
    SinglePayload,
    OneRequestARead,
    LongestIs8096,
    LooksForText,
    NeverCloses,
    InTurn,
    ZeroIsAList,
    NoLimit,
    AnyErrorIsTheEnd,
    JoinsPaths,
    FolderIsEmpty,
    TenAtMost,
    KnowsAllFields,
    FollowsLinks,
    OddNamesAreTheEnd,
    UnknownIsSilence,
    ClosesAtOnce,
    KnowsAsciiOnly,
    SendsAnArray,
    NeverReplies,
    DropsWhatDoesNotFit,
    ThrowsOutTheSilent,
    OneBuffer,
    LowestFirst,
    EmptiesTheFolder,
    /// No mistake: it may.
    ClosesAfterAnOddName,
}
use Mistake as M;

/// Serves the folder.
pub fn serve(listener: &TcpListener, dir: &Path, m: Mistake) -> io::Result<()> {
    let (mut clients, mut kept) = (0, Vec::new());
    if m == M::EmptiesTheFolder {
        fs::remove_dir_all(dir)?;
        fs::create_dir(dir)?;
    }
    loop {
        let (mut stream, _) = listener.accept()?;
        clients += 1;
        if matches!(m, M::Spins | M::InTurn | M::AnyErrorIsTheEnd) {
            talk(&mut stream, dir, m)?;
        } else if m == M::OddNamesAreTheEnd {
            talk(&mut stream, dir, m).or_else(ignore)?;
        } else if m != M::TenAtMost || clients <= 10 {
            let dir = dir.to_path_buf();
            thread::spawn(move || talk(&mut stream, &dir, m));
        } else {
            kept.push(stream);
        }
    }
}

fn ignore(e: io::Error) -> io::Result<()> {
    if e.kind() == ErrorKind::Other { Err(e) } else { Ok(()) }
}

fn talk(stream: &mut TcpStream, dir: &Path, m: Mistake) -> io::Result<()> {
    if m == M::ThrowsOutTheSilent {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    }
    loop {
        let request = match request(stream, m) {
            Ok(Some(request)) => request,
            Ok(None) if m == M::Spins => {
                crate::proof::spin();
                continue;
            }
            Ok(None) if m == M::NeverCloses => {
                thread::sleep(Duration::from_secs(60));
                return Ok(());
            }
            Ok(None) => return Ok(()),
            Err(e) if m == M::AnyErrorIsTheEnd => return Err(e),
            Err(_) => {
                error(stream, "a frame of no such length")?;
                if m != M::ClosesAtOnce {
                    stream.shutdown(std::net::Shutdown::Write)?;
                    stream
                        .set_read_timeout(Some(Duration::from_millis(300)))?;
                    let _ = stream.read_to_end(&mut Vec::new());
                }
                return Ok(());
            }
        };
        let value: Value = match serde_json::from_slice(&request) {
            Ok(value) => value,
            Err(e) if m == M::AnyErrorIsTheEnd => return Err(e.into()),
            Err(_) => Value::Null,
        };
        let more = value.as_object().is_some_and(|o| o.contains_key("color"));
        match (value["command"].as_str(), value["filename"].as_str()) {
            _ if more && m == M::KnowsAllFields => error(stream, "color?")?,
            (Some("list"), _) => list(stream, dir, m)?,
            (Some("get"), Some(name)) => {
                get(stream, dir, name, value["offset"].as_u64(), m)?;
            }
            _ if m == M::UnknownIsSilence => return Ok(()),
            _ => error(stream, "no request")?,
        }
    }
}

/// The JSON of the next request.
fn request(stream: &mut TcpStream, m: Mistake) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    LOWEST_FIRST.set(m == M::LowestFirst);
    if m == M::OneRequestARead {
        let mut buffer = [0; 8096];
        let n = stream.read(&mut buffer)?;
        let length = buffer[3] as usize;
        return Ok((n > 4).then(|| buffer[4..4 + length].to_vec()));
    }
    if m == M::OneBuffer {
        return shared_buffer(stream);
    }
    let first = stream.read(&mut prefix)?;
    if first == 0 {
        return Ok(None);
    }
    if m != M::SinglePrefix {
        stream.read_exact(&mut prefix[first..])?;
    }
    let mut length = u32::from_be_bytes(prefix) as usize;
    if m == M::LowestFirst {
        length = u32::from_le_bytes(prefix) as usize;
    }
    let most = if m == M::LongestIs8096 { 8096 } else { 65_536 };
    if length == 0 && m == M::ZeroIsAList {
        return Ok(Some(b"{\"command\":\"list\"}".to_vec()));
    }
    if m == M::NoLimit {
        let mut json = Vec::new();
        stream.take(length as u64).read_to_end(&mut json)?;
        return Ok(Some(json));
    }
    if !(1..=most).contains(&length) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut json = vec![0; length];
    if m == M::SinglePayload {
        let n = stream.read(&mut json)?;
        json.truncate(n);
    } else {
        stream.read_exact(&mut json)?;
    }
    if m == M::LooksForText && !json.starts_with(b"{\"command\":") {
        json = b"{}".to_vec();
    }
    Ok(Some(json))
}

/// One buffer for all clients.
fn shared_buffer(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut buffer = [0; 1024];
    loop {
        let mut all = ALL.lock().unwrap();
        let mut rest = &all[..];
        if let Ok(Some(json)) = common::frame::read_frame(&mut rest) {
            *all = rest.to_vec();
            return Ok(Some(json));
        }
        drop(all);
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(None);
        }
        ALL.lock().unwrap().extend(&buffer[..n]);
    }
}

thread_local! {
    /// Has this connection the lowest byte of a length first?
    static LOWEST_FIRST: Cell<bool> = const { Cell::new(false) };
}

fn message(stream: &mut TcpStream, value: &Value) -> io::Result<()> {
    let mut frame = Vec::new();
    write_frame(&mut frame, value.to_string().as_bytes()).unwrap();
    if LOWEST_FIRST.get() {
        frame[..4].reverse();
    }
    stream.write_all(&frame)
}

fn error(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    message(stream, &json!({"status": "error", "message": text}))
}

fn list(stream: &mut TcpStream, dir: &Path, m: Mistake) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() || (m == M::ListsFolders && kind.is_dir()) {
            let name = entry.file_name().into_string().unwrap();
            files.push((name, entry.metadata()?.len()));
        }
    }
    if m == M::ForgetsAFile {
        files.pop();
    }
    message(stream, &json!({"status": "listing", "count": files.len()}))?;
    for (name, size) in files {
        message(stream, &json!({"filename": name, "file_size": size}))?;
    }
    Ok(())
}

fn get(
    stream: &mut TcpStream,
    dir: &Path,
    name: &str,
    offset: Option<u64>,
    m: Mistake,
) -> io::Result<()> {
    let name = match m {
        M::SplitsAtSpaces => name.split_whitespace().next().unwrap_or(""),
        _ => name,
    };
    if m == M::OddNamesAreTheEnd && name.contains('\0') {
        return Err(io::Error::other("embedded null byte"));
    }
    let path = dir.join(name);
    // NUL is a device on Windows: a file that is always there, and always empty.
    let plain = !name.contains(['/', '\\']) && name != "NUL";
    let link = fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink());
    let folder = path.is_dir();
    if !name.is_ascii() && m == M::KnowsAsciiOnly {
        return error(stream, "no such file");
    }
    if (!plain && m != M::JoinsPaths) || (link && m != M::FollowsLinks) {
        if m == M::ClosesAfterAnOddName {
            return Err(ErrorKind::InvalidInput.into());
        }
        return error(stream, "no such name");
    }
    let bytes = match fs::read(&path) {
        Ok(bytes) if bytes.is_empty() && m == M::EmptyIsMissing => {
            return error(stream, "it is empty");
        }
        Ok(bytes) => bytes,
        Err(_) if folder && m == M::FolderIsEmpty => Vec::new(),
        Err(e) if m == M::ClosesAfterAnError => return Err(e),
        Err(e) => return error(stream, &e.to_string()),
    };
    let digest = match m {
        M::DigestOfTheName => Md5::digest(name),
        _ => Md5::digest(&bytes),
    };
    let md5: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let mut header = json!({
        "status": "file", "filename": name, "file_size": bytes.len(), "md5": md5,
    });
    let start = offset.unwrap_or(0);
    if start > 0 {
        header["offset"] = start.into();
    }
    if m == M::NeverReplies {
        return Ok(());
    }
    if m == M::SendsAnArray {
        return message(stream, &json!([header]));
    }
    message(stream, &header)?;
    let rest = &bytes[start as usize..];
    if start > 0 && m == M::OffsetInTheHeaderOnly {
        return stream.write_all(&bytes[..rest.len()]);
    }
    if m == M::OneWrite {
        let (first, more) = rest.split_at(rest.len().min(65_536));
        stream.write_all(first)?;
        let left = || ErrorKind::Other.into();
        return more.is_empty().then_some(()).ok_or_else(left);
    }
    if m == M::DropsWhatDoesNotFit {
        stream.set_nonblocking(true)?;
        let _ = stream.write(rest);
        return stream.set_nonblocking(false);
    }
    stream.write_all(rest)
}
