//! What somebody's code is heard doing, in a thread where no check sees it.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::finding::{Finding, How, Problem, Verdict};
use crate::words::caught;

/// What an answer does that no check sees from outside: it panics, or returns too early.
#[derive(Clone, Default)]
pub struct Overheard(Arc<OnceLock<String>>);

impl Overheard {
    /// Runs somebody's code; when it panics, that is overheard.
    pub fn run<T>(&self, code: impl FnOnce() -> T) -> Option<T> {
        caught(code).map_err(|said| self.note(said)).ok()
    }

    /// Serves a free port with somebody's code. The listener stays open until what was
    /// overheard has been noted: a client does not notice the end before.
    pub fn serving<T>(
        &self,
        serve: impl FnOnce(&TcpListener) -> T + Send + 'static,
    ) -> Verdict<SocketAddr> {
        let no_server =
            |e| Finding::new(How::Other, format!("No server: {e}."));
        let listener = TcpListener::bind("127.0.0.1:0").map_err(no_server)?;
        let addr = listener.local_addr().map_err(no_server)?;
        let here = self.clone();
        thread::spawn(move || drop(here.run(|| serve(&listener))));
        Ok(addr)
    }

    /// Notes this, if it is the first.
    pub fn note(&self, what: impl Into<String>) {
        let _later = self.0.set(what.into());
    }

    /// What a check has found, behind what was overheard: that explains more.
    pub fn with(&self, verdict: Verdict) -> Verdict {
        match (self.0.get(), verdict) {
            (None, verdict) => verdict,
            (Some(what), Err(Problem::Failed(mut finding))) => {
                finding.seen = format!("{what}. {}", finding.seen);
                Err(Problem::Failed(finding))
            }
            (Some(what), _) => {
                Err(Finding::new(How::Other, format!("{what}.")).into())
            }
        }
    }
}
