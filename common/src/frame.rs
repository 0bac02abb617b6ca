//! Length-prefixed frames: how to send messages through a stream of bytes.
//!
//! ```text
//! frame := length: u32 in network byte order, then that many bytes of payload
//! ```
//!
//! TCP delivers the bytes that were written, in order, in pieces of its own choosing.
//! So the bytes themselves have to say where a message ends: first come four bytes that
//! give its length, then exactly that many bytes. Together they are one frame, and the
//! message is its payload.
//!
//! Processors keep the four bytes of a number in different orders. On a wire there is one
//! order, network byte order: the highest byte first, as we write digits (RFC 1700). A
//! length of 5 is `00 00 00 05`. Python spells it `struct.pack("!I", 5)`.

use std::fmt;
use std::io::{self, Read, Write};

use byteorder::{ByteOrder, NetworkEndian, WriteBytesExt};

/// The longest payload, in bytes, that is written or accepted.
///
/// The length comes from the peer, the program at the other end: without a limit, four
/// hostile bytes would make the receiver allocate 4 GiB.
pub const MAX_PAYLOAD: u32 = 65_536;

/// How many bytes the length in front of a payload takes.
pub const PREFIX: usize = 4;

/// Writes one frame: the length of `payload` and `payload` together.
///
/// Two small writes can cost 40 ms: the system may hold the second back until the peer
/// has confirmed the first (Nagle's algorithm, RFC 896), and the peer may confirm late
/// (RFC 1122, 4.2.3.2).
///
/// # Errors
///
/// [`FrameError::Empty`] and [`FrameError::TooLong`] before anything is written;
/// [`FrameError::Io`] when the stream fails.
pub fn write_frame(
    stream: &mut impl Write,
    payload: &[u8],
) -> Result<(), FrameError> {
    // A length that does not fit a u32 is certainly too long.
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    check(length)?;

    let mut frame = Vec::with_capacity(PREFIX + payload.len());
    frame.write_u32::<NetworkEndian>(length)?;
    frame.extend_from_slice(payload);

    // One write() may take less than all; write_all() goes on until all is taken.
    stream.write_all(&frame)?;
    Ok(())
}

/// Reads one frame and returns its payload, however the stream was cut into pieces.
///
/// `Ok(None)` is the peer's goodbye: the stream ended, and it ended between two frames.
///
/// # Errors
///
/// [`FrameError::Truncated`] when the stream ends inside the frame;
/// [`FrameError::Empty`] and [`FrameError::TooLong`] for a length that no frame has,
/// before anything is allocated for it; [`FrameError::Io`] when the stream fails.
pub fn read_frame(
    stream: &mut impl Read,
) -> Result<Option<Vec<u8>>, FrameError> {
    let mut prefix = [0; PREFIX];
    match read_until_full(stream, &mut prefix)? {
        0 => return Ok(None),
        PREFIX => {}
        got => return Err(truncated("length", got, PREFIX)),
    }

    let length = NetworkEndian::read_u32(&prefix);
    check(length)?;

    let mut payload = vec![0; length as usize];
    let got = read_until_full(stream, &mut payload)?;
    if got < payload.len() {
        return Err(truncated("payload", got, payload.len()));
    }
    Ok(Some(payload))
}

/// Reads until `buffer` is full or the stream ends, and returns how many bytes came.
///
/// This loop is the whole secret. One `read()` returns what has arrived so far, which
/// may be a single byte: a short read. `Read::read_exact` is the same loop, but it does
/// not say how much was missing when the stream ended too early.
///
/// # Errors
///
/// Whatever the stream returns, except `Interrupted`, which means: try again.
pub fn read_until_full(
    stream: &mut impl Read,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break, // end of stream
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// Is this a length that a frame can have?
fn check(length: u32) -> Result<(), FrameError> {
    match length {
        0 => Err(FrameError::Empty),
        1..=MAX_PAYLOAD => Ok(()),
        _ => Err(FrameError::TooLong { length }),
    }
}

fn truncated(part: &'static str, got: usize, wanted: usize) -> FrameError {
    FrameError::Truncated { part, wanted, missing: wanted - got }
}

/// Why a frame could not be written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum FrameError {
    /// A length of zero: no message of the course is empty, so this is a mistake.
    Empty,
    /// A length over [`MAX_PAYLOAD`].
    TooLong {
        /// The length that was announced, in bytes.
        length: u32,
    },
    /// The stream ended inside a frame.
    Truncated {
        /// Where in the frame it ended: its length, or its payload.
        part: &'static str,
        /// How many bytes this part has.
        wanted: usize,
        /// How many of them did not come.
        missing: usize,
    },
    /// The stream itself failed.
    Io(io::Error),
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a frame of length 0 (1 is the least)"),
            Self::TooLong { length } => write!(
                f,
                "a frame of {length} bytes announced ({MAX_PAYLOAD} is the most)"
            ),
            Self::Truncated { part, wanted, missing } => write!(
                f,
                "the stream ended inside a frame: {missing} of the {wanted} bytes of \
                 its {part} are missing"
            ),
            Self::Io(e) => write!(f, "{e}"),
        }
    }
}

impl std::error::Error for FrameError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(e) => e.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for FrameError {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}
