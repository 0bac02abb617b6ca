//! What a program prints, collected while it runs, and what tests wait for in it.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::PATIENCE;

/// What a program has printed.
#[derive(Clone, Default)]
pub(crate) struct Collected(Arc<(Mutex<State>, Condvar)>);

/// The bytes, and whether these are all.
pub(crate) type State = (Vec<u8>, bool);

impl Collected {
    pub(crate) fn from(mut stream: impl Read + Send + 'static) -> Self {
        let collected = Self::default();
        let filled = collected.clone();
        thread::spawn(move || {
            let mut piece = [0; 8192];
            // An error is an end: a terminal has no other.
            while let Ok(n @ 1..) = stream.read(&mut piece) {
                filled.add(&piece[..n], false);
            }
            filled.add(b"", true);
        });
        collected
    }

    fn add(&self, bytes: &[u8], ended: bool) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0.extend_from_slice(bytes);
        state.1 = ended;
        changed.notify_all();
    }

    /// Waits until `done` accepts what was printed; false when [`PATIENCE`] ran out.
    pub(crate) fn wait(&self, done: impl Fn(&State) -> bool) -> bool {
        let (state, changed) = &*self.0;
        let waiting = |state: &mut State| !done(state);
        let state = state.lock().unwrap();
        let (_state, timeout) =
            changed.wait_timeout_while(state, PATIENCE, waiting).unwrap();
        !timeout.timed_out()
    }

    pub(crate) fn ends(&self) -> bool {
        self.wait(|(_, ended)| *ended)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.0.lock().unwrap().0.clone()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
