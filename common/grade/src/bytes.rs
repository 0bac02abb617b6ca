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
            _ => format!("{what}  {}", row(bytes, start)),
        });
    }
    if !wanted.is_empty() && !came.is_empty() {
        lines.push(format!("        {}^^", "   ".repeat(at - start)));
    }
    lines
}

/// The first bytes of something, with its length.
pub fn beginning(bytes: &[u8]) -> String {
    let most = ROW - 2; // the length takes room, too
    let size = crate::words::count(bytes.len(), "byte");
    let more = if bytes.len() > most { " ..." } else { "" };
    let shown = &bytes[..bytes.len().min(most)];
    let (hex, text) = (hex(shown), text(shown));
    if bytes.is_empty() {
        size
    } else {
        format!("{size}  {hex}  |{text}|{more}")
    }
}

/// One row of a hex dump; `--` where there is no byte any more.
fn row(bytes: &[u8], start: usize) -> String {
    let shown = bytes.get(start..).unwrap_or_default();
    let more = if shown.len() > ROW { " ..." } else { "" };
    let shown = &shown[..shown.len().min(ROW)];
    let mut hex = String::new();
    for place in 0..ROW {
        hex += &match shown.get(place) {
            Some(byte) => format!("{byte:02x} "),
            None => "-- ".into(),
        };
    }
    format!("{hex} |{}|{more}", text(shown))
}

/// One column for each byte, so that hex and text can be compared.
fn text(bytes: &[u8]) -> String {
    let shown = |b: &u8| match b {
        b' '..=b'~' => char::from(*b),
        _ => '.',
    };
    bytes.iter().map(shown).collect()
}
