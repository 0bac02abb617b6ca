//! The server that a client of lesson 4 meets, and the folder that it leaves behind.

use std::fs;
use std::net::TcpListener;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;

use common::frame::FrameError;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::command::Task;
use crate::finding::{Finding, How, Verdict, broken};
use crate::program::Finished;
use crate::running::{HERE, Running};
use crate::tcp_probe::TcpProbe;
use crate::wire::{digest, frame, next_frame};
use crate::words::shortened;

/// How a request looks.
const REQUEST: &str = "A request is the length of its JSON in four bytes, highest first \
    (it counts bytes, not letters, and not itself), and then the JSON: \
    {\"command\":\"get\",\"filename\":...} with the NAME that was asked for.";

/// A server of one file. What a check wants to be wrong, it changes before it runs it.
pub struct FakeFileServer {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What it replies to a `get`: this header, if it is one, and these bytes.
    pub header: Value,
    pub body: Vec<u8>,
    /// Does that come one byte at a time?
    pub by_bytes: bool,
    /// Does the connection go on behind that?
    pub goes_on: bool,
    /// When the client first asked for it: had that the lowest byte of a length first?
    /// What bore its name when the reply had been sent, and the end had not? And what
    /// came behind the request, if nothing goes on?
    pub asked: OnceLock<(bool, Option<Vec<u8>>, Vec<u8>)>,
    around: TempDir,
}

impl FakeFileServer {
    /// Random bytes of random length under this name.
    pub fn new(
        client: &mut Client,
        name: &str,
        length: Range<usize>,
    ) -> Verdict<Self> {
        let mut bytes = vec![0; client.random.usize(length)];
        client.random.fill(&mut bytes);
        let no_folder = |e| broken("no folder", &e);
        let around = tempfile::tempdir().map_err(no_folder)?;
        fs::create_dir(around.path().join("download")).map_err(no_folder)?;
        Ok(Self {
            name: name.into(),
            header: json!({
                "status": "file", "filename": name, "file_size": bytes.len(),
                "md5": digest("md5", &bytes),
            }),
            body: bytes.clone(),
            bytes,
            by_bytes: false,
            goes_on: true,
            asked: OnceLock::new(),
            around,
        })
    }

    /// This path, seen from the folder that the client downloads to.
    pub fn path(&self, path: &str) -> PathBuf {
        self.around.path().join("download").join(path)
    }

    /// Its header has this in place of the truth, or nothing in place of null.
    pub fn lie(&mut self, field: &str, value: impl Into<Value>) {
        self.header[field] = value.into();
    }

    /// It replies an error in place of a file.
    pub fn is_error(&mut self, message: &str) {
        self.header = json!({"status": "error", "message": message});
        self.body.clear();
        self.goes_on = true;
    }

    /// What it replies, in one byte order or the other.
    fn reply(&self, lowest_first: bool) -> Vec<u8> {
        let Value::Object(mut header) = self.header.clone() else {
            return Vec::new();
        };
        header.retain(|_, value| !value.is_null());
        let header = Value::from(header).to_string();
        [&frame(header, lowest_first), &self.body[..]].concat()
    }

    /// What bears the name of the file now.
    pub fn saved(&self) -> Option<Vec<u8>> {
        let path = self.path(&self.name);
        // A pipe would be waited for, and a device has no end.
        fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        fs::read(path).ok()
    }

    /// Every byte is there, under the name that was asked for.
    pub fn is_saved(&self, finished: &Finished) -> Verdict {
        let none = format!("There is no {:?} in the folder DIR.", self.name);
        let finding = match self.saved() {
            Some(bytes) if bytes == self.bytes => return Ok(()),
            Some(came) => Finding::bytes(How::Different, &self.bytes, &came),
            None => Finding::new(How::Other, none),
        };
        Err(finished.explain(finding).into())
    }

    /// Nothing bears the name, and the client has ended: it must not wait for what will
    /// never come.
    pub fn is_not_saved(&self, finished: &Finished, meaning: &str) -> Verdict {
        if let Some(bytes) = self.saved() {
            let size = bytes.len();
            let seen = format!("{:?} was saved, with {size} bytes.", self.name);
            return finished.fails(How::Other, seen, meaning);
        }
        if finished.success.is_some() {
            return Ok(());
        }
        let seen = "Nothing was saved, and the client still waits.";
        finished.fails(How::Silence, seen, meaning)
    }

    /// Runs the client, and replies to each `get`.
    pub fn run(&self, client: &Client) -> Verdict<Finished> {
        let no_server = |e| broken("no server", &e);
        let listener = TcpListener::bind(client.listen).map_err(no_server)?;
        listener.set_nonblocking(true).map_err(no_server)?;
        let addr = listener.local_addr().map_err(no_server)?;
        let (name, dir) = (self.name.clone(), self.path(""));
        let input = format!("get {name}\nquit\n").into_bytes();
        let mut running =
            Running::start(client, Task { addr, name, dir, input })?;

        let mistake = &OnceLock::new();
        let finished = thread::scope(|scope| {
            // One thread for each connection: a client may open several.
            running.finish(|running| {
                let Ok((stream, _)) = listener.accept() else { return };
                running.asks();
                let (time, end) = (client.patience, running.deadline);
                let probe = TcpProbe::new(stream, time, end, running.pid());
                let serve =
                    move || self.serve(probe).map_err(|seen| mistake.set(seen));
                let _no_thread =
                    thread::Builder::new().spawn_scoped(scope, serve);
            })
        });
        if let Some(seen) = mistake.get() {
            // What it says behind that is about the end that it has met.
            let more = finished.last_words();
            let finding = Finding::new(How::Different, seen).meaning(REQUEST);
            return Err(Finding { more, ..finding }.into());
        }
        if self.asked.get().is_some() {
            return Ok(finished);
        }
        if running.asked || listener.accept().is_ok() {
            let seen = "The client has connected, and sent no whole request.";
            return finished.fails(How::Different, seen, REQUEST);
        }
        let seen = format!("The client did not ask {addr} for the file.");
        finished.fails(How::Gone, seen, &format!("Ask it at {HERE}"))
    }

    /// Answers the requests of one connection, in the byte order that they have, up to
    /// its end; what is wrong with one is an error.
    fn serve(&self, mut probe: TcpProbe) -> Result<(), String> {
        loop {
            let request = match next_frame(&mut probe) {
                Ok(Some(request)) => request,
                Err(e @ (FrameError::Empty | FrameError::TooLong { .. })) => {
                    return Err(format!("It began with {e}."));
                }
                _ => return Ok(()),
            };
            let lowest_first = probe.lowest_first;
            let value: Value =
                serde_json::from_slice(&request).unwrap_or_default();
            match value["command"].as_str() {
                Some("list") => {
                    let size = self.bytes.len();
                    let all = [
                        json!({"status": "listing", "count": 1}),
                        json!({"filename": self.name, "file_size": size}),
                    ];
                    let all = all.map(|m| frame(m.to_string(), lowest_first));
                    let _refused = probe.send(&all.concat());
                }
                Some("get") if value["filename"] == self.name => {
                    let reply = self.reply(lowest_first);
                    let cuts = 1..if self.by_bytes { reply.len() } else { 1 };
                    let _refused = probe.send_cut(&reply, cuts);
                    let (saved, mut more) = (self.saved(), vec![]);
                    if !self.goes_on {
                        // The end is read even by a client that still sends.
                        probe.half_close();
                        more = probe.rest().0;
                    }
                    let _later = self.asked.set((lowest_first, saved, more));
                }
                _ => {
                    let text = shortened(&request, 200);
                    return Err(format!("Its request is {text}"));
                }
            }
        }
    }
}
