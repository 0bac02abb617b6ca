//! Every remedy that people propose against every delivery, each cell
//! counted in this run.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use anstyle::AnsiColor;
use anyhow::{Result, bail};
use clap::{Arg, Command, value_parser};
use common::cli::{Failure, tell};
use common::frame::read_until_full;
use common::relay::{self, Pieces};
use common::trace::{Call, Trace, Traced};
use indicatif::ProgressBar;

use crate::broken;
use crate::experiment::{
    BROKEN, Delivery, FIXED, HALF_FIXED, Protocol, over_tcp,
};

// ---- The remedies ----

struct Remedy {
    name: &'static str,
    protocol: Protocol,
}

const BIGGER: usize = 4 * broken::BUFFER;

/// What each fixed-size message takes.
const SIZE: usize = 32;

const REMEDIES: [Remedy; 8] = [
    Remedy { name: "one read per message", protocol: BROKEN },
    Remedy {
        name: "bigger buffer",
        protocol: Protocol { receive: receive_more, ..BROKEN },
    },
    Remedy {
        name: "TCP_NODELAY",
        protocol: Protocol { send: send_at_once, ..BROKEN },
    },
    Remedy {
        name: "sleep between writes",
        protocol: Protocol { send: send_and_sleep, ..BROKEN },
    },
    Remedy {
        name: "newline delimiter",
        protocol: Protocol { send: send_line, receive: receive_line },
    },
    Remedy {
        name: FIXED_SIZE,
        protocol: Protocol { send: send_padded, receive: receive_padded },
    },
    Remedy { name: "prefix, single reads", protocol: HALF_FIXED },
    Remedy { name: "prefix, exact reads", protocol: FIXED },
];

const FIXED_SIZE: &str = "fixed-size messages";

fn receive_more(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; BIGGER];
    let n = stream.read(&mut message)?;
    message.truncate(n);
    Ok((n > 0).then_some(message))
}

fn send_at_once(stream: &mut Traced<TcpStream>, message: &[u8]) -> Result<()> {
    stream.set_nodelay(true)?;
    broken::send(stream, message)
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
    title: &'static str,
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
        title: "idle",
        messages: Kind::Plain,
        delivery: |_| Delivery::IdleReader,
    },
    Column {
        title: "busy",
        messages: Kind::Plain,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "long",
        messages: Kind::Long,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "newline",
        messages: Kind::WithNewline,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "1 byte",
        messages: Kind::Plain,
        delivery: |_| Delivery::InPieces(Pieces::of(1)),
    },
    Column {
        title: "random",
        messages: Kind::Plain,
        delivery: |seed| Delivery::InPieces(Pieces::random_up_to(24, seed)),
    },
];

/// The shortest and the longest plain message.
const PLAIN: (usize, usize) = (6, 16);

/// Longer than every buffer, and than the fixed size.
const LONG: usize = if BIGGER > SIZE { BIGGER + 1 } else { SIZE + 1 };

/// Messages from a seed, no two alike.
fn messages(kind: Kind, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let message = |i| {
        let mut text = format!("{i} ");
        let special = i % 2 == 0;
        let length = match kind {
            Kind::Long if special => random.usize(LONG..LONG + PLAIN.1),
            _ => random.usize(PLAIN.0..=PLAIN.1),
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

pub fn command() -> Command {
    Command::new("matrix")
        .about("Every remedy that people propose, every delivery")
        .arg(
            Arg::new("messages")
                .long("messages")
                .value_name("N")
                .help("How many messages for each cell")
                .value_parser(value_parser!(u64).range(1..=500))
                .default_value("100"),
        )
        .arg(relay::seed_arg())
}

/// Fills the table, shows it, and checks that it says what the lesson says.
pub fn run(count: usize, seed: u64, trace: &Trace, bar: bool) -> Result<()> {
    let bar =
        if bar { ProgressBar::no_length() } else { ProgressBar::hidden() };
    bar.set_length((REMEDIES.len() * COLUMNS.len()) as u64);
    let mut table: Vec<Row> = Vec::new();
    for remedy in &REMEDIES {
        let mut cells = Vec::new();
        for column in &COLUMNS {
            let sent = messages(column.messages, count, seed);
            let delivery = (column.delivery)(seed);
            let outcome = over_tcp(&remedy.protocol, &sent, delivery, trace)?;
            cells.push(Cell {
                intact: outcome.intact(),
                sent: count,
                whole: outcome.received == sent,
                payload: sent.iter().map(Vec::len).sum(),
                written: outcome.writes.iter().flatten().map(Call::len).sum(),
            });
            bar.inc(1);
        }
        table.push((remedy.name, cells));
    }
    bar.finish_and_clear();

    tell(format!("How many of {count} messages arrived intact, in this run:"));
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
    let groups = ["reader:", "busy, messages:", "pieces:"];
    let groups = groups.map(|group| format!("{group:>18}")).concat();
    tell(format!("\n{:24}{groups}", ""));
    let titles = COLUMNS.iter().map(|c| format!("{:>9}", c.title));
    tell(format!("{:24}{}", "", titles.collect::<String>()));
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
    let ((least, most), buffer, long) = (PLAIN, broken::BUFFER, LONG - 1);
    tell(format!(
        "Buffer: {buffer} bytes; the bigger one: {BIGGER}. \
         Messages: {least} to {most} bytes, but under"
    ));
    tell(format!(
        "\"long\" every other one has over {long}, \
         and under \"newline\" contains a newline."
    ));
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
        let title = COLUMNS[column].title;
        return Some(format!("{} failed at: {title}", real.0));
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
        assert_eq!(found, "exact failed at: random");
    }
}
