//! JSON messages, each in a frame.

use std::error::Error;
use std::fmt;
use std::io::{Read, Write};

use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

use crate::frame::{FrameError, read_frame, write_frame};

/// Writes one message as JSON in a frame.
///
/// # Errors
///
/// [`MessageError::Json`] when the message has no JSON form, before anything is written;
/// [`MessageError::Frame`] as [`write_frame`].
pub fn write_message<T: Serialize>(
    stream: &mut impl Write,
    message: &T,
) -> Result<(), MessageError> {
    let payload = serde_json::to_vec(message)?;
    write_frame(stream, &payload)?;
    Ok(())
}

/// Reads one frame and the JSON message in it; `Ok(None)` is the peer's goodbye.
///
/// # Errors
///
/// [`MessageError::Frame`] as [`read_frame`]; [`MessageError::Json`] when the payload is
/// not UTF-8, not a JSON object, or not a `T`. The stream is still in step then: the
/// next frame can be read.
pub fn read_message<T: DeserializeOwned>(
    stream: &mut impl Read,
) -> Result<Option<T>, MessageError> {
    let Some(payload) = read_frame(stream)? else {
        return Ok(None);
    };
    // serde would read an array, too, as an object that leaves out the names.
    if payload.trim_ascii_start().first() != Some(&b'{') {
        let e = serde_json::Error::custom("a message is a JSON object, {...}");
        return Err(e.into());
    }
    Ok(Some(serde_json::from_slice(&payload)?))
}

/// Why a message could not be written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum MessageError {
    /// The frame around it.
    Frame(FrameError),
    /// A payload that is not the JSON message that was expected.
    Json(serde_json::Error),
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(e) => write!(f, "{e}"),
            Self::Json(e) => write!(f, "not the JSON that was expected: {e}"),
        }
    }
}

impl Error for MessageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Frame(e) => e.source(),
            Self::Json(_) => None,
        }
    }
}

impl From<FrameError> for MessageError {
    fn from(e: FrameError) -> Self {
        Self::Frame(e)
    }
}

impl From<serde_json::Error> for MessageError {
    fn from(e: serde_json::Error) -> Self {
        Self::Json(e)
    }
}
