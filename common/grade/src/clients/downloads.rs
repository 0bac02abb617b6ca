//! The server that a client of lesson 4 meets, and the folder that it leaves behind.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use common::frame::read_frame;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Finished, Hosting, Task};
use crate::finding::{Finding, How, Verdict};
use crate::talk::Talk;
use crate::transfer::wire::{frame, md5_of};
use crate::words::shortened;

/// A file that a client is asked to get.
pub struct Offer {
    pub name: String,
    pub bytes: Vec<u8>,
    around: TempDir,
}

/// What a good client has before a download that goes wrong.
const EARLIER: &[u8] = b"an earlier good file";

impl Offer {
    /// Random bytes of random length under this name.
    pub(crate) fn new(hosting: &mut Hosting, name: &str) -> Verdict<Self> {
        let mut bytes = vec![0; hosting.random.usize(20..4000)];
        hosting.random.fill(&mut bytes);
        let around = tempfile::tempdir().map_err(no_folder)?;
        fs::create_dir(around.path().join("download")).map_err(no_folder)?;
        Ok(Self { name: name.into(), bytes, around })
    }

    /// The folder that the client downloads to.
    pub(crate) fn dir(&self) -> PathBuf {
        self.around.path().join("download")
    }

    /// An earlier file of that name lies in the folder already.
    pub(crate) fn with_earlier(self) -> Verdict<Self> {
        fs::write(self.dir().join(&self.name), EARLIER).map_err(no_folder)?;
        Ok(self)
    }

    /// The header that tells the truth.
    pub(crate) fn header(&self) -> Value {
        json!({
            "status": "file", "filename": self.name,
            "file_size": self.bytes.len(), "md5": md5_of(&self.bytes),
        })
    }

    /// A whole reply: this header, and these bytes.
    pub(crate) fn reply(&self, header: &Value, bytes: &[u8]) -> Vec<u8> {
        let mut reply = frame(header.to_string());
        reply.extend(bytes);
        reply
    }

    /// What bears the name of the file now.
    pub(crate) fn saved(&self) -> Option<Vec<u8>> {
        fs::read(self.dir().join(&self.name)).ok()
    }

    /// Is there a file of this path, seen from the download folder?
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.dir().join(path).exists()
    }

    /// Every byte is there, under the name that was asked for.
    pub(crate) fn is_saved(&self, finished: &Finished) -> Verdict {
        let finding = match self.saved() {
            Some(bytes) if bytes == self.bytes => return Ok(()),
            Some(bytes) => Finding::bytes(How::Different, &self.bytes, &bytes),
            None => {
                let seen =
                    format!("There is no {:?} in the folder DIR.", self.name);
                Finding::new(How::Other, seen)
            }
        };
        Err(finished.explain(finding).into())
    }

    /// Nothing new bears the name: no file, or the one from before.
    pub(crate) fn is_not_saved(
        &self,
        finished: &Finished,
        meaning: &str,
    ) -> Verdict {
        let Some(bytes) = self.saved() else {
            return Ok(());
        };
        if bytes == EARLIER {
            return Ok(());
        }
        let seen =
            format!("{:?} was saved, with {} bytes.", self.name, bytes.len());
        let mut finding = Finding::new(How::Other, seen);
        finding.meaning = meaning.into();
        Err(finished.explain(finding).into())
    }

    /// Runs the client; `answer` sends the reply to each `get`, and says whether
    /// the connection goes on.
    pub(crate) fn download(
        &self,
        hosting: &Hosting,
        answer: impl Fn(&mut Talk) -> bool + Sync,
    ) -> Verdict<Finished> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(no_folder)?;
        listener.set_nonblocking(true).map_err(no_folder)?;
        let addr = listener.local_addr().map_err(no_folder)?;
        let (name, dir) = (self.name.clone(), self.dir());
        let input = format!("get {name}\nquit\n").into_bytes();
        let mut running = hosting.start(Task { addr, name, dir, input })?;

        let seen = Mutex::new(Seen::default());
        thread::scope(|scope| {
            // One thread for each connection: a client may open several.
            while !running.is_over() && Instant::now() < hosting.deadline {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                let Ok(mut talk) = Talk::new(stream, hosting.deadline) else {
                    continue;
                };
                let (answer, seen) = (&answer, &seen);
                let serve = move || self.serve(&mut talk, answer, seen);
                let _no_thread =
                    thread::Builder::new().spawn_scoped(scope, serve);
            }
        });
        let finished = running.finish();
        let seen = seen.into_inner().unwrap_or_default();
        match seen.problem {
            Some(finding) => Err(finished.explain(finding).into()),
            None if seen.gets == 0 => {
                let seen = "The client did not ask for the file.";
                let finding = Finding::new(How::Silence, seen);
                Err(finished.explain(finding).into())
            }
            None => Ok(finished),
        }
    }

    fn serve(
        &self,
        talk: &mut Talk,
        answer: &impl Fn(&mut Talk) -> bool,
        seen: &Mutex<Seen>,
    ) {
        loop {
            let request = match read_frame(talk) {
                Ok(Some(payload)) => payload,
                Ok(None) => return,
                Err(common::frame::FrameError::Io(_)) => return,
                Err(e) => {
                    return seen_wrong(seen, &format!("Its request: {e}."));
                }
            };
            let value: Value =
                serde_json::from_slice(&request).unwrap_or_default();
            match value["command"].as_str() {
                Some("list") => talk.offer(&self.listing()),
                Some("get") if value["filename"] == self.name.as_str() => {
                    if let Ok(mut seen) = seen.lock() {
                        seen.gets += 1;
                    }
                    if !answer(talk) {
                        // The end is read even by a client that still sends.
                        let _gone = talk.half_close();
                        let _all = talk.rest();
                        return;
                    }
                }
                _ => {
                    let text = shortened(&request);
                    return seen_wrong(seen, &format!("Its request is {text}"));
                }
            }
        }
    }

    fn listing(&self) -> Vec<u8> {
        let entry =
            json!({"filename": self.name, "file_size": self.bytes.len()});
        let count = json!({"status": "listing", "count": 1});
        [frame(count.to_string()), frame(entry.to_string())].concat()
    }
}

/// What the server has seen of the client.
#[derive(Default)]
struct Seen {
    gets: usize,
    problem: Option<Finding>,
}

fn seen_wrong(seen: &Mutex<Seen>, what: &str) {
    let mut finding = Finding::new(How::Different, what);
    finding.meaning =
        "A request is the length of its JSON in four bytes, highest \
                       first, and then the JSON: {\"command\":\"get\",\
                       \"filename\":...} with the NAME that was asked for."
            .into();
    if let Ok(mut seen) = seen.lock() {
        seen.problem.get_or_insert(finding);
    }
}

fn no_folder(e: io::Error) -> Finding {
    Finding::new(How::Other, format!("The grader's own part failed: {e}."))
}
