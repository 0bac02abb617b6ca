//! The size of a file, as it says and as it is: `/proc` and `/sys` hold files whose bytes
//! the system makes when they are read.

use std::fs::File;
use std::io::{self, Read};

use crate::shortage::memory;

/// An error where a file of which `read` bytes could be read has said another size.
pub fn check_size(mut file: &File, said: u64, read: u64) -> io::Result<()> {
    // A file that grows has another size by now.
    let more = file.read(&mut [0])? > 0 && file.metadata()?.len() == said;
    if read == said && !more {
        return Ok(());
    }
    let read = if more { "more".into() } else { read.to_string() };
    let lie =
        format!("its size is said to be {said}, and {read} bytes can be read");
    Err(io::Error::other(lie))
}

/// Reads all of a small file, as many bytes as it says.
pub fn read_small(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = memory(size as usize)?;
    bytes.clear();
    let read = file.take(size).read_to_end(&mut bytes)?;
    check_size(file, size, read as u64)?;
    Ok(bytes)
}
