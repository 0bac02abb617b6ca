//! What can lie in a shared folder: links, pipes, devices, files that may not be read,
//! odd names. And the folder itself.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use testing::refused::{Call, refusing};
use testing::{Server, run};

use crate::messages::{abc, error, get, list, listing};
use crate::programs::{
    BIN, Sharing, allow, assert_no_file, assert_replies, assert_serves,
    by_nobody, exchange, make_pipe,
};

const INPUT_OUTPUT: u32 = 5;

#[test]
fn a_link_is_neither_served_nor_listed_wherever_it_leads() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    for (name, target) in [
        ("out", &outside.path().join("secret")),
        ("device", &"/dev/zero".into()),
        ("folder", &outside.path().into()),
        ("above", &"..".into()),
        ("inside", &"abc.txt".into()),
        ("absolute", &sharing.path("abc.txt")),
        ("twice", &"inside".into()),
        ("nowhere", &"nothing".into()),
        ("loop", &"loop".into()),
        ("to-sub", &"sub".into()),
    ] {
        symlink(target, sharing.path(name)).unwrap();
        let message = format!(
            "{name} is a link, and links are not shared; put a copy in its \
             place, or a hard link"
        );
        assert_no_file(&sharing, name, &message);
    }
    fs::hard_link(sharing.path("abc.txt"), sharing.path("hard")).unwrap();
    assert_replies(&sharing, &get("hard"), &abc("hard"));
    let wanted = listing(&[("abc.txt", 3), ("hard", 3)]);
    assert_replies(&sharing, &list(), &wanted);
    // A shared folder that is a link itself is a folder.
    let link = outside.path().join("link");
    symlink(sharing.folder.path(), &link).unwrap();
    assert_serves(&Server::start(BIN, &["--dir", link.to_str().unwrap()]));
}

#[test]
fn what_is_no_file_is_not_listed_and_nobody_waits_for_it() {
    let sharing = Sharing::start(&[]);
    make_pipe(&sharing.path("pipe"));
    let _socket = UnixListener::bind(sharing.path("socket")).unwrap();
    assert_no_file(&sharing, "pipe", "not a file: pipe");
    assert_no_file(&sharing, "socket", "not a file: socket");
    assert_replies(&sharing, &list(), &listing(&[("abc.txt", 3)]));
    let devices = Server::start(BIN, &["--dir", "/dev"]);
    for name in ["zero", "null", "tty"] {
        let wanted = error(&format!("not a file: {name}"));
        assert_replies(&devices, &get(name), &wanted);
    }
    let files = exchange(&devices, &list()).escape_ascii().to_string();
    assert!(files.contains("listing") && !files.contains("zero"), "{files}");
}

#[test]
fn names_that_cannot_be_offered_are_counted_in_the_log() {
    let sharing = Sharing::start(&[]);
    for name in ["\x1b[31mred", "line\nbreak", r"a\b", "C:x", "NUL", "x."] {
        sharing.write(name, "x");
    }
    let mut left_out = 6;
    if cfg!(target_os = "linux") {
        let name = OsStr::from_bytes(b"caf\xe9.txt");
        fs::write(sharing.folder.path().join(name), "x").unwrap();
        let shown = "caf\u{fffd}.txt";
        assert_no_file(&sharing, shown, &format!("no such file: {shown}"));
        left_out += 1;
    }
    fs::create_dir(sharing.path("folder")).unwrap(); // not a file: not counted
    assert_replies(&sharing, &list(), &listing(&[("abc.txt", 3)]));
    let counted = format!("not listed: {left_out}, the last of them \"");
    sharing.said(|log| log.contains(&counted));
}

#[test]
fn what_may_not_be_read_entered_or_reached_is_an_error_and_no_empty_listing() {
    let around = tempfile::tempdir().unwrap();
    let (around, folder) = (around.path(), around.path().join("share"));
    let locked = folder.join("locked");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("abc.txt"), "abc").unwrap();
    fs::write(&locked, "secret").unwrap();
    let dir = folder.to_str().unwrap();
    let args = ["server", "--addr", "127.0.0.1:0", "--dir", dir];
    allow(around, 0o755);
    let Some(nobody) = by_nobody() else { return };
    let words = [&nobody[..], &args].concat();
    let server = Server::listening(words[0], &words[1..]);
    allow(&locked, 0o000);
    assert_no_file(&server, "locked", "not permitted to read: locked");
    let wanted = listing(&[("abc.txt", 3), ("locked", 6)]);
    assert_replies(&server, &list(), &wanted);
    // To read a folder is not to enter it.
    allow(&folder, 0o444);
    let wanted = error("cannot open the shared folder (permission denied)");
    for request in [list(), get("abc.txt")] {
        assert_replies(&server, &request, &wanted);
    }
    allow(around, 0o000);
    let said = run(words[0], &words[1..], b"").stderr;
    assert!(said.contains("share (permission denied); choose"), "{said}");
    allow(around, 0o755);
    allow(&folder, 0o755);
}

#[test]
fn a_file_that_cannot_be_looked_at_is_one_line_less_and_one_in_the_log() {
    let start = || Sharing::start(&[]);
    if let Some(sharing) = refusing(Call::Look, INPUT_OUTPUT, start) {
        assert_replies(&sharing, &list(), &listing(&[]));
        let wanted = "not listed: 1, the last of them \"abc.txt\" (cannot look";
        sharing.said(|log| log.contains(wanted));
        assert_serves(&sharing);
    }
}

/// Else a listing of many slow files would take longer than a client waits.
#[test]
fn a_listing_opens_no_file() {
    let start = || Sharing::start(&[]);
    for (number, error) in [
        (INPUT_OUTPUT, "cannot read abc.txt (Input/output error"),
        // EAGAIN: another program has a lease, or it lies on a tape.
        (
            11,
            "abc.txt cannot be read at once: another program may have it open;",
        ),
    ] {
        let Some(sharing) = refusing(Call::Open, number, start) else { return };
        assert_replies(&sharing, &list(), &listing(&[("abc.txt", 3)]));
        let reply = exchange(&sharing, &get("abc.txt"));
        let shown = reply.escape_ascii().to_string();
        assert!(shown.contains(error), "{shown}");
    }
}

#[test]
fn a_link_or_a_pipe_that_is_swapped_in_leads_nowhere_and_nobody_waits() {
    let sharing = Sharing::start(&[]);
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let swapped = sharing.path("swapped");
    fs::write(&swapped, "harmless").unwrap();
    let pipe = sharing.path("pipe");
    make_pipe(&pipe);
    let (stop, stopped) = mpsc::channel::<()>();
    let folder = sharing.folder.path().to_path_buf();
    let swapping = thread::spawn(move || {
        let new = folder.join("new");
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            symlink(&secret, &new).unwrap();
            fs::rename(&new, &swapped).unwrap();
            fs::write(&new, "harmless").unwrap();
            fs::rename(&new, &swapped).unwrap();
            fs::rename(&pipe, &swapped).unwrap();
            fs::rename(&swapped, &pipe).unwrap();
            fs::write(&swapped, "harmless").unwrap();
        }
    });
    let (mut asked, mut harmless) = (0, 0);
    while asked < 300 || harmless == 0 {
        asked += 1;
        let reply = exchange(&sharing, &get("swapped"));
        let reply = String::from_utf8(reply).unwrap();
        assert!(!reply.ends_with("secret"), "{reply}");
        harmless += usize::from(reply.ends_with("harmless"));
    }
    drop(stop);
    swapping.join().unwrap();
}
