//! A client that is graded: a program or a function that is run once a check, while the
//! check plays the server.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::command::{Task, Template};

/// What a client prints that is a function, or its error.
type Printed = Result<Vec<u8>, String>;
type Function = dyn Fn(&Task) -> Printed + Send + Sync;

/// What is run once for each check.
#[derive(Clone)]
pub enum Start {
    Function(Arc<Function>),
    Program(Template),
}

/// A client that is to be graded.
#[derive(Clone)]
pub struct Client {
    pub(crate) start: Start,
    /// How long a run may take from its first question on.
    pub(crate) patience: Duration,
    pub(crate) seed: u64,
    /// Where the grader listens: on a free port, or where the client asks in any case.
    pub(crate) listen: SocketAddr,
    pub(crate) random: fastrand::Rng,
}

impl Client {
    /// A client that is a function.
    pub fn function(
        client: impl Fn(&Task) -> Printed + Send + Sync + 'static,
    ) -> Self {
        Self::new(Start::Function(Arc::new(client)))
    }

    /// A client that a command starts.
    pub fn program(template: Template) -> Self {
        Self::new(Start::Program(template))
    }

    fn new(start: Start) -> Self {
        Self {
            start,
            patience: Duration::from_secs(20),
            seed: fastrand::u64(0..1_000_000),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            random: fastrand::Rng::new(),
        }
    }

    /// The same with another patience.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same for one that has the address of its server written into it.
    pub fn asks(self, listen: SocketAddr) -> anyhow::Result<Self> {
        UdpSocket::bind(listen)
            .and_then(|_| TcpListener::bind(listen))
            .with_context(|| format!("grade cannot listen on {listen}"))?;
        Ok(Self { listen, ..self })
    }

    /// Lower-case letters.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}
