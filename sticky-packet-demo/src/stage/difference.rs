//! What differs between two files of the lesson, and what comes of it.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use common::output::print;
use common::trace::Trace;
use similar::{ChangeTag, TextDiff};

use super::experiment::{
    BROKEN, Delivery, FIXED, FRAMED, HALF_FIXED, Protocol, over_tcp,
};
use super::scenes::usual_messages;
use super::screen::print_title;
use super::tour::{Network, show};

/// The files of the lesson as they were compiled, and what they are called on the
/// command line.
const VERSIONS: [(&str, &str, &str, Protocol); 4] = [
    ("broken", "src/broken.rs", include_str!("../broken.rs"), BROKEN),
    (
        "half-fixed",
        "src/half_fixed.rs",
        include_str!("../half_fixed.rs"),
        HALF_FIXED,
    ),
    ("fixed", "src/fixed.rs", include_str!("../fixed.rs"), FIXED),
    ("framed", "src/framed.rs", include_str!("../framed.rs"), FRAMED),
];

pub fn names() -> [&'static str; 4] {
    VERSIONS.map(|(name, ..)| name)
}

/// Shows the lines that differ between two files, then what both make of the same
/// delivery.
pub fn run(
    [old, new]: [&str; 2],
    network: &Network,
    trace: &Trace,
) -> Result<()> {
    let versions = [old, new].map(|wanted| {
        let named = VERSIONS.iter().find(|(name, ..)| *name == wanted);
        named.unwrap_or(&VERSIONS[0])
    });
    let [(_, old_file, old, _), (_, new_file, new, _)] = versions;
    let (old, new) = (code(old), code(new));
    let difference = TextDiff::from_lines(&old, &new);
    let changed = |tag| {
        let lines = difference.iter_all_changes();
        lines.filter(|line| line.tag() == tag).count()
    };
    let (removed, added) =
        (changed(ChangeTag::Delete), changed(ChangeTag::Insert));
    let lines = if removed == 1 { "line" } else { "lines" };
    print_title(&format!(
        "From {old_file} to {new_file}: {removed} {lines} removed, {added} added"
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
    let Network { pieces, text } = network;
    print_title(&format!("Both on the same network: --pieces {text}"))?;
    for (_, file, _, protocol) in versions {
        print(format!("\n{file}"))?;
        let delivery = Delivery::InPieces(pieces.clone());
        let outcome = over_tcp(protocol, &usual_messages(), delivery, trace)?;
        show(&outcome, &[])?;
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
