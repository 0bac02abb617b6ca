//! The page `under-a-socket.md`: what it shows is what the captures hold.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

mod label;
mod ladder;
mod packet;
mod text;

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};
use label::label;
use ladder::{Ladder, ladder};
use packet::read_capture;
use testing::lifelines::draw;
use testing::picture::keep;
use text::text;

const PAGE: &str = "under-a-socket.md";

/// The conversations: each capture, and the calls of client and server as `--trace`
/// has shown them. The ends that were a few lines of Python have no such option.
const CONVERSATIONS: [(&str, &str, &str); 4] = [
    (
        "hello",
        include_str!("../../captures/hello.client.log"),
        include_str!("../../captures/hello.server.log"),
    ),
    (
        "reset",
        "client     connect\n\
         client     sendall     11 bytes  6e 65 76 65 72 20 6d 69 6e 64 0a\n\
         client     peek         1 byte   4e\n\
         client     close",
        include_str!("../../captures/reset.server.log"),
    ),
    ("refused", include_str!("../../captures/refused.client.log"), ""),
    (
        "slow-goodbye",
        include_str!("../../captures/slow-goodbye.client.log"),
        "server #1  accept\n\
         server #1  recv         6 bytes  68 65 6c 6c 6f 0a\n\
         server #1  sendall      6 bytes  48 45 4c 4c 4f 0a\n\
         server #1  recv         0 bytes  end of stream\n\
         server #1  close",
    ),
];

fn capture(name: &str) -> Vec<u8> {
    fs::read(format!("captures/{name}.pcap")).unwrap()
}

fn packet_4(capture: &[u8]) -> Result<String> {
    let packets = read_capture(capture)?;
    let packet = packets.get(3).context("no packet 4")?;
    label(packet, &packets[0], &packets[1])
}

fn ladder_of(capture: &[u8], client: &str, server: &str) -> Result<Ladder> {
    ladder(&read_capture(capture)?, client, server)
}

/// Compares the text block behind `<!-- NAME -->` with `fresh`, or rewrites it.
fn check_block(name: &str, fresh: &str) {
    let page = fs::read_to_string(PAGE).unwrap();
    let start = format!("<!-- {name} -->\n```text\n");
    let (before, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("{PAGE} has no {start:?}"));
    let (shown, after) = rest.split_once("\n```").unwrap();
    if env::var_os("UPDATE_README").is_some() {
        let page = format!("{before}{start}{fresh}\n```{after}");
        fs::write(PAGE, page).unwrap();
    } else {
        assert_eq!(
            shown, fresh,
            "{PAGE}, {name}: refresh it with \
             UPDATE_README=1 cargo test --workspace readme"
        );
    }
}

#[test]
fn the_page_beside_the_readme_shows_what_the_captures_hold() {
    check_block("hello.pcap, packet 4", &packet_4(&capture("hello")).unwrap());
    for (name, client, server) in CONVERSATIONS {
        let ladder = ladder_of(&capture(name), client, server).unwrap();
        let text = text(&ladder);
        if name == "slow-goodbye" {
            let goodbye: Vec<&str> = text.lines().skip(9).collect();
            check_block("slow-goodbye.pcap, the end", &goodbye.join("\n"));
        } else {
            check_block(&format!("{name}.pcap"), &text);
        }
        if name == "hello" {
            let picture = draw(&ladder.heads, &ladder.rungs);
            keep(Path::new("pictures/ladder.svg"), &picture).unwrap();
        }
    }

    let capture = "../file-transfer/captures/get.pcap";
    read_capture(&fs::read(capture).unwrap()).unwrap();
    // The dissector is tried where tshark is installed, and built with Lua.
    let tshark = Command::new("tshark")
        .args(["-X", "lua_script:../common/frames.lua", "-r", capture])
        .args(["-Y", "frames", "-T", "fields", "-E", "separator=/s"])
        .args(["-e", "frame.number", "-e", "ip.src"])
        .args(["-e", "frames.length", "-e", "frames.json"])
        .output();
    if let Ok(tshark) = tshark
        && tshark.status.success()
    {
        let shown = String::from_utf8(tshark.stdout).unwrap();
        check_block("get.pcap", shown.trim_end());
    }
}

#[test]
fn a_capture_in_which_one_bit_is_wrong_is_noticed() {
    for (name, client, server) in CONVERSATIONS {
        let capture = capture(name);
        let right = text(&ladder_of(&capture, client, server).unwrap());
        // Every seventh bit: so every byte has its turn.
        for bit in (0..8 * capture.len()).step_by(7) {
            let mut wrong = capture.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            let wrong = ladder_of(&wrong, client, server);
            let noticed = wrong.map_or(true, |wrong| text(&wrong) != right);
            assert!(noticed, "{name}: byte {}, bit {}", bit / 8, bit % 8);
        }
    }
}

#[test]
fn a_capture_that_ends_too_early_is_noticed() {
    for (name, client, server) in CONVERSATIONS {
        let capture = capture(name);
        for length in 0..capture.len() {
            let cut = ladder_of(&capture[..length], client, server);
            assert!(cut.is_err(), "{name}: cut after {length} bytes");
        }
    }
}
