//! The client's commands, typed or given on the command line, and what they print.

use anyhow::{Context, Result, bail};
use common::input::Input;
use common::output::{StdoutError, bytes, log_error, print, without_newline};
use common::printable::printable;

use crate::client::Client;

/// Carries out the commands of the input, one on each line; returns how many failed.
/// A failure ends its own command and no other.
pub fn converse(client: &mut Client, mut input: Input) -> Result<usize> {
    let mut failed = 0;
    let mut first = true;
    while let Some(line) = input.line()? {
        let mut line = without_newline(&line);
        if first {
            // Windows PowerShell puts a byte order mark in front of what it pipes.
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            first = false;
        }
        match command(client, line) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) => failed += log_failure(&e),
        }
    }
    Ok(failed)
}

/// Downloads these files, one after the other; returns how many failed.
pub fn get_all<'a>(
    client: &mut Client,
    names: impl Iterator<Item = &'a String>,
) -> usize {
    let results = names.map(|name| get(client, name));
    results.filter_map(Result::err).map(|e| log_failure(&e)).sum()
}

/// Logs why a command failed; returns how many failures that is. A closed stdout is
/// none: nobody reads any more (`| head -1`), but the files are still wanted.
fn log_failure(e: &anyhow::Error) -> usize {
    let stdout = e.downcast_ref::<StdoutError>();
    if stdout.is_some_and(StdoutError::is_closed_pipe) {
        return 0;
    }
    log_error(e);
    1
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
        ("get", name) => get(client, without_quotes(name))?,
        ("list", "") => list(client)?,
        ("help", "") => {
            print("get NAME   download a file; NAME is the rest of the line")?;
            print("list       show what the server offers")?;
            print("help       show this")?;
            print("quit       leave, as the end of the input does")?;
        }
        ("quit", "") => return Ok(false),
        _ => bail!(
            "unknown command: {}; type help for those there are",
            line.chars().take(40).collect::<String>()
        ),
    }
    Ok(true)
}

/// The name in quotes, as a shell would take it. No file's name has quotes of its own:
/// Windows refuses them.
fn without_quotes(name: &str) -> &str {
    let inside = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inside.unwrap_or(name)
}

/// Downloads a file, and prints where it is.
fn get(client: &mut Client, name: &str) -> Result<()> {
    let saved = client.get(name)?;
    let here = std::env::current_dir().unwrap_or_default();
    let path = saved.path.strip_prefix(here).unwrap_or(&saved.path);
    print(format_args!(
        "{}: {}, {} {}, saved as {}",
        printable(name.as_bytes()),
        bytes(saved.size),
        saved.digest.algorithm.name(),
        saved.digest.hex,
        printable(path.as_os_str().as_encoded_bytes())
    ))?;
    Ok(())
}

/// Prints the files that the server offers.
pub fn list(client: &mut Client) -> Result<()> {
    client.list(|entry| {
        let name = printable(entry.filename.as_bytes());
        print(format_args!("{:>12}  {name}", entry.file_size))?;
        Ok(())
    })
}
