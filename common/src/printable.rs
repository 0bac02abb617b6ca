//! Bytes for human eyes: text in any script as it is, and escaped what a terminal would
//! obey or nobody could see; and where text may be cut.

use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory,
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text as it is, all else escaped: `\n`, `\x1b`, `\u{202e}`.
///
/// Never print a peer's bytes without it: a terminal obeys the escape codes in them.
pub fn printable(bytes: &[u8]) -> String {
    let mut shown = String::new();
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        shown.extend(bytes.iter().map(|byte| char::from(*byte)));
        return shown; // plain letters, as most lines are
    }
    for chunk in bytes.utf8_chunks() {
        show(chunk.valid(), &mut shown);
        shown.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    shown
}

/// Bytes in hexadecimal: `68 65 6c`.
pub fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    digits.join(" ")
}

/// How far it is to the end of a character on the screen, in bytes: a flag has 28.
pub const NEAR: usize = 32;

/// The last place up to `most` that is between two characters on the screen. What is cut
/// there can be shown piece by piece.
pub fn boundary(bytes: &[u8], most: usize) -> usize {
    if most >= bytes.len() {
        return bytes.len();
    }
    // Between two code points, in text: the others have these two bits.
    let floor = |at: usize| {
        let mut near = (at.saturating_sub(3)..=at).rev();
        near.find(|i| bytes[*i] & 0xc0 != 0x80).unwrap_or(at)
    };
    let start = floor(most.saturating_sub(NEAR));
    let end = bytes.len().min(most + NEAR);
    let (mut at, mut last) = (start, None);
    for chunk in bytes[start..end].utf8_chunks() {
        let text = chunk.valid();
        let starts = text.grapheme_indices(true).map(|(start, _)| start);
        let ends = text.len()..=text.len() + chunk.invalid().len();
        let mut places = starts.chain(ends).map(|place| at + place);
        last = places.rfind(|place| *place <= most).or(last);
        at += text.len() + chunk.invalid().len();
    }
    last.filter(|at| *at > start || start == 0).unwrap_or(floor(most))
}

/// Shows one piece of text, one character on the screen after the other. Such a character
/// can be many code points: a letter and its accents, or a family of emoji.
fn show(text: &str, shown: &mut String) {
    let mut before = None;
    let mut clusters = text.graphemes(true).peekable();
    while let Some(cluster) = clusters.next() {
        let after = clusters.peek().and_then(|next| next.chars().next());
        let mut rest = cluster.chars().peekable();
        let visible = is_visible(cluster, before, after);
        while let Some(c) = rest.next() {
            let after = rest.peek().copied().or(after);
            if visible && is_harmless(c, cluster, before, after) {
                shown.push(c);
            } else {
                escape(c, shown);
            }
            before = Some(c);
        }
    }
}

/// Does a reader see this character?
fn is_visible(
    cluster: &str,
    before: Option<char>,
    after: Option<char>,
) -> bool {
    if cluster == "\u{2800}" {
        // The empty cell of Braille: a space in Braille, and nothing elsewhere.
        let braille = |c: char| ('\u{2800}'..='\u{28ff}').contains(&c);
        return before.is_some_and(braille) || after.is_some_and(braille);
    }
    cluster.width() > 0 && cluster != "\u{115f}" // a filler with a width
}

/// Is this code point text, and no instruction to the terminal?
fn is_harmless(
    c: char,
    cluster: &str,
    before: Option<char>,
    after: Option<char>,
) -> bool {
    match c.general_category() {
        // A joiner changes how its neighbours are drawn, in the scripts that need it
        // and in emoji. Elsewhere it is invisible.
        GeneralCategory::Format if matches!(c, '\u{200c}' | '\u{200d}') => {
            let joined = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
            joined(before) && joined(after)
        }
        // The signs around an Arabic number are visible, and so is the flag of England,
        // spelled by tags behind a black flag. What sets the direction of text is not.
        GeneralCategory::Format => {
            c.to_string().width() > 0 || cluster.starts_with('\u{1f3f4}')
        }
        GeneralCategory::LineSeparator => false,
        GeneralCategory::ParagraphSeparator => false,
        // Controls, and code points that no text has.
        _ => c.general_category_group() != GeneralCategoryGroup::Other,
    }
}

fn escape(c: char, shown: &mut String) {
    match c {
        // As a byte, so that an escape is \x1b, as in the hex beside it.
        _ if c.is_ascii() => {
            shown.extend([c as u8].escape_ascii().map(char::from))
        }
        _ => shown.extend(c.escape_unicode()),
    }
}
