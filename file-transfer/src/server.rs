//! The server: for each connection, one request after the other, each answered by a
//! header and, when it is a file, by the file's bytes.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use common::cli::{self, Addr};
use common::frame::{FrameError, read_message, write_message};
use common::trace::{Trace, Traced};

use crate::digest::{Algorithm, Remembered};
use crate::share;
use crate::wire::{BUFFER, Header, Reply, Request};

/// What the command line says, and what is remembered between requests.
pub struct Server {
    pub folder: PathBuf,
    pub algorithm: Algorithm,
    pub timeout: Duration,
    pub max_clients: usize,
    /// Leaves Nagle's algorithm on, to show what it costs.
    pub nagle: bool,
    pub remembered: Remembered,
    pub log: fn(String),
}

impl Server {
    /// Takes the address, and says which it got.
    pub fn bind(
        &self,
        addr: &Addr,
        trace: &Trace,
    ) -> Result<Traced<TcpListener>> {
        let listener = TcpListener::bind(addr)
            .map_err(|e| cli::cannot_listen(addr, &e))?;
        (self.log)(format!("listening on {}", listener.local_addr()?));
        Ok(trace.listener("server", listener))
    }

    /// The connection loop: one thread for each client.
    pub fn serve(self, listener: &Traced<TcpListener>) -> Result<()> {
        let server = Arc::new(self);
        // Every client that is served holds a share of the seats, so the
        // shares tell how many are taken.
        let seats = Arc::new(());
        loop {
            let (stream, peer) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Out of file descriptors, say: the pause keeps the loop
                    // from spinning until some connection ends.
                    (server.log)(format!("cannot accept a connection: {e}"));
                    thread::sleep(Duration::from_millis(100));
                    continue;
                }
            };
            let taken = Arc::strong_count(&seats) - 1;
            let seat = (taken < server.max_clients).then(|| seats.clone());
            let shared = server.clone();
            let started = thread::Builder::new()
                .spawn(move || shared.talk(stream, peer, seat));
            if let Err(e) = started {
                (server.log)(format!("no thread for {peer}: {e}"));
            }
        }
    }

    /// Everything that one client gets to see.
    fn talk(
        &self,
        mut stream: Traced<TcpStream>,
        peer: SocketAddr,
        seat: Option<Arc<()>>,
    ) {
        (self.log)(format!("{peer} connected"));
        let result = match seat {
            // Dropped at the end of this arm, the seat is free again.
            Some(_seat) => self.converse(&mut stream, peer),
            None => refuse(&mut stream, self.busy()),
        };
        (self.log)(match result {
            Ok(()) => format!("{peer} closed"),
            Err(e) => format!("{peer} dropped: {e:#}"),
        });
    }

    /// The communication loop: one turn for each request.
    fn converse(
        &self,
        stream: &mut Traced<TcpStream>,
        peer: SocketAddr,
    ) -> Result<()> {
        // Header and payload are two writes. With Nagle's algorithm the second
        // would wait for the acknowledgement of the first, and the other end
        // delays that: 44 ms for each small file instead of 0.1.
        stream.set_nodelay(!self.nagle)?;
        stream.set_write_timeout(Some(self.timeout))?;
        loop {
            // Who sits at a prompt may take all day. Who has begun a request
            // has to go on with it.
            stream.set_read_timeout(None)?;
            stream.peek(&mut [0]).map_err(gone)?;
            stream.set_read_timeout(Some(self.timeout))?;

            match read_message(stream) {
                Ok(Some(Request::Get { filename, offset })) => {
                    let name = cli::one_line(format_args!("{filename:?}"));
                    (self.log)(format!("{peer} get {name}"));
                    self.send_file(stream, &filename, offset)?;
                }
                Ok(Some(Request::List)) => {
                    (self.log)(format!("{peer} list"));
                    self.send_listing(stream)?;
                }
                Ok(None) => return Ok(()),
                Err(e) => return refuse(stream, explain(e)),
            }
        }
    }

    fn send_file(
        &self,
        stream: &mut Traced<TcpStream>,
        filename: &str,
        offset: u64,
    ) -> Result<()> {
        let (header, file) = match self.prepare(filename, offset) {
            Ok(prepared) => prepared,
            Err(e) => return send_error(stream, &e),
        };
        let mut left = header.file_size - header.offset;
        write_message(stream, &Reply::File(header))?;

        // From here on the client counts bytes: whatever goes wrong, there is
        // no place for an error message, only an end that comes too early.
        // And never more than announced, even if the file grows meanwhile.
        let mut file = file.take(left);
        let mut buffer = vec![0; left.min(BUFFER as u64) as usize];
        while left > 0 {
            let n = file.read(&mut buffer).context("cannot read on")?;
            if n == 0 {
                bail!("{filename:?} became {left} bytes shorter on its way");
            }
            stream.write_all(&buffer[..n]).map_err(gone)?;
            left -= n as u64;
        }
        Ok(())
    }

    /// Opens the file at the offset, and describes it.
    fn prepare(&self, filename: &str, offset: u64) -> Result<(Header, File)> {
        let (mut file, path) = share::open(&self.folder, filename)?;
        let (file_size, digest) = self
            .remembered
            .digest(path, &file, self.algorithm)
            .map_err(|e| anyhow!("cannot read {filename}: {e}"))?;
        // Who has more than there is has something else: from the start, then.
        let offset = if offset <= file_size { offset } else { 0 };
        file.seek(SeekFrom::Start(offset))?;

        let (md5, sha256) = match self.algorithm {
            Algorithm::Md5 => (Some(digest), None),
            Algorithm::Sha256 => (None, Some(digest)),
        };
        let filename = filename.to_string();
        let header = Header { filename, file_size, offset, md5, sha256 };
        Ok((header, file))
    }

    fn send_listing(&self, stream: &mut Traced<TcpStream>) -> Result<()> {
        let entries = match share::list(&self.folder) {
            Ok(entries) => entries,
            Err(e) => return send_error(stream, &e),
        };
        // Many small frames: the buffer makes few writes of them.
        let mut stream = BufWriter::new(stream);
        let count = entries.len() as u64;
        write_message(&mut stream, &Reply::Listing { count })?;
        for entry in entries {
            write_message(&mut stream, &entry)?;
        }
        stream.flush()?;
        Ok(())
    }

    fn busy(&self) -> anyhow::Error {
        let most = self.max_clients;
        anyhow!(
            "no more than {most} at a time are served here; try again later"
        )
    }
}

/// Answers a request that cannot be fulfilled; the connection goes on.
fn send_error(stream: &mut Traced<TcpStream>, e: &anyhow::Error) -> Result<()> {
    let message = e.to_string();
    Ok(write_message(stream, &Reply::Error { message })?)
}

/// Ends a connection, and tells the peer why where it still listens.
fn refuse(stream: &mut Traced<TcpStream>, e: anyhow::Error) -> Result<()> {
    // If the peer has gone, nobody is left to be told; e is still the reason.
    let _ = take_leave(stream, &e);
    Err(e)
}

fn take_leave(stream: &mut Traced<TcpStream>, e: &anyhow::Error) -> Result<()> {
    send_error(stream, e)?;

    // Closing a connection with bytes unread resets it, and the reset makes
    // the peer's system throw away what it has not read yet: our message. So
    // say that we have finished, and take what still comes, for a second.
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let deadline = Instant::now() + Duration::from_secs(1);
    let mut ignored = [0; 1024];
    while Instant::now() < deadline && stream.read(&mut ignored)? > 0 {}
    Ok(())
}

/// What to tell a peer whose request is no request.
fn explain(e: FrameError) -> anyhow::Error {
    match e {
        FrameError::Io(e) => gone(e),
        e => anyhow!(
            "{}; a request is the length of its JSON as four bytes, highest \
             first, and then the JSON, such as {{\"command\":\"list\"}}",
            cli::one_line(e) // serde_json repeats what it did not expect
        ),
    }
}

fn gone(e: io::Error) -> anyhow::Error {
    match e.kind() {
        // A timeout is the one on Unix and the other on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            anyhow!("the client has stopped in the middle (timed out)")
        }
        kind => anyhow!("the client has gone ({kind})"),
    }
}
