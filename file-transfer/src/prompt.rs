//! The client's commands, typed at the prompt or given on the command line.

use anyhow::{Context, Result, bail};
use common::cli::{Input, complain, printable, report, tell, without_newline};

use crate::client::Client;

/// Carries out the commands of the input, one on each line; returns how many failed.
/// A failure ends its own command and no other.
pub fn converse(client: &mut Client, mut input: Input) -> Result<usize> {
    let mut failed = 0;
    while let Some(line) = input.line()? {
        match command(client, without_newline(&line)) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) => {
                complain(e);
                failed += 1;
            }
        }
    }
    Ok(failed)
}

/// Carries out one command; false means quit.
fn command(client: &mut Client, line: &[u8]) -> Result<bool> {
    let line = str::from_utf8(line)
        .context("commands are UTF-8, as file names are on this wire")?
        .trim();
    // The rest of the line is one name, spaces included.
    let (word, rest) =
        line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match (word, rest.trim()) {
        ("", _) => {}
        ("get", "") => bail!("get what? type get NAME; list shows the names"),
        ("get", name) => get(client, name)?,
        ("list", "") => list(client)?,
        ("help", "") => {
            tell("get NAME   download a file; NAME is the rest of the line");
            tell("list       show what the server offers");
            tell("help       show this");
            tell("quit       leave, as the end of the input does");
        }
        ("quit", "") => return Ok(false),
        _ => bail!(
            "unknown command: {}; type help for those there are",
            line.chars().take(40).collect::<String>()
        ),
    }
    Ok(true)
}

/// Downloads a file, and says where it is.
pub fn get(client: &mut Client, name: &str) -> Result<()> {
    let (path, saved) = client.get(name)?;
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(&path);
    report(format_args!(
        "{}: {} bytes, {} {}, saved as {}",
        printable(name.as_bytes()),
        saved.size,
        saved.algorithm.name(),
        saved.digest,
        printable(path.as_os_str().as_encoded_bytes())
    ));
    Ok(())
}

/// Shows the files that the server offers.
pub fn list(client: &mut Client) -> Result<()> {
    client.list(|entry| {
        let name = printable(entry.filename.as_bytes());
        tell(format_args!("{:>12}  {name}", entry.file_size));
    })
}
