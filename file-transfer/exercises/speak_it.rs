//! Share a folder so that the lesson's own client can download from it: speak the wire of
//! the README, and go on serving when a client does not.
//!
//! It never returns, unless it can take no more connections. A request that cannot be
//! fulfilled is answered by an error, and the connection goes on. Anything else is
//! answered by an error, or by the end of that connection. An `offset` may be ignored.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use common::message::{read_message, write_message};

// Of the lesson: src/digest.rs and src/wire.rs.
use crate::digest::Algorithm;
use crate::wire::{Entry, Header, Reply, Request};

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    todo!()
}
