//! Every remedy that people propose against every delivery, each cell
//! counted in this run.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use anstyle::AnsiColor;
use anyhow::{Result, bail};
use common::cli::{Failure, tell};
use common::frame::read_until_full;
use common::trace::Trace;
use indicatif::ProgressBar;

use crate::broken;
use crate::experiment::{BROKEN, Code, Delivery, FIXED, HALF_FIXED, over_tcp};

// ---- The remedies ----

struct Remedy {
    name: &'static str,
    code: Code,
}

/// Four times the buffer of `broken`.
const BIGGER: usize = 64;

/// What each fixed-size message takes.
const SIZE: usize = 32;

const REMEDIES: [Remedy; 8] = [
    Remedy { name: "one read per message", code: BROKEN },
    Remedy {
        name: "bigger buffer",
        code: Code { receive: receive_more, ..BROKEN },
    },
    Remedy { name: "TCP_NODELAY", code: Code { nodelay: true, ..BROKEN } },
    Remedy {
        name: "sleep between writes",
        code: Code { send: send_and_sleep, ..BROKEN },
    },
    Remedy {
        name: "newline delimiter",
        code: Code { send: send_line, receive: receive_line, nodelay: false },
    },
    Remedy {
        name: FIXED_SIZE,
        code: Code {
            send: send_padded,
            receive: receive_padded,
            nodelay: false,
        },
    },
    Remedy { name: "prefix, single reads", code: HALF_FIXED },
    Remedy { name: "prefix, exact reads", code: FIXED },
];

const FIXED_SIZE: &str = "fixed-size messages";

fn receive_more(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; BIGGER];
    let n = stream.read(&mut message)?;
    message.truncate(n);
    Ok((n > 0).then_some(message))
}

fn send_and_sleep(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    broken::send(stream, message)?;
    thread::sleep(Duration::from_millis(1));
    Ok(())
}

fn send_line(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    stream.write_all(&[message, b"\n"].concat())?;
    Ok(())
}

fn receive_line(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte)? == 1 {
        if byte == *b"\n" {
            return Ok(Some(message));
        }
        message.push(byte[0]);
    }
    Ok(None)
}

/// What is too long is cut off: there is no room for it.
fn send_padded(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    let mut padded = message.to_vec();
    padded.resize(SIZE, 0);
    stream.write_all(&padded)?;
    Ok(())
}

fn receive_padded(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; SIZE];
    match read_until_full(stream, &mut message)? {
        0 => return Ok(None),
        SIZE => {}
        got => bail!("the stream ended after {got} of {SIZE} bytes"),
    }
    while message.pop_if(|byte| *byte == 0).is_some() {}
    Ok(Some(message))
}

// ---- The deliveries ----

struct Column {
    title: [&'static str; 3],
    messages: Kind,
    delivery: fn(seed: u64) -> Delivery,
}

/// What every other message is like; the rest is short and plain.
#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Long,
    WithNewline,
}

const COLUMNS: [Column; 6] = [
    Column {
        title: ["", "idle", "reader"],
        messages: Kind::Plain,
        delivery: |_| Delivery::IdleReader,
    },
    Column {
        title: ["", "busy", "reader"],
        messages: Kind::Plain,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: ["longer", "than the", "buffer"],
        messages: Kind::Long,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: ["contains", "the de-", "limiter"],
        messages: Kind::WithNewline,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: ["one byte", "at a", "time"],
        messages: Kind::Plain,
        delivery: |_| Delivery::Pieces(1),
    },
    Column {
        title: ["", "random", "pieces"],
        messages: Kind::Plain,
        delivery: Delivery::RandomPieces,
    },
];

/// Messages from a seed, no two alike: a plain one fits every buffer, a
/// long one fits none.
fn messages(kind: Kind, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let message = |i| {
        let mut text = format!("{i} ");
        let special = i % 2 == 0;
        let length = match kind {
            Kind::Long if special => random.usize(BIGGER + 1..=100),
            _ => random.usize(6..=broken::BUFFER),
        };
        while text.len() < length {
            text.push(random.lowercase());
        }
        let mut message = text.into_bytes();
        if let (Kind::WithNewline, true) = (kind, special) {
            message[4] = b'\n';
        }
        message
    };
    (0..count).map(message).collect()
}

// ---- The table ----

/// How one remedy did under one delivery.
#[derive(Clone, Debug)]
struct Cell {
    intact: usize,
    sent: usize,
    /// Everything that was sent was received, and nothing else.
    whole: bool,
    payload: usize,
    written: usize,
}

type Row = (&'static str, Vec<Cell>);

/// Fills the table, shows it, and checks that it says what the lesson says.
pub fn run(
    count: usize,
    seed: u64,
    trace: &Trace,
    bar: &ProgressBar,
) -> Result<()> {
    bar.set_length((REMEDIES.len() * COLUMNS.len()) as u64);
    let mut table: Vec<Row> = Vec::new();
    for remedy in &REMEDIES {
        let mut cells = Vec::new();
        for column in &COLUMNS {
            let sent = messages(column.messages, count, seed);
            let delivery = (column.delivery)(seed);
            let outcome = over_tcp(&remedy.code, &sent, delivery, trace)?;
            cells.push(Cell {
                intact: outcome.intact(),
                sent: count,
                whole: outcome.received == sent,
                payload: sent.iter().map(Vec::len).sum(),
                written: outcome.bytes(),
            });
            bar.inc(1);
        }
        table.push((remedy.name, cells));
    }
    bar.finish_and_clear();

    show(&table);
    if let Some(contradiction) = contradiction(&table) {
        let seed = format!("with --messages {count} --seed {seed}");
        let remedy = "one of the two is wrong: find out which";
        let what = format!("the table contradicts the lesson: {contradiction}");
        return Err(Failure::new(what, seed, remedy).into());
    }
    Ok(())
}

fn show(table: &[Row]) {
    for line in 0..3 {
        let titles = COLUMNS.iter().map(|c| format!("{:>9}", c.title[line]));
        tell(format!("{:24}{}", "", titles.collect::<String>()));
    }
    for (name, cells) in table {
        let mut line = format!("{name:<24}");
        for cell in cells {
            let text = format!("{}/{}", cell.intact, cell.sent);
            let colour =
                if cell.whole { AnsiColor::Green } else { AnsiColor::Red };
            let style = colour.on_default();
            line += &format!("{style}{text:>9}{style:#}");
        }
        tell(line);
    }
    for (name, cells) in table {
        if *name == FIXED_SIZE {
            let (payload, written) = (cells[0].payload, cells[0].written);
            tell(format!(
                "Padding: {SIZE} bytes for each fixed-size message; \
                 {written} were written to carry {payload}."
            ));
        }
    }
}

/// What in the table is not as the lesson says: every false remedy fails
/// somewhere, and the last one nowhere.
fn contradiction(table: &[Row]) -> Option<String> {
    let (real, others) = table.split_last()?;
    let failed = real.1.iter().position(|cell| !cell.whole);
    if let Some(column) = failed {
        let title = COLUMNS[column].title.join(" ");
        return Some(format!("{} failed at:{title}", real.0));
    }
    let whole = others.iter().find(|(_, cells)| cells.iter().all(|c| c.whole));
    whole.map(|(name, _)| format!("{name} never failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, verdicts: &str) -> Row {
        let cell = |c| Cell {
            intact: 0,
            sent: 1,
            whole: c == '+',
            payload: 0,
            written: 0,
        };
        (name, verdicts.chars().map(cell).collect())
    }

    #[test]
    fn a_table_as_the_lesson_says_is_no_contradiction() {
        let table = [row("sleep", "+-++++"), row("exact", "++++++")];
        assert_eq!(contradiction(&table), None);
    }

    #[test]
    fn a_false_remedy_that_never_fails_contradicts_the_lesson() {
        let table = [
            row("nodelay", "-+++++"),
            row("sleep", "++++++"),
            row("exact", "++++++"),
        ];
        let found = contradiction(&table).unwrap();
        assert_eq!(found, "sleep never failed");
    }

    #[test]
    fn the_real_remedy_that_fails_once_contradicts_the_lesson() {
        let table = [row("sleep", "+-++++"), row("exact", "+++++-")];
        let found = contradiction(&table).unwrap();
        assert_eq!(found, "exact failed at: random pieces");
    }
}
