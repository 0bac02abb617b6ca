//! Allocates what is announced, and waits for all of it, however much that is.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::Result;

use super::super::solutions::speak_it::{answer, refuse, serve};

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    let mut prefix = [0; 4];
    loop {
        match stream.read(&mut prefix)? {
            0 => return Ok(()),
            n => stream.read_exact(&mut prefix[n..])?,
        }
        let mut json = vec![0; u32::from_be_bytes(prefix) as usize];
        stream.read_exact(&mut json)?;
        match serde_json::from_slice(&json) {
            Ok(request) => answer(&mut stream, folder, request)?,
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
}
