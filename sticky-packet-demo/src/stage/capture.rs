//! A capture: what tcpdump has seen between the write and the read.
//!
//! The file starts with 24 bytes, and each packet in it with 16: the time, and how many
//! bytes of it were kept (draft-ietf-opsawg-pcap). The scenes are all over IPv4.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};

use anyhow::{Result, bail};
use byteorder::{ByteOrder, LittleEndian, NetworkEndian};
use common::failure::{Failure, reason};

use super::experiment::Outcome;

/// More than this is not read of a file.
const MOST: u64 = 64 << 20;

/// What to do about a file that is no capture.
const MAKE_ONE: &str =
    "make one with tcpdump -w FILE, on the loopback interface";

pub struct Capture {
    name: String,
    /// The pieces that each sender's stream was carried in.
    streams: Vec<Vec<Vec<u8>>>,
}

impl Capture {
    /// Reads a file.
    pub fn open(path: &str) -> Result<Self> {
        let bytes = read(path).map_err(|e| {
            let what = format!("cannot read the capture {path}");
            Failure::new(what, reason(&e), MAKE_ONE)
        })?;
        Self::parse(path, &bytes)
    }

    fn parse(name: &str, file: &[u8]) -> Result<Self> {
        let wrong = |why: &str| {
            let what = format!("{name} is not a capture that can be read");
            Failure::new(what, why, MAKE_ONE)
        };
        let number = LittleEndian::read_u32; // as the machine has it that wrote
        // With the time in microseconds, or in nanoseconds.
        let is_one = |(header, _): &(&[u8], &[u8])| {
            [0xa1b2_c3d4, 0xa1b2_3c4d].contains(&number(header))
        };
        let split = file.split_at_checked(24).filter(is_one);
        let Some((header, mut rest)) = split else {
            bail!(wrong("it does not start as one"));
        };
        // What stands in front of the IP header: an Ethernet header on Linux's
        // loopback, four bytes on macOS and on Windows.
        let link = match number(&header[20..]) & 0xffff {
            0 => 4,
            1 => 14,
            other => bail!(wrong(&format!("its link type is {other}"))),
        };
        let mut streams: BTreeMap<&[u8], Vec<Vec<u8>>> = BTreeMap::new();
        while let Some((header, after)) = rest.split_at_checked(16) {
            let kept = number(&header[8..]) as usize;
            let Some((packet, after)) = after.split_at_checked(kept) else {
                break; // tcpdump was stopped while it wrote
            };
            rest = after;
            if let Some((ports, payload)) = packet.get(link..).and_then(tcp)
                && !payload.is_empty()
            {
                streams.entry(ports).or_default().push(payload.to_vec());
            }
        }
        let streams = streams.into_values().collect();
        Ok(Self { name: name.into(), streams })
    }

    /// The lengths of the segments that carried the bytes of this outcome.
    pub fn segments_of(&self, outcome: &Outcome) -> Result<Vec<usize>> {
        let written = outcome.writes.concat().concat();
        let found = self.streams.iter().find(|s| s.concat() == written);
        let Some(segments) = found else {
            let remedy = "capture this very scene (--scene N)";
            let what = format!("{} does not show this scene", self.name);
            let why = "no connection in it carried these bytes";
            return Err(Failure::new(what, why, remedy).into());
        };
        Ok(segments.iter().map(Vec::len).collect())
    }
}

/// The bytes of an ordinary file. Another one, a pipe for example, may have no end, and
/// to open it can already mean to wait.
fn read(path: &str) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The ports and the payload of a TCP segment in an IPv4 packet; `None` if it is
/// something else, or was cut.
fn tcp(packet: &[u8]) -> Option<(&[u8], &[u8])> {
    let (version, protocol) = (packet.first()? >> 4, *packet.get(9)?);
    let header = usize::from(packet[0] & 0xf) * 4;
    let end = usize::from(NetworkEndian::read_u16(&packet[2..]));
    let segment = packet.get(header..end)?;
    let header = usize::from(segment.get(12)? >> 4) * 4;
    let ports = segment.get(..4)?;
    (version == 4 && protocol == 6).then_some((ports, segment.get(header..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scene 2 of `broken`, captured once on Linux's loopback interface.
    const SCENE_2: &[u8] = include_bytes!("../../captures/scene-2.pcap");

    #[test]
    fn what_stands_in_front_of_a_packet_and_behind_it_is_no_part_of_it() {
        // "hi" in a TCP segment whose header has options.
        let segment = [&[0x1f, 0x90, 0, 80][..], &[0; 20], b"hi"].concat();
        for (link, in_front, version, protocol, wanted) in [
            (0, 4, 4, 6, 1),
            (1, 14, 4, 6, 1),
            (1, 14, 4, 17, 0), // UDP
            (1, 14, 6, 6, 0),
        ] {
            let ip = [version << 4 | 5, 0, 0, 20 + 26, 0, 0, 0, 0, 0, protocol];
            let mut packet = [&[0; 14][..in_front], &ip, &[0; 10]].concat();
            packet.extend_from_slice(&segment);
            packet[in_front + 20 + 12] = 6 << 4; // words
            packet.extend(b"padding");
            let magic = [0xd4, 0xc3, 0xb2, 0xa1];
            let kept = (packet.len() as u32).to_le_bytes();
            let file = [&magic[..], &[0; 16], &[link, 0, 0, 0], &[0; 8]];
            let file = [&file.concat()[..], &kept, &kept, &packet, b"cut off"];
            let read = Capture::parse("made here", &file.concat()).unwrap();
            let hi = vec![b"hi".to_vec()];
            assert_eq!(read.streams, vec![hi; wanted]);
        }
    }

    #[test]
    fn a_capture_cut_or_spoilt_anywhere_is_an_error_or_shows_less() {
        let whole = Capture::parse("whole", SCENE_2).unwrap();
        let wanted: [&[u8]; 3] = [b"hello", "你好".as_bytes(), b"ok"];
        assert_eq!(whole.streams, [wanted]);
        for at in 0..SCENE_2.len() {
            if let Ok(capture) = Capture::parse("cut", &SCENE_2[..at]) {
                let segments = capture.streams.iter().map(Vec::len);
                assert!(segments.sum::<usize>() <= 3);
            }
            for byte in [0, 0x45, 0xff] {
                let mut file = SCENE_2.to_vec();
                file[at] = byte;
                let _ = Capture::parse("wrong", &file);
            }
        }
    }
}
