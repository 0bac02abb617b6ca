//! Digests of files: md5 as in the original, or sha256.
//!
//! A digest (a checksum) is a short number that is computed from every byte of a file:
//! when one bit of the file changes, the digest is another one. It finds accidents, not
//! attackers: somebody who can change the bytes on their way can change the digest, too.

use std::io::{self, Read};

use anyhow::{Result, bail, ensure};
use common::frame::read_until_full;
use md5::Md5;
use md5::digest::DynDigest;
use sha2::Sha256;

/// How many bytes of a file are received, hashed or sent at a time.
pub const BUFFER: usize = 256 * 1024;

/// So many bytes of memory, zeroed; an error where there are not so many left.
pub fn memory(bytes: usize) -> io::Result<Vec<u8>> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(bytes)?;
    memory.resize(bytes, 0);
    Ok(memory)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    /// Its name in the header and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
        }
    }

    /// The digest of all that `bytes` has left to read.
    pub fn digest_of(self, mut bytes: impl Read) -> io::Result<Digest> {
        let mut hasher = Hasher::new(self);
        let mut buffer = memory(BUFFER)?;
        loop {
            // A signal may interrupt a read from a disk of another machine.
            match read_until_full(&mut bytes, &mut buffer)? {
                0 => return Ok(hasher.finish()),
                n => hasher.update(&buffer[..n]),
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub algorithm: Algorithm,
    /// In lower-case hexadecimal, as md5sum prints it.
    pub hex: String,
}

impl Digest {
    /// What a header announces: as many hexadecimal digits as its digest must have.
    pub fn announced(md5: Option<&str>, sha256: Option<&str>) -> Result<Self> {
        let (algorithm, hex) = match (sha256, md5) {
            (Some(hex), _) => (Algorithm::Sha256, hex),
            (None, Some(hex)) => (Algorithm::Md5, hex),
            (None, None) => bail!("it sends no digest to verify the file with"),
        };
        let digits = 2 * Hasher::new(algorithm).state.output_size();
        ensure!(
            hex.len() == digits && hex.bytes().all(|b| b.is_ascii_hexdigit()),
            "it sends {hex:?} as a digest, but {} has {digits} hexadecimal digits",
            algorithm.name()
        );
        let hex = hex.to_ascii_lowercase();
        Ok(Self { algorithm, hex })
    }

    /// The fields of a header: md5 and sha256, one of them empty.
    pub fn fields(self) -> (Option<String>, Option<String>) {
        match self.algorithm {
            Algorithm::Md5 => (Some(self.hex), None),
            Algorithm::Sha256 => (None, Some(self.hex)),
        }
    }
}

/// A digest that is being computed, piece by piece.
pub struct Hasher {
    algorithm: Algorithm,
    state: Box<dyn DynDigest + Send>,
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        let state: Box<dyn DynDigest + Send> = match algorithm {
            Algorithm::Md5 => Box::new(Md5::default()),
            Algorithm::Sha256 => Box::new(Sha256::default()),
        };
        Self { algorithm, state }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    pub fn finish(self) -> Digest {
        let bytes = self.state.finalize();
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex = digits.filter_map(|d| char::from_digit(d.into(), 16));
        Digest { algorithm: self.algorithm, hex: hex.collect() }
    }
}
