//! Every remedy that people propose against every delivery, each cell
//! counted in this run.

use anyhow::Result;
use common::failure::Failure;
use common::output::StdoutError;
use common::record::Call;
use common::trace::Trace;

use super::deliveries::{COLUMNS, LONG, PLAIN, messages};
use super::experiment::{
    BROKEN, FIXED, FRAMED, HALF_FIXED, Protocol, over_tcp,
};
use super::predict::Game;
use super::screen::{print_text, print_title, width};
use super::table::{Cell, Layout, Row};
use crate::broken::BUFFER;
use crate::remedies::{self, BIGGER, SIZE};

struct Remedy {
    name: &'static str,
    protocol: Protocol,
}

const REMEDIES: [Remedy; 9] = [
    Remedy { name: "one read per message", protocol: BROKEN },
    Remedy {
        name: "bigger buffer",
        protocol: Protocol { receive: remedies::receive_more, ..BROKEN },
    },
    Remedy {
        name: "TCP_NODELAY",
        protocol: Protocol { send: remedies::send_nodelay, ..BROKEN },
    },
    Remedy {
        name: "sleep between writes",
        protocol: Protocol { send: remedies::send_and_sleep, ..BROKEN },
    },
    Remedy {
        name: "newline delimiter",
        protocol: Protocol {
            send: remedies::send_line,
            receive: remedies::receive_line,
        },
    },
    Remedy {
        name: FIXED_SIZE,
        protocol: Protocol {
            send: remedies::send_padded,
            receive: remedies::receive_padded,
        },
    },
    Remedy { name: "prefix, single reads", protocol: HALF_FIXED },
    Remedy { name: REAL[0], protocol: FIXED },
    Remedy { name: REAL[1], protocol: FRAMED },
];

const FIXED_SIZE: &str = "fixed-size messages";

/// These two hold everywhere. All others are false remedies.
const REAL: [&str; 2] = ["prefix, exact reads", "common::frame"];

/// Fills the table, shows it, and checks that it says what the lesson says.
pub fn run(
    count: u64,
    seed: u64,
    game: Option<Game>,
    trace: &Trace,
) -> Result<()> {
    let table = fill(count, seed, game, trace)?;
    if table.len() == REMEDIES.len() {
        explain(&table)?;
    }
    Ok(())
}

/// The same for the end of the story, without the small print.
pub fn run_in_small(trace: &Trace) -> Result<()> {
    fill(20, 1, None, trace)?;
    Ok(())
}

fn fill(
    count: u64,
    seed: u64,
    mut game: Option<Game>,
    trace: &Trace,
) -> Result<Vec<Row>> {
    let layout = Layout::for_width(width());
    print_title(&format!(
        "Every remedy that people propose: how many of {count} messages arrived intact"
    ))?;
    layout.print_titles()?;
    let mut table = Vec::new();
    for remedy in &REMEDIES {
        if let Some(game) = &mut game
            && !game.ask_about_row(remedy.name)?
        {
            break;
        }
        let row = row(remedy, count as usize, seed, trace)?;
        layout.print_row(&row)?;
        if let Some(game) = &mut game {
            let whole = row.cells.iter().map(|cell| cell.whole);
            game.compare_row(&whole.collect::<Vec<_>>())?;
        }
        table.push(row);
    }
    if let Some(game) = game {
        game.print_score()?;
    }
    if let Some(contradiction) = contradiction(&table) {
        let seed = format!("with --messages {count} --seed {seed}");
        let remedy = "one of the two is wrong: find out which";
        let what = format!("the table contradicts the lesson: {contradiction}");
        return Err(Failure::new(what, seed, remedy).into());
    }
    Ok(table)
}

fn row(remedy: &Remedy, count: usize, seed: u64, trace: &Trace) -> Result<Row> {
    let cells = COLUMNS.iter().map(|column| {
        let sent = messages(column.messages, count, seed);
        let delivery = (column.delivery)(seed);
        let outcome = over_tcp(&remedy.protocol, &sent, delivery, trace)?;
        Ok(Cell {
            intact: outcome.intact(),
            sent: count,
            whole: outcome.is_whole(),
            payload: sent.iter().map(Vec::len).sum(),
            written: outcome.writes.iter().flatten().map(Call::len).sum(),
        })
    });
    let cells = cells.collect::<Result<_>>()?;
    Ok(Row { name: remedy.name, cells })
}

/// Says what the numbers were made with.
fn explain(table: &[Row]) -> Result<(), StdoutError> {
    let ((least, most), long) = (PLAIN, LONG - 1);
    print_text(
        "",
        &format!(
            "Buffer: {BUFFER} bytes; the bigger one: {BIGGER}. Messages: {least} \
             to {most} bytes, but under \"long\" every other one has over \
             {long}, and under \"newline\" contains a newline."
        ),
    )?;
    for row in table.iter().filter(|row| row.name == FIXED_SIZE) {
        let Cell { payload, written, .. } = row.cells[0];
        print_text(
            "",
            &format!(
                "Padding: {SIZE} bytes for each fixed-size message; {written} \
                 written to carry {payload}."
            ),
        )?;
    }
    Ok(())
}

/// What in the table is not as the lesson says: every false remedy fails
/// somewhere, and the real ones nowhere.
fn contradiction(table: &[Row]) -> Option<String> {
    for row in table {
        let failed = row.cells.iter().position(|cell| !cell.whole);
        match (REAL.contains(&row.name), failed) {
            (true, Some(column)) => {
                let title = COLUMNS[column].title;
                return Some(format!("{} failed at: {title}", row.name));
            }
            (false, None) => return Some(format!("{} never failed", row.name)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: &str = REAL[0];

    fn row(name: &'static str, verdicts: &str) -> Row {
        let cell = |c| Cell {
            intact: 0,
            sent: 1,
            whole: c == '+',
            payload: 0,
            written: 0,
        };
        Row { name, cells: verdicts.chars().map(cell).collect() }
    }

    #[test]
    fn a_table_as_the_lesson_says_is_no_contradiction() {
        let table = [
            row("sleep", "+-++++"),
            row(EXACT, "++++++"),
            row(REAL[1], "++++++"),
        ];
        assert_eq!(contradiction(&table), None);
    }

    #[test]
    fn a_false_remedy_that_never_fails_contradicts_the_lesson() {
        let table = [
            row("nodelay", "-+++++"),
            row("sleep", "++++++"),
            row(EXACT, "++++++"),
        ];
        let found = contradiction(&table).unwrap();
        assert_eq!(found, "sleep never failed");
    }

    #[test]
    fn a_real_remedy_that_fails_once_contradicts_the_lesson() {
        for real in REAL {
            let table = [row("sleep", "+-++++"), row(real, "+++++-")];
            let found = contradiction(&table).unwrap();
            assert_eq!(found, format!("{real} failed at: random"));
        }
    }
}
