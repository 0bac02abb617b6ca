//! Answers to `last_words` that are wrong, each for another reason.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// What `last_words` is given: the connection, the message, the limit.
type Refused<'a> = (TcpStream, &'a [u8], Duration);
type Done = io::Result<()>;

/// Says that no more follows, and closes with the client's bytes unread: that resets the
/// connection.
pub fn closes_at_once((mut stream, message, _): Refused) -> Done {
    stream.write_all(message)?;
    stream.shutdown(Shutdown::Write)
}

/// Reads to the end before it says a word: the client may wait for that word.
pub fn hears_it_out_first((mut stream, message, limit): Refused) -> Done {
    stream.set_read_timeout(Some(limit))?;
    read_on(&mut stream)?;
    stream.write_all(message)
}

/// Sends and reads on, but does not say that no more follows: the client waits for it.
pub fn says_no_end((mut stream, message, limit): Refused) -> Done {
    stream.write_all(message)?;
    stream.set_read_timeout(Some(limit))?;
    read_on(&mut stream)
}

/// Reads until the client closes, if it ever does (for an hour).
pub fn waits_without_end((stream, message, _): Refused) -> Done {
    limits_each_read((stream, message, Duration::from_secs(3600)))
}

/// The limit is one for each read: a byte now and then makes it begin again.
pub fn limits_each_read((mut stream, message, limit): Refused) -> Done {
    stream.write_all(message)?;
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(limit))?;
    read_on(&mut stream)
}

fn read_on(stream: &mut TcpStream) -> Done {
    let mut rest = [0; 4096];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
