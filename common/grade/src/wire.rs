//! The wire of lesson 4 as a check speaks it: requests, and replies that are doubted.

use std::io::Read;

use common::frame::{FrameError, MAX_PAYLOAD, read_frame};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::finding::How::{Ended, Other, Silence};
use crate::finding::{Finding, Meaning, Verdict, how};
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

/// The next frame, as `common` reads it; or one that has its length in the other order,
/// as the first one shows. The probe remembers that: only one check is about it.
pub fn next_frame(probe: &mut TcpProbe) -> Result<Option<Vec<u8>>, FrameError> {
    match read_frame(probe) {
        Err(FrameError::TooLong { length })
            if (probe.lowest_first || probe.seen == 4)
                && (1..=MAX_PAYLOAD).contains(&length.swap_bytes()) =>
        {
            probe.lowest_first = true;
            read_frame(&mut length.to_le_bytes().chain(probe))
        }
        frame => frame,
    }
}

/// What is seen then, and what it means.
pub const OTHER_ORDER: &str = "A length has its lowest byte first.";
pub const LOWEST_FIRST: &str = "The length has its lowest byte first, as most processors \
    have it. On a network the highest is first (in Python struct.pack(\"!I\", n), and \
    not \"i\" or \"I\").";

/// The next frame of a reply, which is JSON.
pub fn reply(probe: &mut TcpProbe) -> Verdict<Value> {
    let told = probe.lowest_first;
    let finding = match next_frame(probe) {
        Ok(Some(_)) if probe.lowest_first != told => {
            Finding::new(Other, OTHER_ORDER).meaning(LOWEST_FIRST)
        }
        Ok(Some(payload)) => {
            if let Ok(object) = serde_json::from_slice(&payload) {
                return Ok(Value::Object(object));
            }
            let seen =
                format!("A frame came with {}", shortened(&payload, 200));
            Finding::new(Other, seen).meaning(
                "The payload of a frame has to be a JSON object in UTF-8 (let a JSON \
                 library write it: a quote in a name is escaped), and the length counts \
                 its bytes, not its letters, and not itself.",
            )
        }
        Err(FrameError::Io(e)) if how(&e) == Silence => {
            Finding::new(Silence, "No reply came, or not all of one.")
        }
        Ok(None) | Err(FrameError::Io(_)) => {
            Finding::new(Ended, "The connection ended without a whole reply.")
        }
        Err(e) => {
            let seen = format!("This is not a frame: {e}.");
            Finding::new(Other, seen).meaning(
                "A frame is the length of its JSON in four bytes, highest first (in \
                 Python struct.pack(\"!I\", n)), and then the JSON; nothing is added.",
            )
        }
    };
    probe.fails(finding)
}

/// A reply that is not the one which was wanted.
pub fn wrong<T>(probe: &TcpProbe, reply: &Value) -> Verdict<T> {
    let shown = shortened(reply.to_string().as_bytes(), 200);
    probe.fails(Finding::new(Other, format!("The reply is {shown}")))
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
    let count = listing["count"].as_u64();
    let Some(count) = count.filter(|_| listing["status"] == "listing") else {
        return wrong(probe, &listing);
    };
    let entry = |_| {
        let entry = reply(probe).when(
            Silence,
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
