//! The wire of lesson 4 as a check speaks it: requests, and replies that are doubted.

use std::io::Read;

use common::frame::{FrameError, read_frame};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::finding::{Finding, How, Meaning, Problem, Verdict, how};
use crate::server::Server;
use crate::tcp_probe::TcpProbe;
use crate::words::shortened;

/// A frame, with its length in the order of the network or in the other one.
pub fn frame(payload: impl AsRef<[u8]>, lowest_first: bool) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut prefix = (payload.len() as u32).to_be_bytes();
    if lowest_first {
        prefix.reverse();
    }
    [&prefix, payload].concat()
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

/// The next frame, as `common` reads it, and the bytes that came for its length.
pub fn next_frame(
    probe: &mut TcpProbe,
) -> (Vec<u8>, Result<Option<Vec<u8>>, FrameError>) {
    let mut prefix = Vec::new();
    let read = probe.by_ref().take(4).read_to_end(&mut prefix);
    let mut ordered = prefix.clone();
    if probe.lowest_first {
        ordered.reverse();
    }
    let frame = read.map_err(FrameError::Io);
    (prefix, frame.and_then(|_| read_frame(&mut ordered.chain(probe))))
}

/// Is this a length with its lowest byte first?
pub fn is_lowest_first(prefix: &[u8]) -> bool {
    <[u8; 4]>::try_from(prefix).is_ok_and(|prefix| {
        u32::from_be_bytes(prefix) > 65_536
            && (1..=65_536).contains(&u32::from_le_bytes(prefix))
    })
}

/// What to say of it.
pub const LOWEST_FIRST: &str = "The length has its lowest byte first, as most processors \
    have it. On a network the highest is first (in Python struct.pack(\"!I\", n), and \
    not \"i\" or \"I\").";

/// Asks a server, in the other order where it gives no answer in that of the network. The
/// rest is graded in the order that it has.
pub fn in_its_order(
    server: &mut Server,
    ask: impl Fn(&mut Server) -> Verdict,
) -> Verdict {
    server.lowest_first = false;
    let mut asked = ask(server);
    if let Err(Problem::Failed(finding)) = &mut asked
        && finding.how != How::Different
    {
        server.lowest_first = true;
        server.lowest_first = ask(server).is_ok();
        if server.lowest_first {
            finding.meaning = LOWEST_FIRST.into();
        }
    }
    asked
}

/// The next frame of a reply, which is JSON.
pub fn reply(probe: &mut TcpProbe) -> Verdict<Value> {
    let (prefix, frame) = next_frame(probe);
    let (how, seen, meaning) = match frame {
        Ok(Some(payload)) => match serde_json::from_slice::<Value>(&payload) {
            Ok(value) if value.is_object() => return Ok(value),
            _ => (
                How::Other,
                format!("A frame came with {}", shortened(&payload, 200)),
                "The payload of a frame has to be a JSON object, and the length is that \
                 of its bytes, not of its letters.",
            ),
        },
        Ok(None) => {
            (How::Ended, "The connection ended without a reply.".into(), "")
        }
        Err(FrameError::Io(e)) if how(&e) == How::Silence => {
            (How::Silence, "No reply came, or not all of one.".into(), "")
        }
        Err(FrameError::Io(_)) => {
            let seen = "The connection broke before the reply was whole.";
            (How::Ended, seen.into(), "")
        }
        Err(e) => (
            How::Other,
            format!("Where a frame has to be came: {e}."),
            if is_lowest_first(&prefix) {
                LOWEST_FIRST
            } else {
                "A frame is the length of its JSON in four bytes, highest first (in \
                 Python struct.pack(\"!I\", n)), and then the JSON."
            },
        ),
    };
    probe.fails(Finding::new(how, seen).meaning(meaning))
}

/// A reply that is not the one which was wanted.
pub fn wrong<T>(probe: &TcpProbe, reply: &Value) -> Verdict<T> {
    let shown = shortened(reply.to_string().as_bytes(), 200);
    let seen = format!("The reply is {shown}");
    probe.fails(Finding::new(How::Other, seen))
}

/// Takes a reply that has to be an error.
pub fn expect_error(probe: &mut TcpProbe) -> Verdict {
    let reply = reply(probe)?;
    if reply["status"] == "error" && reply["message"].is_string() {
        return Ok(());
    }
    wrong(probe, &reply)
}

/// Takes a listing: the names and sizes of files.
pub fn expect_listing(probe: &mut TcpProbe) -> Verdict<Vec<(String, u64)>> {
    let listing = reply(probe)?;
    let Some(count) = listing["count"].as_u64() else {
        return wrong(probe, &listing);
    };
    let entry = |_| {
        let entry = reply(probe).when(
            How::Silence,
            "The listing has fewer frames than its count says: one for each file.",
        )?;
        match (entry["filename"].as_str(), entry["file_size"].as_u64()) {
            (Some(name), Some(size)) => Ok((name.into(), size)),
            _ => wrong(probe, &entry).explain(
                "Each entry of a listing has a filename and a file_size.",
            ),
        }
    };
    (0..count).map(entry).collect()
}

/// Its MD5 or SHA-256, whichever field of a header it is for, in hexadecimal.
pub fn digest(field: &str, bytes: &[u8]) -> String {
    let digest = match field {
        "md5" => Md5::digest(bytes).to_vec(),
        _ => Sha256::digest(bytes).to_vec(),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
