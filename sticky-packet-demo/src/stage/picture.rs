//! Rows over the same bytes of a stream, one below the other, as a picture.

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

/// A row of the ruler: its name, and for each byte of the stream the part of the row that
/// lies on it, if one does.
pub struct Row {
    pub name: &'static str,
    pub marks: Vec<Option<Mark>>,
}

#[derive(Clone, Copy, PartialEq)]
pub struct Mark {
    pub part: usize,
    /// `None`: the receiver only believes in this byte.
    pub block: Option<Style>,
}

impl Row {
    fn mark(&self, at: usize) -> Option<Mark> {
        self.marks.get(at).copied().flatten()
    }

    fn has_more(&self, from: usize) -> bool {
        self.marks.iter().skip(from).any(Option::is_some)
    }

    /// Does a part begin or end in front of this byte?
    fn is_edge(&self, at: usize) -> bool {
        let part = |at| self.mark(at).map(|mark| mark.part);
        part(at) != at.checked_sub(1).and_then(part)
    }
}

pub struct Picture {
    pub stream: Vec<Byte>,
    pub rows: Vec<Row>,
}

impl Picture {
    /// What lines of this width show in one place each: a byte, or some that are left
    /// out.
    pub fn cells(&self, width: usize) -> Vec<Range<usize>> {
        let is_edge = |at| self.rows.iter().any(|row| row.is_edge(at));
        let inside = (1..self.stream.len()).filter(|at| is_edge(*at));
        let edges: Vec<_> = inside.chain([self.stream.len()]).collect();

        let mut cells = Vec::new();
        // Shows as much as fits of each stretch without an edge.
        for ends in [usize::MAX / 2, 12, 6, 3, 2, 1] {
            cells.clear();
            let mut start = 0;
            for &end in &edges {
                let mut left_out = start + ends..end.saturating_sub(ends);
                if left_out.len() < 2 {
                    left_out = end..end;
                }
                cells.extend((start..left_out.start).map(|at| at..at + 1));
                cells
                    .extend((!left_out.is_empty()).then_some(left_out.clone()));
                cells.extend((left_out.end..end).map(|at| at..at + 1));
                start = end;
            }
            if self.width(&cells) <= width {
                return cells;
            }
        }
        // Still too long: then as much of the beginning as fits in front of " ..".
        let mut taken = self.width(&[]) + " ..".len();
        let fitting = cells.iter().take_while(|cell| {
            taken += self.text(cell).len() + 1;
            taken <= width
        });
        cells.truncate(fitting.count());
        cells.pop_if(|last| last.len() > 1);
        let end = cells.last().map_or(0, |last| last.end);
        cells.push(end..self.stream.len());
        cells
    }

    pub fn width(&self, cells: &[Range<usize>]) -> usize {
        let cells = cells.iter().map(|cell| self.text(cell).len() + 1);
        "  message  |".len() + cells.sum::<usize>()
    }

    /// A byte of a message as a letter where it is one, else in hex.
    fn text(&self, cell: &Range<usize>) -> String {
        match &self.stream[cell.start] {
            _ if cell.len() > 1 => "..".into(),
            Byte { byte: byte @ b' '..=b'~', payload: true, .. } => {
                char::from(*byte).into()
            }
            Byte { byte, .. } => format!("{byte:02x}"),
        }
    }

    /// One row. A byte outside of its parts stays blank.
    pub fn line(&self, row: &Row, cells: &[Range<usize>]) -> String {
        let (plain, red) = (Style::new(), AnsiColor::Red.on_default().bold());
        let (mut line, mut now) = (format!("  {:<9}", row.name), plain);
        let mut put = |style: Style, text: &str| {
            if style != now {
                line += &format!("{now:#}{style}");
                now = style;
            }
            line += text;
        };
        let mut before = None;
        for cell in cells {
            let mark = row.mark(cell.start);
            let text = self.text(cell);
            let (style, shown) = match mark {
                Some(Mark { block: Some(block), .. }) => (block, text.as_str()),
                Some(_) => (red, BELIEVED),
                // What is left out at the end can hold the row's next part.
                None if cell.len() > 1 && row.has_more(cell.start) => {
                    (plain, text.as_str())
                }
                None => (plain, ""),
            };
            let bar = if row.is_edge(cell.start) { "|" } else { " " };
            put(if mark == before { style } else { plain }, bar);
            put(style, &format!("{shown:0$}", text.len()));
            before = mark;
        }
        put(plain, if row.is_edge(self.stream.len()) { "|" } else { "" });
        line.trim_end().into()
    }
}
