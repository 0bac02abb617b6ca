//! The packets of a conversation, beside the calls that caused them.

use std::collections::VecDeque;

use anyhow::{Context, Result, ensure};
use common::printable::printable;
use testing::lifelines::{Arrow, Rung};

use crate::packet::{ACK, FIN, Packet, RST, SYN};

/// One call of a trace.
struct Call {
    name: String,
    line: String,
}

impl Call {
    fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    /// Did it move these bytes? These traces show the first twelve.
    fn moved(&self, payload: &[u8]) -> bool {
        let hex: Vec<_> = payload.iter().map(|b| format!("{b:02x}")).collect();
        payload.len() <= 12 && self.line.contains(&hex.join(" "))
    }

    /// Short enough for a column: "read 6 bytes", "read: end of stream".
    fn short(&self) -> String {
        let (who, name) = (self.line[..9].trim(), &self.name);
        if name == "accept" {
            return format!("accept: {who}");
        }
        for note in ["end of stream", "connection reset"] {
            if self.line.ends_with(note) {
                return format!("{name}: {note}");
            }
        }
        let mut words = self.line[11..].split_whitespace().skip(1);
        match (words.next(), words.next()) {
            (Some(n), Some(unit @ ("byte" | "bytes"))) => {
                format!("{name} {n} {unit}")
            }
            _ => name.clone(),
        }
    }
}

/// One end of the conversation.
struct End {
    calls: VecDeque<Call>,
    /// The number that it has given to its SYN: its bytes are counted from there.
    first: Option<u32>,
    /// How many bytes it has sent, SYN and FIN counted as one each.
    sent: u32,
    /// How many of them the other end has acknowledged.
    acknowledged: u32,
}

impl End {
    /// `who` made these calls: those lines of `--trace` that begin with it.
    fn new(who: &str, trace: &str) -> Self {
        let lines = trace.lines().filter(|line| line.starts_with(who));
        let calls = lines.map(|line| Call {
            name: line[11..].split(' ').next().unwrap_or_default().into(),
            line: line.into(),
        });
        let calls = calls.collect();
        Self { calls, first: None, sent: 0, acknowledged: 0 }
    }

    /// The next call, if it has one of these names.
    fn next(&mut self, names: &[&str]) -> Option<Call> {
        self.calls.front().filter(|call| call.is(names))?;
        self.calls.pop_front()
    }

    /// The next call, which must have one of these names.
    fn made(&mut self, names: &[&str]) -> Result<Call> {
        let next = self.calls.front().map(|call| call.line.clone());
        self.next(names).with_context(|| format!("{names:?}, not {next:?}"))
    }
}

/// The packets of a conversation beside its calls.
pub struct Ladder {
    /// The names of the columns, and the addresses of the two ends.
    pub heads: [Rung; 2],
    /// A rung for each packet, and rungs of calls before and after them.
    pub rungs: Vec<Rung>,
}

/// The ladder of these packets, and of these lines of two traces.
///
/// Neither the capture nor the traces say which call belongs to which packet. This does,
/// and checks that the bytes, their numbers and the acknowledgements fit.
pub fn ladder(
    packets: &[Packet],
    client: &str,
    server: &str,
) -> Result<Ladder> {
    let first = packets.first().context("no packet")?;
    let mut ends = [End::new("client", client), End::new("server", server)];
    let mut rungs = Vec::new();
    while let Some(call) = ends[1].next(&["bind", "listen"]) {
        rungs.push(beside([String::new(), call.name]));
    }

    for (i, packet) in packets.iter().enumerate() {
        let number = i + 1;
        let rung = rung(packet, first, &mut ends);
        let (calls, arrow) =
            rung.with_context(|| format!("packet {number}"))?;
        let micros = packet.micros.checked_sub(first.micros).context("time")?;
        let (ms, micros) = (micros / 1000, micros % 1000);
        let time = format!("{number:>2} {ms:>4}.{micros:03}");
        rungs.push(Rung { time, arrow: Some(arrow), ..beside(calls) });
    }

    let is_reset = packets.last().is_some_and(|packet| packet.has(RST));
    for (i, end) in ends.iter_mut().enumerate() {
        if is_reset && let Some(close) = end.next(&["close"]) {
            let mut calls = [String::new(), String::new()];
            calls[i] = close.name; // tells nobody
            rungs.push(beside(calls));
        }
        let left: Vec<_> = end.calls.iter().map(|call| &call.line).collect();
        ensure!(left.is_empty(), "calls without a packet: {left:?}");
        ensure!(is_reset || end.acknowledged == end.sent, "unacknowledged");
    }
    let names = beside(["client".into(), "server".into()]);
    let addresses = [first.from, first.to].map(|addr| addr.to_string());
    let addresses = Rung { time: "      ms".into(), ..beside(addresses) };
    Ok(Ladder { heads: [names, addresses], rungs })
}

/// The client's words and the server's, without an arrow.
fn beside([client, server]: [String; 2]) -> Rung {
    Rung { client, server, ..Rung::default() }
}

/// The calls of client and server that belong to this packet, and its arrow.
fn rung(
    packet: &Packet,
    first: &Packet,
    ends: &mut [End; 2],
) -> Result<([String; 2], Arrow)> {
    let sender = usize::from(packet.from != first.from);
    let cards = [first.from_card, first.to_card];
    let addresses = [first.from, first.to];
    ensure!(packet.from_card == cards[sender], "from another card");
    ensure!(packet.to_card == cards[1 - sender], "to another card");
    ensure!(packet.from == addresses[sender], "from another address");
    ensure!(packet.to == addresses[1 - sender], "to another address");

    let (left, right) = ends.split_at_mut(1);
    let (from, to) = match sender {
        0 => (&mut left[0], &mut right[0]),
        _ => (&mut right[0], &mut left[0]),
    };
    let numbers = count(packet, from, to)?;
    let arrow = arrow(packet, sender == 0, &numbers);

    let mut calls = [String::new(), String::new()];
    if packet.has(SYN) && !packet.has(ACK) {
        calls[sender] = from.made(&["connect"])?.short();
    } else if packet.has(SYN) {
        calls[1 - sender] = "connect returns".into();
    } else if packet.has(RST) && from.sent == 0 {
        calls[1 - sender] = "connection refused".into();
    } else if packet.has(RST) {
        calls[sender] = from.made(&["close"])?.short();
        calls[1 - sender] = to.made(&["read"])?.short();
    } else if packet.has(FIN) {
        calls[sender] = from.made(&["close", "shutdown"])?.short();
        let end = to.next(&["read", "recv"]);
        calls[1 - sender] = end.map(|call| call.short()).unwrap_or_default();
    } else if !packet.payload.is_empty() {
        let write = from.made(&["write", "sendall"])?;
        let read = to.made(&["read", "recv", "peek"])?;
        ensure!(write.moved(&packet.payload), "not what was written");
        let same = read.name == "peek" || read.moved(&packet.payload);
        ensure!(same, "not what was read");
        calls[sender] = write.short();
        calls[1 - sender] = read.short();
    } else {
        let accept = to.next(&["accept"]);
        calls[1 - sender] = accept.map(|call| call.short()).unwrap_or_default();
    }
    Ok((calls, arrow))
}

/// Checks the numbers of a packet, and returns them counted from its end's SYN.
fn count(packet: &Packet, from: &mut End, to: &mut End) -> Result<String> {
    let first = *from.first.get_or_insert(packet.seq);
    let seq = packet.seq.wrapping_sub(first);
    ensure!(seq == from.sent, "seq {seq} after {} bytes", from.sent);
    let flags = [SYN, FIN].iter().filter(|&&flag| packet.has(flag)).count();
    from.sent += u32::try_from(packet.payload.len() + flags)?;
    if !packet.has(ACK) {
        ensure!(packet.ack == 0, "ack {} without the flag", packet.ack);
        return Ok(format!("seq {seq}"));
    }
    let first = to.first.context("an ACK before any SYN")?;
    let ack = packet.ack.wrapping_sub(first);
    ensure!((to.acknowledged..=to.sent).contains(&ack), "ack {ack}");
    to.acknowledged = ack;
    Ok(format!("seq {seq:<2} ack {ack:<2}"))
}

/// "FIN+ACK  seq 7  ack 7", in one direction or the other.
fn arrow(packet: &Packet, to_the_right: bool, numbers: &str) -> Arrow {
    let mut says = format!("{:<7}  {numbers}", packet.flag_names());
    if !packet.payload.is_empty() {
        says += &format!(" |{}|", printable(&packet.payload));
    }
    Arrow { says: says.trim_end().into(), to_the_right }
}
