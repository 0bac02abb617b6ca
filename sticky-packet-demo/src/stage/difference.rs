//! What differs between two files of the lesson, and what comes of it.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use common::output::print;
use common::trace::Trace;
use similar::{ChangeTag, TextDiff};

use super::experiment::{Delivery, over_tcp};
use super::scenes::{ACTS, Act};
use super::screen::print_title;
use super::tour::show;
use crate::relay::pieces::Pieces;

/// What can be compared: all but UDP, which has no stream.
pub fn names() -> impl Iterator<Item = &'static str> {
    let over_tcp = ACTS.iter().filter(|act| act.scenes[0].protocol.is_some());
    over_tcp.map(|act| act.name)
}

/// Shows the lines that differ between two files, then what both make of the same
/// delivery.
pub fn run(
    [old, new]: [&str; 2],
    pieces: &Pieces,
    trace: &Trace,
) -> Result<()> {
    let named = |name| ACTS.iter().find(|act: &&Act| act.name == name);
    let [old, new] = [old, new].map(|name| named(name).unwrap_or(&ACTS[0]));
    let [old_code, new_code] = [old, new].map(|act| code(act.source));
    let difference = TextDiff::from_lines(&old_code, &new_code);
    let [removed, added] = [ChangeTag::Delete, ChangeTag::Insert].map(|tag| {
        let lines = difference.iter_all_changes();
        lines.filter(|line| line.tag() == tag).count()
    });
    let lines = if removed == 1 { "line" } else { "lines" };
    print_title(&format!(
        "From {} to {}: {removed} {lines} removed, {added} added",
        old.file(),
        new.file(),
    ))?;
    print("")?;
    for (i, hunk) in difference.grouped_ops(CONTEXT).iter().enumerate() {
        if i > 0 {
            print("  ...")?;
        }
        for line in hunk.iter().flat_map(|op| difference.iter_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Delete => ('-', AnsiColor::Red.on_default()),
                ChangeTag::Insert => ('+', AnsiColor::Green.on_default()),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let line = format!("{sign}{}", line.value());
            print(format!("{style}{}{style:#}", line.trim_end()))?;
        }
    }

    print("")?;
    print_title(&format!("Both on the same network: --pieces {pieces}"))?;
    for act in [old, new] {
        print(format!("\n{}", act.file()))?;
        if let Some(protocol) = act.scenes[0].protocol {
            let delivery = Delivery::InPieces(pieces.clone());
            let sent = act.scenes[0].messages();
            show(&over_tcp(protocol, &sent, delivery, trace)?)?;
        }
    }
    Ok(())
}

/// How many lines are shown around those that differ.
const CONTEXT: usize = 3;

/// A source without the comment that introduces the file.
fn code(source: &str) -> String {
    let is_intro = |line: &&str| line.starts_with("//!") || line.is_empty();
    let lines = source.lines().skip_while(is_intro);
    lines.map(|line| format!("{line}\n")).collect()
}
