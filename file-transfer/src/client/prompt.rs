//! The client's commands, typed or given on the command line, and what they print.

use anyhow::{Context, Result, bail};
use common::input::Input;
use common::output::{bytes, is_closed_pipe, log_error, print};
use common::printable::printable;

use crate::client::Client;

const HELP: &str = "\
get NAME   download a file; NAME is the rest of the line
list       show what the server offers
help       show this
quit       leave, as the end of the input does";

/// Carries out the commands of the input, one on each line; returns how many failed.
/// A failure ends its own command and no other.
pub fn converse(client: &mut Client, mut input: Input) -> Result<usize> {
    let mut failed = 0;
    while let Some(line) = input.line()? {
        let ahead = input.line_ahead().and_then(|line| text(line).ok());
        let next = match ahead.map(words) {
            Some(("get", name)) => vec![meant(name)],
            _ => Vec::new(),
        };
        let line = text(&line);
        if let Ok("quit") = line {
            break;
        }
        let done = line.and_then(|line| carry_out(client, line, &next));
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
    let each = names.iter().zip(1..);
    each.map(|(name, n)| failures(get(client, name, &names[n..]))).sum()
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

fn text(line: &[u8]) -> Result<&str> {
    // Windows PowerShell puts a byte order mark in front of what it pipes.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = str::from_utf8(line)
        .context("commands are UTF-8, as file names are on this wire")?;
    Ok(line.trim())
}

/// The command, and the rest of its line: that is one name, the spaces in it included.
fn words(line: &str) -> (&str, &str) {
    let (command, rest) =
        line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (command, rest.trim_start())
}

fn carry_out(client: &mut Client, line: &str, next: &[String]) -> Result<()> {
    match words(line) {
        ("", _) => Ok(()),
        ("get", "") => bail!("get what? type get NAME; list shows the names"),
        ("get", name) => get(client, &meant(name), next),
        ("list", "") => list(client),
        ("help", "") => Ok(print(HELP)?),
        _ => bail!(
            "unknown command: {}; type help to see them all",
            line.chars().take(40).collect::<String>()
        ),
    }
}

/// Downloads a file, and prints where it is.
fn get(client: &mut Client, name: &str, next: &[String]) -> Result<()> {
    let (saved, digest) = client.get(name, next)?;
    let resumed = match saved.resumed {
        0 => String::new(),
        here => format!(" (from byte {here} on)"),
    };
    print(format_args!(
        "{}: {}{resumed}, {} {}, saved as {}",
        printable(name.as_bytes()),
        bytes(saved.len),
        digest.algorithm.name(),
        digest.hex,
        printable(saved.path().as_os_str().as_encoded_bytes())
    ))?;
    Ok(())
}

pub fn list(client: &mut Client) -> Result<()> {
    let failed = format!("cannot list the files of {}", client.connection.addr);
    let listed = client.list(|entry| {
        let name = shown(&entry.filename);
        Ok(print(format_args!("{:>12}  {name}", entry.file_size))?)
    });
    listed.context(failed)
}

// Names as they are shown and as they are typed: what `list` shows can be typed back.

/// A name for a person: in quotes where it would not be understood without them, because
/// of a space at its start or its end, or of a character that cannot be seen.
fn shown(name: &str) -> String {
    let visible = printable(name.as_bytes());
    if visible == name && name.trim() == name {
        return visible;
    }
    format!("\"{visible}\"")
}

/// The name that somebody means who has typed this: without quotes, and `\u{202e}` is one
/// character. (No file's name has a quote or a backslash: Windows refuses them.)
fn meant(typed: &str) -> String {
    let inside = typed.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let typed = inside.unwrap_or(typed);
    let decoded = |part: &str| {
        let (code, rest) = part.split_once('}')?;
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        Some(format!("{c}{rest}"))
    };
    let mut parts = typed.split(r"\u{");
    let start = parts.next().unwrap_or_default().to_string();
    parts
        .try_fold(start, |name, part| Some(name + &decoded(part)?))
        .unwrap_or(typed.into())
}
