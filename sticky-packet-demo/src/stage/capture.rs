//! A capture: what tcpdump has seen between the write and the read.
//!
//! The file starts with 24 bytes, and each packet in it with 16: the time, and how many
//! bytes of it were kept (draft-ietf-opsawg-pcap).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};

use anyhow::{Result, bail};
use byteorder::{BigEndian, ByteOrder, LittleEndian, NetworkEndian};
use common::failure::{Failure, reason};

use super::experiment::Outcome;

/// Scene 2 of `broken`, captured once on Linux's loopback interface.
const SCENE_2: &[u8] = include_bytes!("../../captures/scene-2.pcap");

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
    /// The course's own.
    pub fn of_scene_2() -> Result<Self> {
        Self::parse("the course's own capture", SCENE_2)
    }

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
        let Some((header, mut rest)) = file.split_at_checked(24) else {
            bail!(wrong("it is shorter than 24 bytes"));
        };
        let number: fn(&[u8]) -> u32 = match header[..4] {
            // Written by a machine of the one kind or of the other; the time
            // in microseconds or in nanoseconds.
            [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => {
                LittleEndian::read_u32
            }
            [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => {
                BigEndian::read_u32
            }
            _ => bail!(wrong("it does not start as one")),
        };
        // What stands in front of the IP header: an Ethernet header on Linux's
        // loopback, four bytes on macOS.
        let link = match number(&header[20..]) & 0xffff {
            0 => 4,
            1 => 14,
            101 => 0,
            other => bail!(wrong(&format!("its link type is {other}"))),
        };
        let mut streams: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        while let Some((header, after)) = rest.split_at_checked(16) {
            let kept = number(&header[8..]) as usize;
            let Some((packet, after)) = after.split_at_checked(kept) else {
                break; // tcpdump was stopped while it wrote
            };
            rest = after;
            let segment = packet.get(link..).and_then(tcp);
            if let Some((ends, payload)) = segment
                && !payload.is_empty()
            {
                streams.entry(ends).or_default().push(payload.to_vec());
            }
        }
        let streams = streams.into_values().collect();
        Ok(Self { name: name.into(), streams })
    }

    /// The lengths of the segments that carried the bytes of this outcome.
    pub fn segments_of(&self, outcome: &Outcome) -> Result<Vec<usize>> {
        let calls = outcome.writes.iter().flatten();
        let written = calls.flat_map(|call| call.bytes.iter().flatten());
        let written: Vec<u8> = written.copied().collect();
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
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The two ends of a TCP segment and its payload, out of an IP packet; `None` if it is
/// something else, or was cut.
fn tcp(packet: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    const TCP: u8 = 6;
    let length = |at: usize| {
        Some(usize::from(NetworkEndian::read_u16(packet.get(at..at + 2)?)))
    };
    let (addresses, segment) = match packet.first()? >> 4 {
        4 if *packet.get(9)? == TCP => {
            let header = usize::from(packet[0] & 0xf) * 4;
            (packet.get(12..20)?, packet.get(header..length(2)?)?)
        }
        6 if *packet.get(6)? == TCP => {
            (packet.get(8..40)?, packet.get(40..40 + length(4)?)?)
        }
        _ => return None,
    };
    let ports = segment.get(..4)?;
    let header = usize::from(segment.get(12)? >> 4) * 4;
    Some(([addresses, ports].concat(), segment.get(header..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a capture of one packet: "hi" in a TCP segment whose header has
    /// options (or in something else that looks like one), in front of what Ethernet puts
    /// behind a short packet.
    fn read(
        magic: u32,
        number: fn(u32) -> [u8; 4],
        (link, in_front): (u32, usize),
        (version, protocol): (u8, u8),
    ) -> Vec<Vec<Vec<u8>>> {
        let mut segment = [&[0x1f, 0x90, 0, 80][..], &[0; 20], b"hi"].concat();
        segment[12] = 6 << 4; // words
        let mut ip = vec![version << 4 | 5];
        if version == 4 {
            ip.extend([0, 0, 20 + 26, 0, 0, 0, 0, 0, protocol]);
            ip.resize(20, 0);
        } else {
            ip.extend([0, 0, 0, 0, 26, protocol]);
            ip.resize(40, 0);
        }
        let packet =
            [vec![0; in_front], ip, segment, b"padding".to_vec()].concat();
        let kept = number(packet.len() as u32);
        let (magic, link) = (number(magic), number(link));
        let file = [&magic[..], &[0; 16], &link, &[0; 8], &kept, &kept];
        let file = [&file.concat()[..], &packet, b"cut off"].concat();
        Capture::parse("made here", &file).unwrap().streams
    }

    #[test]
    fn captures_of_every_machine_and_system_are_read() {
        let little = u32::to_le_bytes as fn(u32) -> [u8; 4];
        for number in [little, u32::to_be_bytes] {
            for link in [(0, 4), (1, 14), (101, 0), (101 | 1 << 28, 0)] {
                for ip in [(4, 6), (6, 6)] {
                    let micro = read(0xa1b2_c3d4, number, link, ip);
                    let nano = read(0xa1b2_3c4d, number, link, ip);
                    assert_eq!([micro, nano], [[[b"hi"]], [[b"hi"]]]);
                }
            }
            for other in [(4, 17), (6, 17), (5, 6), (0, 6)] {
                let streams = read(0xa1b2_c3d4, number, (101, 0), other);
                assert!(streams.is_empty(), "{other:?} is no TCP, or no IP");
            }
        }
    }

    #[test]
    fn a_capture_cut_or_spoilt_anywhere_is_an_error_or_shows_less() {
        let whole = Capture::of_scene_2().unwrap();
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
