//! Every remedy that people propose against every delivery, each cell counted in this
//! run.

use anstyle::AnsiColor;
use anyhow::Result;
use common::failure::Failure;
use common::output::{StdoutError, print};
use common::step::wait;
use common::trace::Trace;

use super::experiment::Delivery::{self, BusyReader, IdleReader, InPieces};
use super::experiment::{
    BROKEN, FIXED, FRAMED, HALF_FIXED, Outcome, Protocol, over_tcp,
};
use super::predict::Game;
use super::screen::{print_title, width};
use crate::broken::{self, BUFFER};
use crate::relay::pieces::Pieces;
use crate::remedies::{self, BIGGER, SIZE};

const REMEDIES: [(&str, Protocol); 9] = [
    ("one read per message", BROKEN),
    ("bigger buffer", (broken::send, remedies::receive_more)),
    ("TCP_NODELAY", (remedies::send_nodelay, broken::receive)),
    ("sleep between writes", (remedies::send_and_sleep, broken::receive)),
    ("newline delimiter", (remedies::send_line, remedies::receive_line)),
    (FIXED_SIZE, (remedies::send_padded, remedies::receive_padded)),
    ("prefix, single reads", HALF_FIXED),
    (REAL[0], FIXED),
    (REAL[1], FRAMED),
];

const FIXED_SIZE: &str = "fixed-size messages";

/// These two hold everywhere. All others are false remedies.
const REAL: [&str; 2] = ["prefix, exact reads", "common::frame"];

/// What every other message of a column is like; the rest is short and plain.
#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Long,
    WithNewline,
}

const TITLES: [&str; 6] =
    ["idle", "busy", "long", "newline", "1 byte", "random"];

/// What stands above the cells: what two columns each have in common, the numbers that a
/// player can type, and the titles.
const GROUPS: &str =
    "                       reader:    messages:       pieces:";
const NUMBERS: &str =
    "                        1    2    3       4      5      6";
const HEADS: &str = "                     idle busy long newline 1 byte random";

fn columns(seed: u64) -> [(Kind, Delivery); TITLES.len()] {
    [
        (Kind::Plain, IdleReader),
        (Kind::Plain, BusyReader),
        (Kind::Long, BusyReader),
        (Kind::WithNewline, BusyReader),
        (Kind::Plain, InPieces(Pieces::Of(1))),
        (Kind::Plain, InPieces(Pieces::Random { most: PIECE, seed })),
    ]
}

/// The same in words.
fn legend() -> String {
    let (least, most) = PLAIN;
    format!(
        "\
idle     all has arrived before the first read
busy     each message is read before the next is sent
long     busy, and every other message has over {BIGGER} bytes
newline  busy, and every other message has a newline in it
1 byte   the network delivers one byte at a time
random   the network delivers pieces of 1 to {PIECE} bytes
Messages: {least} to {most} bytes.
Buffer: {BUFFER} bytes; the bigger one: {BIGGER}; fixed size: {SIZE}.
"
    )
}

/// The longest of the random pieces.
const PIECE: usize = 24;

/// The shortest and the longest plain message.
const PLAIN: (usize, usize) = (6, 16);

/// Messages from a seed, no two alike. A long one is longer than every buffer.
fn messages(kind: Kind, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let message = |i| {
        let special = i % 2 == 0;
        let length = match kind {
            Kind::Long if special => {
                random.usize(BIGGER + 1..=BIGGER + PLAIN.1)
            }
            _ => random.usize(PLAIN.0..=PLAIN.1),
        };
        let mut message = format!("{i} ").into_bytes();
        while message.len() < length {
            message.push(random.lowercase() as u8);
        }
        if special && matches!(kind, Kind::WithNewline) {
            message[4] = b'\n';
        }
        message
    };
    (0..count).map(message).collect()
}

/// A remedy, and what each delivery has made of its messages.
type Row = (&'static str, Vec<Outcome>);

/// Fills the table, with the small print around it, and checks that it says what the
/// lesson says.
pub fn run(
    count: u64,
    seed: u64,
    game: Option<Game>,
    in_full: bool,
    trace: &Trace,
) -> Result<()> {
    print_title(&format!(
        "Every remedy that people propose: how many of {count} messages arrived intact"
    ))?;
    if in_full {
        print(legend())?;
    }
    let table = fill(count as usize, seed, game, trace)?;
    let padded = table.iter().filter(|row| in_full && row.0 == FIXED_SIZE);
    for (_, cells) in padded {
        let payload = cells[0].sent.concat().len();
        let written = cells[0].writes.concat().concat().len();
        print(format!(
            "Padding: {written} bytes are written to carry {payload}."
        ))?;
    }
    Ok(())
}

fn fill(
    count: usize,
    seed: u64,
    mut game: Option<Game>,
    trace: &Trace,
) -> Result<Vec<Row>> {
    let (needs, has) = (HEADS.len(), width());
    if has < needs {
        print(format!("(The table needs {needs} columns, and has {has}.)"))?;
    }
    if game.is_none() {
        print(format!("{GROUPS}\n{HEADS}"))?;
    }
    let mut table = Vec::new();
    for (name, protocol) in REMEDIES {
        let mut guess = None;
        if let Some(game) = &mut game {
            // Again above each row: those of the first one have scrolled away.
            print(format!("{GROUPS}\n{NUMBERS}\n{HEADS}"))?;
            guess = Some(game.ask_about_row(name, &TITLES)?);
        }
        wait(name)?;
        let cells = columns(seed).into_iter().map(|(kind, delivery)| {
            over_tcp(protocol, &messages(kind, count, seed), delivery, trace)
        });
        let row = (name, cells.collect::<Result<Vec<_>>>()?);
        print_row(&row)?;
        if let (Some(game), Some(guess)) = (&mut game, guess) {
            let whole: Vec<_> = row.1.iter().map(Outcome::is_whole).collect();
            game.compare_row(&guess, &whole, &TITLES)?;
            print("")?;
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

/// What in the table is not as the lesson says: every false remedy fails somewhere,
/// and the real ones nowhere.
fn contradiction(table: &[Row]) -> Option<String> {
    table.iter().find_map(|(name, cells)| {
        let failed = cells.iter().position(|cell| !cell.is_whole());
        match (REAL.contains(name), failed) {
            (true, Some(at)) => {
                Some(format!("{name} failed at: {}", TITLES[at]))
            }
            (false, None) => Some(format!("{name} never failed")),
            _ => None,
        }
    })
}

fn print_row((name, cells): &Row) -> Result<(), StdoutError> {
    let mut line = format!("{name:20}");
    for (title, cell) in TITLES.iter().zip(cells) {
        let style = if cell.is_whole() {
            AnsiColor::Green.on_default()
        } else {
            AnsiColor::Red.on_default().bold() // for eyes without red
        };
        let width = title.len().max(4) + 1;
        line += &format!("{style}{:>width$}{style:#}", cell.intact());
    }
    print(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_not_as_the_lesson_says_contradicts_it() {
        let row = |name, verdicts: &str| {
            let cells = verdicts.chars().map(|verdict| Outcome {
                sent: vec![vec![]],
                received: if verdict == '+' { vec![vec![]] } else { vec![] },
                ..Outcome::default()
            });
            (name, cells.collect())
        };
        for (sleep, real, wanted) in [
            ("+-++++", "++++++", None),
            ("++++++", "++++++", Some("sleep never failed")),
            ("+-++++", "+++++-", Some("common::frame failed at: random")),
        ] {
            let table = [row("sleep", sleep), row(REAL[1], real)];
            assert_eq!(contradiction(&table).as_deref(), wanted);
        }
    }
}
