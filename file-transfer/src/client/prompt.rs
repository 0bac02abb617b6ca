//! The client's commands, typed or given on the command line, and what they print.

use std::slice::from_ref;

use anyhow::{Context, Result, bail};
use common::input::Input;
use common::output::{bytes, is_closed_pipe, log_error, print};
use common::printable::printable;

use crate::client::Client;
use crate::client::typed::{meant, shown};

/// What a line of the input asks for.
enum Command {
    Nothing,
    Get(String),
    List,
    Help,
    Quit,
}

/// Carries out the commands of the input, one on each line; returns how many failed.
/// A failure ends its own command and no other.
pub fn converse(client: &mut Client, mut input: Input) -> Result<usize> {
    let mut failed = 0;
    while let Some(line) = input.line()? {
        let next = input.line_ahead().and_then(|line| parse(line).ok());
        let next = match &next {
            Some(Command::Get(name)) => from_ref(name),
            _ => &[],
        };
        let done = match parse(&line) {
            Ok(Command::Nothing) => Ok(()),
            Ok(Command::Get(name)) => get(client, &name, next),
            Ok(Command::List) => list(client),
            Ok(Command::Help) => help(),
            Ok(Command::Quit) => break,
            Err(e) => Err(e),
        };
        failed += failures(done);
    }
    Ok(failed)
}

/// Downloads these files, one after the other; returns how many failed.
pub fn get_all<'a>(
    client: &mut Client,
    names: impl Iterator<Item = &'a String>,
) -> usize {
    let names: Vec<_> = names.map(|name| meant(name)).collect();
    let mut next = &names[..];
    let mut failed = 0;
    while let Some((name, rest)) = next.split_first() {
        failed += failures(get(client, name, rest));
        next = rest;
    }
    failed
}

/// Logs why a command failed; returns how many failures that is. A closed stdout is
/// none: nobody reads any more (`| head -1`), but the files are still wanted.
fn failures(done: Result<()>) -> usize {
    let Err(e) = done else { return 0 };
    if is_closed_pipe(e.as_ref()) {
        return 0;
    }
    log_error(e);
    1
}

fn parse(line: &[u8]) -> Result<Command> {
    // Windows PowerShell puts a byte order mark in front of what it pipes.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = str::from_utf8(line)
        .context("commands are UTF-8, as file names are on this wire")?
        .trim();
    // The rest of the line is one name, spaces included.
    let (word, rest) =
        line.split_once(char::is_whitespace).unwrap_or((line, ""));
    Ok(match (word, rest) {
        ("", _) => Command::Nothing,
        ("get", "") => bail!("get what? type get NAME; list shows the names"),
        ("get", name) => Command::Get(meant(name)),
        ("list", "") => Command::List,
        ("help", "") => Command::Help,
        ("quit", "") => Command::Quit,
        _ => bail!(
            "unknown command: {}; type help for those there are",
            line.chars().take(40).collect::<String>()
        ),
    })
}

fn help() -> Result<()> {
    print("get NAME   download a file; NAME is the rest of the line")?;
    print("list       show what the server offers")?;
    print("help       show this")?;
    print("quit       leave, as the end of the input does")?;
    Ok(())
}

/// Downloads a file, and prints where it is.
fn get(client: &mut Client, name: &str, next: &[String]) -> Result<()> {
    let saved = client.get(name, next)?;
    let resumed = match saved.resumed {
        0 => String::new(),
        here => format!(" (from byte {here} on)"),
    };
    print(format_args!(
        "{}: {}{resumed}, {} {}, saved as {}",
        printable(name.as_bytes()),
        bytes(saved.size),
        saved.digest.algorithm.name(),
        saved.digest.hex,
        printable(saved.path.as_os_str().as_encoded_bytes())
    ))?;
    Ok(())
}

/// Prints the files that the server offers.
pub fn list(client: &mut Client) -> Result<()> {
    client.list(|entry| {
        let name = shown(&entry.filename);
        print(format_args!("{:>12}  {name}", entry.file_size))?;
        Ok(())
    })
}
