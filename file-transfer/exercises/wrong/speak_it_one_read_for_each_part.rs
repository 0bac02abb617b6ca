//! One read for the length and one for the JSON, as if each came in one piece.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::{Result, ensure};

use super::super::solutions::speak_it::{answer, refuse, serve};

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    let mut prefix = [0; 4];
    while stream.read(&mut prefix)? > 0 {
        let length = u32::from_be_bytes(prefix) as usize;
        let mut json = vec![0; length.min(65_536)];
        let n = stream.read(&mut json)?;
        ensure!(n > 0, "the stream ended inside a frame");
        match serde_json::from_slice(&json[..n]) {
            Ok(request) => answer(&mut stream, folder, request)?,
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
    Ok(())
}
