//! The server that a client of lesson 4 meets, and the folder that it leaves behind.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, Finished};
use crate::command::Task;
use crate::finding::{Finding, How, Verdict, broken};
use crate::tcp_probe::TcpProbe;
use crate::wire::{LOWEST_FIRST, frame, is_lowest_first, md5_of};
use crate::words::shortened;

/// What a good client has before a download that goes wrong.
const EARLIER: &[u8] = b"an earlier good file";

/// How a request looks.
const REQUEST: &str = "A request is the length of its JSON in four bytes, highest first, \
    and then the JSON: {\"command\":\"get\",\"filename\":...} with the NAME that was \
    asked for.";

/// A server of one file.
pub struct FakeFileServer {
    pub name: String,
    pub bytes: Vec<u8>,
    around: TempDir,
    /// The client has the lowest byte of a length first.
    lowest_first: Arc<AtomicBool>,
}

impl FakeFileServer {
    /// Random bytes of random length under this name.
    pub(crate) fn new(client: &mut Client, name: &str) -> Verdict<Self> {
        let mut bytes = vec![0; client.random.usize(20..4000)];
        client.random.fill(&mut bytes);
        let around =
            tempfile::tempdir().map_err(|e| broken("no folder", &e))?;
        let (name, lowest_first) = (name.into(), client.lowest_first.clone());
        let server = Self { name, bytes, around, lowest_first };
        let folder = fs::create_dir(server.dir());
        folder.map_err(|e| broken("no folder", &e))?;
        Ok(server)
    }

    /// The folder that the client downloads to.
    pub(crate) fn dir(&self) -> PathBuf {
        self.around.path().join("download")
    }

    /// An earlier file of that name lies in the folder already.
    pub(crate) fn with_earlier(self) -> Verdict<Self> {
        fs::write(self.dir().join(&self.name), EARLIER)
            .map_err(|e| broken("no file", &e))?;
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
        [&self.frame(header), bytes].concat()
    }

    /// A message, as the client reads it.
    pub(crate) fn frame(&self, message: &Value) -> Vec<u8> {
        let lowest_first = self.lowest_first.load(Ordering::Relaxed);
        frame(message.to_string(), lowest_first)
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

    /// Nothing new bears the name, neither a file nor another than that from before, and
    /// the client has ended: it must not wait for what will never come.
    pub(crate) fn is_not_saved(
        &self,
        finished: &Finished,
        meaning: &str,
    ) -> Verdict {
        let finding = match self.saved() {
            Some(bytes) if bytes != EARLIER => {
                let size = bytes.len();
                let seen = format!("{:?} was saved, with {size} bytes.", self.name);
                Finding::new(How::Other, seen).meaning(meaning)
            }
            _ if finished.success.is_some() => return Ok(()),
            _ => Finding::new(How::Silence, "The client does not end.").meaning(
                format!(
                    "{meaning} A read of 0 bytes is the end of the stream: nothing more \
                     will come."
                ),
            ),
        };
        Err(finished.explain(finding).into())
    }

    /// Runs the client, and sends this to each `get`; `goes_on` says whether the
    /// connection does.
    pub(crate) fn send(
        &self,
        client: &Client,
        reply: &[u8],
        goes_on: bool,
    ) -> Verdict<Finished> {
        self.download(client, |probe| {
            probe.offer(reply);
            goes_on
        })
    }

    /// Runs the client; `answer` sends the reply to each `get`, and says whether
    /// the connection goes on.
    pub(crate) fn download(
        &self,
        client: &Client,
        answer: impl Fn(&mut TcpProbe) -> bool + Sync,
    ) -> Verdict<Finished> {
        let no_server = |e| broken("no server", &e);
        let listener = client.tcp_listener().map_err(no_server)?;
        listener.set_nonblocking(true).map_err(no_server)?;
        let addr = listener.local_addr().map_err(no_server)?;
        let (name, dir) = (self.name.clone(), self.dir());
        let input = format!("get {name}\nquit\n").into_bytes();
        let mut running = client.start(Task { addr, name, dir, input })?;

        let seen = Mutex::new(Seen::default());
        thread::scope(|scope| {
            // One thread for each connection: a client may open several.
            while !running.is_over() && Instant::now() < running.deadline {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                running.asks();
                let (patience, deadline) = (client.patience, running.deadline);
                let probe = TcpProbe::new(stream, patience, deadline, None);
                let Ok(mut probe) = probe else { continue };
                let (answer, seen) = (&answer, &seen);
                let serve = move || self.serve(&mut probe, answer, seen);
                let _no_thread =
                    thread::Builder::new().spawn_scoped(scope, serve);
            }
            running.end();
        });
        let finished = running.finish();
        let seen = seen.into_inner().unwrap_or_default();
        let finding = match seen.problem {
            Some(finding) => finding,
            None if seen.gets > 0 => return Ok(finished),
            None => {
                let seen =
                    format!("The client did not ask {addr} for the file.");
                Finding::new(How::Gone, seen).meaning(
                    "Ask it with a frame: HOST and PORT in the command stand for this \
                     address. Where the port is written into the program, --addr \
                     says so.",
                )
            }
        };
        Err(finished.explain(finding).into())
    }

    fn serve(
        &self,
        probe: &mut TcpProbe,
        answer: &impl Fn(&mut TcpProbe) -> bool,
        seen: &Mutex<Seen>,
    ) {
        while let Some(request) = self.request(probe, seen) {
            let value: Value =
                serde_json::from_slice(&request).unwrap_or_default();
            match value["command"].as_str() {
                Some("list") => probe.offer(&self.listing()),
                Some("get") if value["filename"] == self.name.as_str() => {
                    if let Ok(mut seen) = seen.lock() {
                        seen.gets += 1;
                    }
                    if !answer(probe) {
                        // The end is read even by a client that still sends.
                        let _gone = probe.half_close();
                        let _all = probe.rest();
                        return;
                    }
                }
                _ => {
                    let text = shortened(&request, 200);
                    let what = format!("Its request is {text}");
                    return seen_wrong(seen, what, REQUEST);
                }
            }
        }
    }

    fn listing(&self) -> Vec<u8> {
        let entry =
            json!({"filename": self.name, "file_size": self.bytes.len()});
        let count = json!({"status": "listing", "count": 1});
        [self.frame(&count), self.frame(&entry)].concat()
    }

    /// The JSON of the next request; none at the end of the stream, or after a wrong
    /// length. The rest is graded in the order that the first one has.
    fn request(
        &self,
        probe: &mut TcpProbe,
        seen: &Mutex<Seen>,
    ) -> Option<Vec<u8>> {
        let mut prefix = [0; 4];
        probe.read_exact(&mut prefix).ok()?;
        if is_lowest_first(prefix)
            && !self.lowest_first.swap(true, Ordering::Relaxed)
        {
            let length = u32::from_be_bytes(prefix);
            let what =
                format!("The length in front of its request is {length}.");
            seen_wrong(seen, what, LOWEST_FIRST);
            return None;
        }
        if self.lowest_first.load(Ordering::Relaxed) {
            prefix.reverse();
        }
        let length = u32::from_be_bytes(prefix);
        if !(1..=65_536).contains(&length) {
            let what =
                format!("The length in front of its request is {length}.");
            seen_wrong(seen, what, REQUEST);
            return None;
        }
        let mut request = vec![0; length as usize];
        probe.read_exact(&mut request).ok()?;
        Some(request)
    }
}

/// What the server has seen of the client.
#[derive(Default)]
struct Seen {
    gets: usize,
    problem: Option<Finding>,
}

fn seen_wrong(seen: &Mutex<Seen>, what: String, meaning: &str) {
    let finding = Finding::new(How::Different, what).meaning(meaning);
    if let Ok(mut seen) = seen.lock() {
        seen.problem.get_or_insert(finding);
    }
}
