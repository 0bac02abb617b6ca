//! The client: sends a request, reads the header, then exactly as many bytes as the
//! header says, and believes none of it before the digest matches.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use common::cli::{self, Addr, Failure};
use common::frame::{FrameError, read_message, write_message};
use common::trace::{Trace, Traced};
use indicatif::ProgressBar;
use serde::de::DeserializeOwned;

use crate::digest::{self, Algorithm, Hasher};
use crate::download::Download;
use crate::prompt;
use crate::share;
use crate::wire::{BUFFER, Entry, Header, MAX_LISTING, Reply, Request};

/// One user's side of the transfer.
pub struct Client {
    addr: Addr,
    folder: PathBuf,
    timeout: Duration,
    trace: Trace,
    /// The connection, between two commands. A command takes it out, and puts it back
    /// when both ends agree again on where the next frame begins. An error in between
    /// drops it, which closes it; the next command then connects anew.
    stream: Option<Traced<TcpStream>>,
}

/// A file that has arrived whole, and is what the server has announced.
pub struct Verified {
    pub size: u64,
    pub algorithm: Algorithm,
    pub digest: String,
}

impl Client {
    /// Connects, so that a missing server is noticed before the first command.
    pub fn start(
        addr: Addr,
        folder: PathBuf,
        timeout: Duration,
        trace: Trace,
    ) -> Result<Self> {
        let mut client = Self { addr, folder, timeout, trace, stream: None };
        client.stream = Some(client.connection()?);
        Ok(client)
    }

    fn connection(&mut self) -> Result<Traced<TcpStream>> {
        if let Some(stream) = self.stream.take()
            && stands(&stream)?
        {
            return Ok(stream);
        }
        let addr = &self.addr;
        let stream = TcpStream::connect(addr)
            .map_err(|e| cli::cannot_connect(addr, "file-transfer", &e))?;
        // A small request must not wait for the acknowledgement of the last
        // one (Nagle's algorithm). Both ends of a protocol turn it off.
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        Ok(self.trace.connected("client", stream))
    }

    /// Shows every file that the server offers.
    pub fn list(&mut self, show: impl FnMut(Entry)) -> Result<()> {
        let what = format!("cannot list the files of {}", self.addr);
        self.fetch_listing(show).context(what)
    }

    fn fetch_listing(&mut self, mut show: impl FnMut(Entry)) -> Result<()> {
        let mut stream = self.connection()?;
        self.send(&mut stream, &Request::List)?;
        let count = match self.reply(&mut stream)? {
            Reply::Listing { count } => count,
            other => return Err(self.refused(stream, other)),
        };
        if count > MAX_LISTING {
            let most = format!("it lists {count} files, {MAX_LISTING} at most");
            return Err(self.not_the_protocol(most));
        }
        for _ in 0..count {
            show(self.receive(&mut stream)?);
        }
        self.stream = Some(stream);
        Ok(())
    }

    /// Downloads a file, whole and verified, or not at all.
    pub fn get(&mut self, name: &str) -> Result<(PathBuf, Verified)> {
        // We are about to create a file of this name: the one we ask for,
        // never one that the server sends. So it cannot choose where we write.
        share::check_name(name)?;
        let download = Download::open(&self.folder, name)?;
        let what = format!("cannot get {name} from {}", self.addr);
        self.fetch_verified(name, download).context(what)
    }

    /// Goes on with what is here already; if that turns out to be of another file,
    /// from the start.
    fn fetch_verified(
        &mut self,
        name: &str,
        mut download: Download,
    ) -> Result<(PathBuf, Verified)> {
        let here = download.len()?;
        let mut verified = self.fetch(name, here, &mut download)?;
        if verified.is_none() && here > 0 {
            cli::say("That is not the file whose start is here: again, whole.");
            verified = self.fetch(name, 0, &mut download)?;
        }
        let Some(verified) = verified else {
            bail!(
                "it was damaged or changed on its way: its digest is not the \
                 announced one; nothing is saved, get it again"
            );
        };
        Ok((download.finish()?, verified))
    }

    /// Asks for the bytes from `here` on, and receives them behind those that are
    /// here already; `None` when the digest of the whole does not match.
    fn fetch(
        &mut self,
        name: &str,
        here: u64,
        download: &mut Download,
    ) -> Result<Option<Verified>> {
        let mut stream = self.connection()?;
        let filename = name.to_string();
        let offset = here;
        self.send(&mut stream, &Request::Get { filename, offset })?;
        let header = match self.reply(&mut stream)? {
            Reply::File(header) => header,
            other => return Err(self.refused(stream, other)),
        };
        let (algorithm, announced) =
            check(&header, name, here).map_err(|e| self.not_the_protocol(e))?;
        download.cut(header.offset)?;

        let (offset, size) = (header.offset, header.file_size);
        let bar = prompt::progress(name, offset, size, &self.trace);
        let hasher = algorithm.start();
        let mut digest = self.receive_file(
            &mut stream,
            download.file(),
            size - offset,
            hasher,
            &bar,
        )?;
        self.stream = Some(stream); // both ends are in step again

        if offset > 0 {
            // The digest covers the whole file: read back what was here, too.
            bar.set_message("verifying");
            bar.force_draw();
            download.file().seek(SeekFrom::Start(0))?;
            digest = algorithm.of(download.file())?;
        }
        bar.finish_and_clear();
        if digest != announced {
            download.cut(0)?;
            return Ok(None);
        }
        Ok(Some(Verified { size, algorithm, digest }))
    }

    /// Moves `left` bytes from the stream to the file; returns their digest.
    fn receive_file(
        &self,
        stream: &mut Traced<TcpStream>,
        file: &File,
        left: u64,
        mut hasher: Hasher,
        bar: &ProgressBar,
    ) -> Result<String> {
        if left <= BUFFER as u64 {
            // Starting a thread would take longer than hashing this.
            self.receive_bytes(stream, file, left, bar, |piece| {
                hasher.update(&piece);
                Ok(piece)
            })?;
            return Ok(digest::finish(hasher));
        }

        // Hashing takes as long as receiving and writing together, so it has
        // a thread of its own. It may be eight pieces behind, no more: then
        // send() waits for it. What is hashed comes back, to be filled again.
        let (received, to_hash) = mpsc::sync_channel::<Vec<u8>>(8);
        let (hashed, to_fill) = mpsc::channel();
        thread::scope(|scope| {
            let hashing = move || {
                for piece in to_hash {
                    hasher.update(&piece);
                    let _ = hashed.send(piece); // nobody fills the last ones
                }
                digest::finish(hasher)
            };
            let hashing =
                thread::Builder::new().spawn_scoped(scope, hashing)?;
            self.receive_bytes(stream, file, left, bar, |piece| {
                received.send(piece)?;
                Ok(to_fill.try_recv().unwrap_or_default())
            })?;
            drop(received); // ends the hashing thread's loop
            hashing.join().map_err(|_| anyhow!("the digest failed"))
        })
    }

    /// Writes what it reads, and gives it to `hash`, which returns another buffer.
    fn receive_bytes(
        &self,
        stream: &mut Traced<TcpStream>,
        mut file: &File,
        mut left: u64,
        bar: &ProgressBar,
        mut hash: impl FnMut(Vec<u8>) -> Result<Vec<u8>>,
    ) -> Result<()> {
        let mut piece = Vec::new();
        while left > 0 {
            // Not a byte more than the file has: the next frame follows.
            piece.resize(left.min(BUFFER as u64) as usize, 0);
            let n = match stream.read(&mut piece) {
                Ok(0) => bail!(
                    "the connection ended {left} bytes too early; get it \
                     again: it goes on with what has come"
                ),
                Ok(n) => n,
                Err(e) => return Err(cli::lost(&self.addr, &e).into()),
            };
            piece.truncate(n);
            file.write_all(&piece).context(
                "cannot write the file; make room and get it again: it goes \
                 on with what has come",
            )?;
            left -= n as u64;
            bar.inc(n as u64);
            piece = hash(piece)?;
        }
        Ok(())
    }

    fn send(
        &self,
        stream: &mut Traced<TcpStream>,
        request: &Request,
    ) -> Result<()> {
        write_message(stream, request).map_err(|e| self.explain(e))
    }

    /// Waits for the reply to a request.
    fn reply(&self, stream: &mut Traced<TcpStream>) -> Result<Reply> {
        // Before its first byte the server reads the whole file, to compute
        // the digest. That takes a minute for 30 GB: tell the user, and allow
        // twenty times what a peer in the middle of something gets.
        let second = Duration::from_secs(1).min(self.timeout);
        stream.set_read_timeout(Some(second))?;
        let started = Instant::now();
        let mut told = false;
        while let Err(e) = stream.peek(&mut [0]) {
            match e.kind() {
                ErrorKind::Interrupted => {}
                ErrorKind::WouldBlock | ErrorKind::TimedOut
                    if started.elapsed() < self.timeout * 20 =>
                {
                    if !told {
                        cli::say(
                            "Waiting: the server may be computing the digest.",
                        );
                    }
                    told = true;
                }
                _ => return Err(cli::lost(&self.addr, &e).into()),
            }
        }
        stream.set_read_timeout(Some(self.timeout))?;
        self.receive(stream)
    }

    /// Reads one message that has to come.
    fn receive<T: DeserializeOwned>(
        &self,
        stream: &mut Traced<TcpStream>,
    ) -> Result<T> {
        read_message(stream).map_err(|e| self.explain(e))?.with_context(|| {
            format!(
                "{} closed the connection instead of answering; try again",
                self.addr
            )
        })
    }

    /// A reply that is not the one hoped for.
    fn refused(&mut self, stream: Traced<TcpStream>, reply: Reply) -> Error {
        match reply {
            Reply::Error { message } => {
                self.stream = Some(stream); // the protocol is still in step
                anyhow!("the server says: {message}")
            }
            _ => self.not_the_protocol("it answers another question than ours"),
        }
    }

    fn explain(&self, e: FrameError) -> Error {
        match e {
            FrameError::Io(e) => cli::lost(&self.addr, &e).into(),
            e => self.not_the_protocol(e),
        }
    }

    fn not_the_protocol(&self, why: impl Display) -> Error {
        Failure::new(
            format!("{} does not keep to the protocol", self.addr),
            why.to_string(),
            "check that it is a server of this lesson",
        )
        .into()
    }
}

/// Does a connection still stand that nobody has used for a while?
fn stands(stream: &TcpStream) -> io::Result<bool> {
    // Where a read would have to wait, the server has not ended it.
    stream.set_nonblocking(true)?;
    let next = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    Ok(match next {
        Ok(n) => n > 0, // what it says unasked is an answer, too
        Err(e) => e.kind() == ErrorKind::WouldBlock,
    })
}

/// Is this the header of the file that we asked for? Returns how to verify it.
fn check(
    header: &Header,
    name: &str,
    here: u64,
) -> Result<(Algorithm, String)> {
    ensure!(
        header.filename == name,
        "it sends {:?} instead of {name:?}",
        header.filename
    );
    // From where we asked, or, from a server that does not resume, the start.
    ensure!(
        [0, here].contains(&header.offset) && header.offset <= header.file_size,
        "it goes on at byte {} of {} instead of byte {here}",
        header.offset,
        header.file_size
    );
    let (algorithm, digest) = match (&header.sha256, &header.md5) {
        (Some(sha256), _) => (Algorithm::Sha256, sha256),
        (None, Some(md5)) => (Algorithm::Md5, md5),
        (None, None) => bail!("it sends no digest to verify the file with"),
    };
    ensure!(
        digest.len() == algorithm.digits()
            && digest.bytes().all(|b| b.is_ascii_hexdigit()),
        "it sends {digest:?} as a digest, which is no {}",
        algorithm.name()
    );
    Ok((algorithm, digest.to_ascii_lowercase()))
}
