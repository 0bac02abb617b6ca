//! The ladder in letters, for a page without its picture.

use testing::lifelines::{Arrow, Rung};

use crate::ladder::Ladder;

/// A line for each rung.
pub fn text(ladder: &Ladder) -> String {
    let rungs = ladder.heads.iter().chain(&ladder.rungs);
    rungs.map(row).collect::<Vec<_>>().join("\n")
}

/// The columns of an arrow.
const ARROW: usize = 44;

fn row(rung: &Rung) -> String {
    let arrow = rung.arrow.as_ref().map(arrow).unwrap_or_default();
    let Rung { time, client, server, .. } = rung;
    let row = format!("{time:<11}  {client:<18} {arrow:<ARROW$} {server}");
    row.trim_end().into()
}

/// "--- FIN+ACK  seq 7  ack 7 ------>"
fn arrow(arrow: &Arrow) -> String {
    let says = format!(" {} ", arrow.says);
    let line = ARROW - 4;
    match arrow.to_the_right {
        true => format!("---{says:-<line$}>"),
        false => format!("<--{says:-<line$}-"),
    }
}
