//! Rows over the same bytes of a stream, one below the other, as a picture.

use std::collections::BTreeSet;
use std::ops::Range;

use anstyle::{AnsiColor, Style};

/// A byte that no read returned, and that the receiver believes in.
pub const BELIEVED: &str = "?";

/// The bytes that were written, each with the block of its message.
pub struct Byte {
    pub byte: u8,
    pub block: Style,
    /// Of the message itself, and not of what was put in front of it.
    pub payload: bool,
}

/// A row of the ruler: its name, and the parts of the stream marked on it.
pub struct Row {
    pub name: &'static str,
    pub parts: Vec<Part>,
}

pub struct Part {
    pub range: Range<usize>,
    /// From here to its end the receiver only believes in its bytes.
    pub believed: usize,
    /// One block for all of it; `None`: each byte has that of its message.
    pub block: Option<Style>,
}

impl Part {
    pub fn new(range: Range<usize>) -> Self {
        Self { believed: range.end, range, block: None }
    }
}

pub struct Picture {
    pub stream: Vec<Byte>,
    pub rows: Vec<Row>,
}

impl Picture {
    /// Which bytes are shown, `None` for some that are left out, on lines of this width.
    pub fn cells(&self, width: usize) -> Vec<Option<usize>> {
        let parts = self.rows.iter().flat_map(|row| &row.parts);
        let edges =
            parts.flat_map(|p| [p.range.start, p.believed, p.range.end]);
        let edges = edges.chain([0, self.stream.len()]);
        let edges: Vec<_> =
            edges.collect::<BTreeSet<_>>().into_iter().collect();

        let mut cells = Vec::new();
        // Shows as much as fits of each stretch without an edge.
        for ends in [usize::MAX / 2, 12, 6, 3, 2, 1] {
            cells.clear();
            for stretch in edges.windows(2) {
                let (start, end) = (stretch[0], stretch[1]);
                if end - start <= 2 * ends + 1 {
                    cells.extend((start..end).map(Some));
                } else {
                    cells.extend((start..start + ends).map(Some));
                    cells.push(None);
                    cells.extend((end - ends..end).map(Some));
                }
            }
            if self.width(&cells) <= width {
                return cells;
            }
        }
        // Still too long: then as much of the beginning as fits in front of " ..".
        let mut taken = self.width(&[None]);
        let fitting = cells.iter().take_while(|cell| {
            taken += self.text(**cell).len() + 1;
            taken <= width
        });
        cells.truncate(fitting.count());
        cells.pop_if(|last| last.is_none());
        cells.push(None);
        cells
    }

    pub fn width(&self, cells: &[Option<usize>]) -> usize {
        let cells = cells.iter().map(|cell| self.text(*cell).len() + 1);
        "  message  |".len() + cells.sum::<usize>()
    }

    /// A byte of a message as a letter where it is one, else in hex.
    fn text(&self, cell: Option<usize>) -> String {
        match cell.map(|at| &self.stream[at]) {
            None => "..".into(),
            Some(Byte { byte: byte @ b' '..=b'~', payload: true, .. }) => {
                char::from(*byte).into()
            }
            Some(Byte { byte, .. }) => format!("{byte:02x}"),
        }
    }

    /// One row. A byte outside of its parts stays blank.
    pub fn line(&self, row: &Row, cells: &[Option<usize>]) -> String {
        let parts = &row.parts;
        let is_edge =
            |at| parts.iter().any(|p| p.range.start == at || p.range.end == at);
        let end = parts.iter().map(|p| p.range.end).max().unwrap_or(0);
        let mut spans = vec![(Style::new(), format!("  {:<9}", row.name))];
        let mut before = None; // part and style of the cell before
        let mut next = 0; // its place in the stream
        for (i, cell) in cells.iter().enumerate() {
            let at = cell.unwrap_or(next);
            // What is left out at the end can hold more than one part.
            let is_rest = cell.is_none() && i + 1 == cells.len();
            let part = parts.iter().position(|p| p.range.contains(&at));
            let mut text = self.text(*cell);
            let columns = text.len();
            let shown = match part {
                Some(part) if at >= parts[part].believed => {
                    text = BELIEVED.into();
                    Some((part, AnsiColor::Red.on_default().bold()))
                }
                Some(part) => {
                    let own = self.stream[at].block;
                    Some((part, parts[part].block.unwrap_or(own)))
                }
                None if is_rest && at < end => Some((usize::MAX, Style::new())),
                None => {
                    text.clear();
                    None
                }
            };
            let style = shown.map_or(Style::new(), |(_, style)| style);
            match is_edge(at) {
                true => push(&mut spans, Style::new(), "|"),
                false if shown == before => push(&mut spans, style, " "),
                false => push(&mut spans, Style::new(), " "),
            }
            push(&mut spans, style, &format!("{text:columns$}"));
            before = shown;
            next = if is_rest { self.stream.len() } else { at + 1 };
        }
        if next >= end && before.is_some() {
            push(&mut spans, Style::new(), "|");
        }
        let spans =
            spans.iter().map(|(style, text)| format!("{style}{text}{style:#}"));
        spans.collect::<String>().trim_end().into()
    }
}

/// Adds a text to a line, to the last span of it where that has the same style.
fn push(spans: &mut Vec<(Style, String)>, style: Style, text: &str) {
    match spans.last_mut() {
        Some((last, span)) if *last == style => *span += text,
        _ => spans.push((style, text.into())),
    }
}
