//! The client's commands, typed or given on the command line, and what they show.

use anyhow::{Context, Result, bail};
use common::cli::{Input, complain, printable, report, tell, without_newline};
use common::trace::Trace;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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

/// A progress bar; indicatif shows it on a terminal only, twenty times a second. Between
/// the lines of a trace it would only be in the way.
pub fn progress(
    name: &str,
    here: u64,
    size: u64,
    trace: &Trace,
) -> ProgressBar {
    // Hidden until it is complete, since every change draws it.
    let terminal = ProgressDrawTarget::stderr();
    let bar = ProgressBar::hidden().with_position(here);
    if terminal.is_hidden() || !trace.is_off() {
        return bar;
    }
    bar.set_length(size);
    bar.set_message(printable(name.as_bytes()));
    let template = "{msg} [{wide_bar}] {percent}% of {total_bytes}, \
                    {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.reset_eta(); // what was here already has not come at this rate
    bar.set_draw_target(terminal);
    bar
}
