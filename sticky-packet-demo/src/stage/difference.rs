//! What differs between two files of the lesson, and what comes of it.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use common::output::print;
use common::trace::Trace;
use similar::{ChangeTag, TextDiff};

use super::experiment::{
    BROKEN, Delivery, FIXED, FRAMED, HALF_FIXED, Protocol, over_tcp,
};
use super::scenes::Messages;
use super::screen::print_title;
use super::tour::{Network, show};

/// A file of the lesson, as it was compiled.
struct Version {
    name: &'static str,
    file: &'static str,
    source: &'static str,
    protocol: Protocol,
}

const VERSIONS: [Version; 4] = [
    Version {
        name: "broken",
        file: "src/broken.rs",
        source: include_str!("../broken.rs"),
        protocol: BROKEN,
    },
    Version {
        name: "half-fixed",
        file: "src/half_fixed.rs",
        source: include_str!("../half_fixed.rs"),
        protocol: HALF_FIXED,
    },
    Version {
        name: "fixed",
        file: "src/fixed.rs",
        source: include_str!("../fixed.rs"),
        protocol: FIXED,
    },
    Version {
        name: "framed",
        file: "src/framed.rs",
        source: include_str!("../framed.rs"),
        protocol: FRAMED,
    },
];

/// What the two files are called on the command line.
pub const NAMES: [&str; 4] = ["broken", "half-fixed", "fixed", "framed"];

/// Shows the lines that differ between two files, then what both make of the same
/// delivery.
pub fn run(
    [old, new]: &[String; 2],
    network: Network,
    trace: &Trace,
) -> Result<()> {
    let [old, new] = [old, new].map(|name| {
        let named = VERSIONS.iter().find(|version| version.name == *name);
        named.unwrap_or(&VERSIONS[0])
    });
    let [before, after] = [old, new].map(|version| code(version.source));
    let difference = TextDiff::from_lines(&before, &after);
    let changed = |tag| {
        let lines = difference.iter_all_changes();
        lines.filter(|line| line.tag() == tag).count()
    };
    let (removed, added) =
        (changed(ChangeTag::Delete), changed(ChangeTag::Insert));
    let lines = if removed == 1 { "line" } else { "lines" };
    print_title(&format!(
        "From {} to {}: {removed} {lines} removed, {added} added",
        old.file, new.file
    ))?;
    print("")?;
    let hunks = difference.grouped_ops(CONTEXT);
    for (i, hunk) in hunks.iter().enumerate() {
        if i > 0 {
            print("  ...")?;
        }
        for line in hunk.iter().flat_map(|op| difference.iter_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Delete => ('-', AnsiColor::Red.on_default()),
                ChangeTag::Insert => ('+', AnsiColor::Green.on_default()),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let text = line.value().trim_end();
            let line = format!("{sign}{text}");
            print(format!("{style}{}{style:#}", line.trim_end()))?;
        }
    }

    let Network { pieces, text } = network;
    print("")?;
    print_title(&format!("Both on the same network: --pieces {text}"))?;
    for version in [old, new] {
        print(format!("\n{}", version.file))?;
        let messages = Messages::Usual.bytes();
        let delivery = Delivery::InPieces(pieces.clone());
        let outcome = over_tcp(&version.protocol, &messages, delivery, trace)?;
        show(&outcome, &[])?;
    }
    Ok(())
}

/// How many lines are shown around those that differ.
const CONTEXT: usize = 3;

/// A source without the comment that introduces the file.
fn code(source: &str) -> String {
    let lines = source.lines().skip_while(|line| line.starts_with("//!"));
    let lines = lines.skip_while(|line| line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(old: usize, new: usize) -> usize {
        let [old, new] = [old, new].map(|i| code(VERSIONS[i].source));
        let difference = TextDiff::from_lines(&old, &new);
        let changes = difference.iter_all_changes();
        changes.filter(|line| line.tag() != ChangeTag::Equal).count()
    }

    #[test]
    fn from_half_fixed_to_fixed_no_more_than_24_lines_change() {
        assert!(changed(1, 2) <= 24, "{}", changed(1, 2));
    }

    #[test]
    fn every_name_is_a_version() {
        assert!(VERSIONS.iter().map(|version| version.name).eq(NAMES));
    }
}
