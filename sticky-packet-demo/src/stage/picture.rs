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
}

impl Part {
    pub fn new(range: Range<usize>) -> Self {
        Self { believed: range.end, range }
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
        let is_edge = |at| {
            row.parts.iter().any(|p| p.range.start == at || p.range.end == at)
        };
        let part_at = |at| row.parts.iter().position(|p| p.range.contains(&at));
        let end = row.parts.iter().map(|p| p.range.end).max().unwrap_or(0);
        let mut line = Line::new(format!("  {:<9}", row.name));
        let mut before = None; // part and style of the cell before
        let mut next = 0; // its place in the stream
        for (i, cell) in cells.iter().enumerate() {
            let at = cell.unwrap_or(next);
            // What is left out at the end can hold more than one part.
            let rest = cell.is_none() && i + 1 == cells.len();
            let text = self.text(*cell);
            let columns = text.len();
            let (shown, text) = match part_at(at) {
                None if rest && at < end => {
                    (Some((usize::MAX, Style::new())), text)
                }
                None => (None, String::new()),
                Some(part) if at >= row.parts[part].believed => {
                    let style = AnsiColor::Red.on_default().bold();
                    (Some((part, style)), BELIEVED.into())
                }
                Some(part) => (Some((part, self.stream[at].block)), text),
            };
            let style = shown.map_or(Style::new(), |(_, style)| style);
            match is_edge(at) {
                true => line.push("|", Style::new()),
                false if shown == before => line.push(" ", style),
                false => line.push(" ", Style::new()),
            }
            line.push(&format!("{text:columns$}"), style);
            before = shown;
            next = if rest { self.stream.len() } else { at + 1 };
        }
        if next >= end && before.is_some() {
            line.push("|", Style::new());
        }
        line.end()
    }
}

/// A line made of pieces in different styles.
struct Line {
    done: String,
    style: Style,
    piece: String,
}

impl Line {
    fn new(start: String) -> Self {
        Self { done: String::new(), style: Style::new(), piece: start }
    }

    fn push(&mut self, text: &str, style: Style) {
        if style != self.style {
            self.close();
            self.style = style;
        }
        self.piece += text;
    }

    fn close(&mut self) {
        let style = self.style;
        self.done += &format!("{style}{}{style:#}", self.piece);
        self.piece.clear();
    }

    fn end(mut self) -> String {
        self.close();
        self.done.trim_end().into()
    }
}
