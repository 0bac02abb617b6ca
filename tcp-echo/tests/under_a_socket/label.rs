//! One packet, labelled layer by layer: each field with its place and its bytes.

use anyhow::{Context, Result, ensure};
use common::printable::printable;

use crate::packet::Packet;

/// What `packet` says, field by field. `first` is the client's SYN.
pub fn label(
    packet: &Packet,
    first: &Packet,
    answer: &Packet,
) -> Result<String> {
    let scale = first.options.iter().find(|(kind, _)| *kind == 3);
    let scale = scale.and_then(|(_, shift)| shift.first()).context("scale")?;
    ensure!(*scale <= 14, "scale {scale}");
    let room = format!("{} x {} bytes", packet.window, 1 << scale);
    let seq = packet.seq.wrapping_sub(first.seq);
    let ack = packet.ack.wrapping_sub(answer.seq);
    let [filler, filler2, (8, times)] = packet.options.as_slice() else {
        anyhow::bail!("not the options of Linux: {:?}", packet.options);
    };
    ensure!(filler == filler2 && filler.0 == 1 && times.len() == 8, "options");
    let length = packet.payload.len();

    let layers: [(&str, Vec<(usize, String)>); 4] = [
        (
            "ETHERNET: from one network card to the next",
            vec![
                (6, "destination: the server's card".into()),
                (6, "source: the client's card".into()),
                (2, "type: 08 00 is IPv4".into()),
            ],
        ),
        (
            "IPv4: from one computer to another",
            vec![
                (1, "version 4; a header of 5 x 4 = 20 bytes".into()),
                (1, "nothing special is asked for".into()),
                (
                    2,
                    format!(
                        "length: {} bytes from offset 14 on",
                        packet.bytes.len() - 14
                    ),
                ),
                (2, "identification, for packets that are cut".into()),
                (2, "do not cut this one (DF)".into()),
                (1, format!("TTL {}: each router takes 1 away", packet.ttl)),
                (1, "protocol: 6 is TCP, 17 would be UDP".into()),
                (2, "checksum of these 20 bytes".into()),
                (4, format!("source {}", packet.from.ip())),
                (4, format!("destination {}", packet.to.ip())),
            ],
        ),
        (
            "TCP: from one program to another",
            vec![
                (2, format!("source port {}", packet.from.port())),
                (2, format!("destination port {}", packet.to.port())),
                (4, format!("seq: this data starts at my byte {seq}")),
                (4, format!("ack: your byte {ack} is the next I need")),
                (1, "a header of 8 x 4 = 32 bytes".into()),
                (1, format!("flags: {}", packet.flag_names())),
                (2, format!("window: I have room for {room}")),
                (2, "checksum of addresses, TCP header and data".into()),
                (2, "urgent pointer: not used".into()),
                (2, "two options that only fill up".into()),
                (10, "option: my time, and your last one".into()),
            ],
        ),
        (
            "DATA: what write() was given",
            vec![(length, format!("|{}|", printable(&packet.payload)))],
        ),
    ];

    let mut at = 0;
    let mut lines = Vec::new();
    for (name, fields) in layers {
        let bytes: usize = fields.iter().map(|(length, _)| length).sum();
        lines.push(format!("{name} ({bytes} bytes)"));
        for (length, text) in fields {
            let field =
                packet.bytes.get(at..at + length).context("too long")?;
            let hex: Vec<_> =
                field.iter().map(|b| format!("{b:02x}")).collect();
            lines.push(format!("  {at:>2}  {:<29}  {text}", hex.join(" ")));
            at += length;
        }
    }
    ensure!(at == packet.bytes.len(), "{at} bytes labelled");
    Ok(lines.join("\n"))
}
