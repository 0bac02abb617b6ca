//! How the matrix is drawn: as wide as the terminal allows.

use anstyle::AnsiColor;
use common::output::{StdoutError, print};

use super::deliveries::COLUMNS;

/// How one remedy did under one delivery.
#[derive(Clone, Debug)]
pub struct Cell {
    pub intact: usize,
    pub sent: usize,
    /// Everything that was sent was received, and nothing else.
    pub whole: bool,
    pub payload: usize,
    pub written: usize,
}

pub struct Row {
    pub name: &'static str,
    pub cells: Vec<Cell>,
}

/// What two columns each have in common, and how to say it where there is less
/// room.
const GROUPS: [(&str, &str); 3] = [
    ("reader:", "reader:"),
    ("busy, messages:", "messages:"),
    ("pieces:", "pieces:"),
];

/// How many columns of the screen each column of the table gets.
pub struct Layout {
    name: usize,
    cells: [usize; COLUMNS.len()],
    /// Is there room for "99/100" in place of "99"?
    wide: bool,
    missing: Option<(usize, usize)>,
}

impl Layout {
    pub fn for_width(width: usize) -> Self {
        let layout = |name, cells: [usize; COLUMNS.len()], wide| {
            let needed = name + cells.iter().sum::<usize>();
            let missing = (needed > width).then_some((needed, width));
            Self { name, cells, wide, missing }
        };
        let wide = layout(24, [9; COLUMNS.len()], true);
        if wide.missing.is_none() {
            return wide;
        }
        layout(20, COLUMNS.map(|column| column.title.len().max(4) + 1), false)
    }

    pub fn print_titles(&self) -> Result<(), StdoutError> {
        if let Some((needed, width)) = self.missing {
            print(format!(
                "(The table needs {needed} columns, and has {width}.)"
            ))?;
        }
        let mut groups = format!("{:1$}", "", self.name);
        let mut titles = format!("{:1$}", "", self.name);
        for (pair, (long, short)) in self.cells.chunks(2).zip(GROUPS) {
            let width = pair.iter().sum();
            let group = if self.wide { long } else { short };
            groups += &format!("{group:>width$}");
        }
        for (column, width) in COLUMNS.iter().zip(self.cells) {
            titles += &format!("{:>width$}", column.title);
        }
        print(groups)?;
        print(titles)
    }

    pub fn print_row(&self, row: &Row) -> Result<(), StdoutError> {
        let mut line = format!("{:1$}", row.name, self.name);
        for (cell, width) in row.cells.iter().zip(self.cells) {
            let text = match self.wide {
                true => format!("{}/{}", cell.intact, cell.sent),
                false => cell.intact.to_string(),
            };
            let colour =
                if cell.whole { AnsiColor::Green } else { AnsiColor::Red };
            let style = colour.on_default();
            line += &format!("{style}{text:>width$}{style:#}");
        }
        print(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_60_columns_and_says_when_it_does_not() {
        for width in [57, 60, 77, 78, 100] {
            let Layout { name, cells, wide, missing } =
                Layout::for_width(width);
            assert!(name + cells.iter().sum::<usize>() <= width);
            assert_eq!((wide, missing), (width >= 78, None));
        }
        assert_eq!(Layout::for_width(56).missing, Some((57, 56)));
    }
}
