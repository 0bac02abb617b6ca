//! The size of a file, as it says and as it is: `/proc` and `/sys` hold files whose bytes
//! the system makes when they are read.

use std::fs::File;
use std::io::{self, Read};

use crate::shortage::memory;

/// An error where a file of which `read` bytes could be read has said another size.
pub fn check_size(mut file: &File, said: u64, read: u64) -> io::Result<()> {
    let lies = |read: &str| {
        Err(io::Error::other(format!(
            "its size is said to be {said}, and {read} bytes can be read"
        )))
    };
    if read < said {
        return lies(&read.to_string());
    }
    // A file that grows has another size by now.
    let more = file.read(&mut [0])? > 0 && file.metadata()?.len() == said;
    if more { lies("more") } else { Ok(()) }
}

/// Reads all of a small file, as many bytes as it says.
pub fn read_small(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = memory(size as usize)?;
    bytes.clear();
    let read = file.take(size).read_to_end(&mut bytes)?;
    check_size(file, size, read as u64)?;
    Ok(bytes)
}
