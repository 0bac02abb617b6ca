//! Says that there is no such file, and closes: the next request was on its way.

use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::Result;
use common::message::read_message;

use super::super::solutions::speak_it::{
    answer, find, refuse, send_file, serve,
};
use crate::wire::Request;

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    loop {
        match read_message(&mut stream) {
            Ok(Some(Request::Get { filename, .. })) => {
                match find(folder, &filename) {
                    Ok(file) => send_file(&mut stream, filename, file)?,
                    Err(e) => return refuse(&mut stream, &e),
                }
            }
            Ok(Some(request)) => answer(&mut stream, folder, request)?,
            Ok(None) => return Ok(()),
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
}
