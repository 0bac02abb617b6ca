//! Two rows of bytes, one above the other, at the place where they part.

use common::printable::hex;

/// How many bytes a row shows: 12 of them fit into 80 columns.
const ROW: usize = 12;

/// The first byte that differs; the length of the shorter one when one of them
/// begins with the other; `None` when they are the same.
pub fn parting(wanted: &[u8], came: &[u8]) -> Option<usize> {
    let same = wanted.iter().zip(came).take_while(|(a, b)| a == b);
    (wanted != came).then(|| same.count())
}

/// What was wanted above what came, and a mark below the first difference.
pub fn compared(wanted: &[u8], came: &[u8]) -> Vec<String> {
    let Some(at) = parting(wanted, came) else {
        return Vec::new();
    };
    // Some bytes in front of the difference show where in the data it is.
    let longest = wanted.len().max(came.len());
    let start = if longest <= ROW { 0 } else { at.saturating_sub(4) };
    let mut lines = Vec::new();
    if start > 0 {
        lines.push(format!("from byte {start} on:"));
    }
    for (what, bytes) in [("wanted", wanted), ("came  ", came)] {
        lines.push(match bytes {
            [] => format!("{what}  nothing"),
            _ => format!("{what}  {}", row(&bytes[start..], ROW)),
        });
    }
    if !wanted.is_empty() && !came.is_empty() {
        lines.push(format!("        {}^^", "   ".repeat(at - start)));
    }
    lines
}

/// The first bytes of something, with its length, which takes room, too.
pub fn beginning(bytes: &[u8]) -> String {
    let size = common::output::bytes(bytes.len());
    format!("{size}  {}", row(bytes, bytes.len().min(ROW - 2)))
}

/// So many bytes in hex, with `--` where there are no more, and as text: one column for
/// each, so that the two can be compared.
fn row(bytes: &[u8], many: usize) -> String {
    let shown = &bytes[..bytes.len().min(many)];
    let gap = " --".repeat(many - shown.len());
    let more = if bytes.len() > many { " ..." } else { "" };
    let text = shown.iter().map(|byte| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    });
    let text: String = text.collect();
    format!("{}{gap}  |{text}|{more}", hex(shown))
}
