//! Serves one client after the other: one that says nothing holds up all the others.

use std::net::TcpListener;
use std::path::Path;

use anyhow::Result;

use super::super::solutions::speak_it::talk;

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let _its_own_end = talk(stream, folder);
    }
}
