//! Puts the name behind the folder and opens what is there: `../secret.txt`, too.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::{Context, Result};
use common::message::read_message;

use super::super::solutions::speak_it::{
    answer, refuse, send_error, send_file, serve,
};
use crate::wire::Request;

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    loop {
        match read_message(&mut stream) {
            Ok(Some(Request::Get { filename, .. })) => {
                let found =
                    File::open(folder.join(&filename)).context("no such file");
                match found {
                    Ok(file) => send_file(&mut stream, filename, file)?,
                    Err(e) => send_error(&mut stream, &e)?,
                }
            }
            Ok(Some(request)) => answer(&mut stream, folder, request)?,
            Ok(None) => return Ok(()),
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
}
