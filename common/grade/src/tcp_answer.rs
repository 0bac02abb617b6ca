//! What has to come back on a connection of a check: reads it, and compares.

use std::io::{ErrorKind, Read};

use crate::finding::{Finding, How, Verdict, how};
use crate::tcp_probe::TcpProbe;

impl TcpProbe {
    /// Reads exactly as many bytes as are wanted, and compares.
    pub fn expect(&mut self, wanted: &[u8]) -> Verdict {
        self.compare(wanted, <[u8]>::to_vec)
    }

    /// The same for letters: capitals and white space do not count, since another check
    /// is about them.
    pub fn expect_letters(&mut self, wanted: &[u8]) -> Verdict {
        self.compare(wanted, |bytes| {
            let words = bytes.split(u8::is_ascii_whitespace);
            words.collect::<Vec<_>>().concat().to_ascii_uppercase()
        })?;
        // The newline is taken, too: a close with a byte unread would be a reset.
        if wanted.ends_with(b"\n") && !self.came.ends_with(b"\n") {
            self.pause();
        }
        Ok(())
    }

    /// Sends these bytes, and wants them back in upper case.
    pub fn ask(&mut self, bytes: &[u8]) -> Verdict {
        self.send(bytes)?;
        self.expect(&bytes.to_ascii_uppercase())
    }

    /// The same for letters.
    pub fn ask_letters(&mut self, bytes: &[u8]) -> Verdict {
        self.send(bytes)?;
        self.expect_letters(bytes)
    }

    fn compare(
        &mut self,
        wanted: &[u8],
        counted: fn(&[u8]) -> Vec<u8>,
    ) -> Verdict {
        let (wanted, mut got) = (counted(wanted), Vec::new());
        let mut buffer = vec![0; 64 * 1024];
        while got.len() < wanted.len() {
            let most = (wanted.len() - got.len()).min(buffer.len());
            let came = self.read(&mut buffer[..most]);
            got.extend(counted(&buffer[..*came.as_ref().unwrap_or(&0)]));
            // A wrong byte is reported at once, whatever happens to those behind it.
            let wrong = (!wanted.starts_with(&got)).then_some(How::Different);
            let stop = match came {
                Ok(0) => Some(How::Ended),
                Err(e) if e.kind() != ErrorKind::Interrupted => Some(how(&e)),
                _ => None,
            };
            if let Some(how) = wrong.or(stop) {
                return self.fails(Finding::bytes(how, &wanted, &got));
            }
        }
        Ok(())
    }

    /// Reads to the end of the stream; nothing else may come before it.
    pub fn expect_end(&mut self) -> Verdict {
        let (came, end) = self.rest();
        let finding = match end {
            _ if !came.is_empty() => Finding::bytes(How::Different, b"", &came),
            How::Silence => {
                Finding::new(end, "The other end does not end the connection.")
            }
            _ => return Ok(()),
        };
        self.fails(finding)
    }
}
