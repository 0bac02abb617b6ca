//! What can lie in a shared folder on Unix: links, pipes, devices, odd names.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use testing::Server;

use crate::messages::{abc, error, get, list, listing};
use crate::programs::{
    BIN, Sharing, assert_no_file, assert_same, assert_serves, exchange,
    make_pipe,
};

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
    assert_same(&exchange(&sharing, &get("hard")), &abc("hard"));
    let wanted = listing(&[("abc.txt", 3), ("hard", 3)]);
    assert_same(&exchange(&sharing, &list()), &wanted);
}

#[test]
fn a_shared_folder_that_is_a_link_itself_is_a_folder() {
    let around = tempfile::tempdir().unwrap();
    fs::create_dir(around.path().join("real")).unwrap();
    fs::write(around.path().join("real/abc.txt"), "abc").unwrap();
    symlink("real", around.path().join("link")).unwrap();
    let dir = around.path().join("link");
    assert_serves(&Server::start(BIN, &["--dir", dir.to_str().unwrap()]));
}

#[test]
fn what_is_no_file_or_has_no_name_is_not_listed_and_nobody_waits_for_it() {
    let sharing = Sharing::start(&[]);
    make_pipe(&sharing.path("pipe"));
    let _socket = UnixListener::bind(sharing.path("socket")).unwrap();
    assert_no_file(&sharing, "pipe", "not a file: pipe");
    assert_no_file(&sharing, "socket", "not a file: socket");
    for name in ["\x1b[31mred", "line\nbreak", r"a\b", "C:x", "NUL", "x."] {
        sharing.write(name, "secret");
    }
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
}

#[test]
fn a_device_is_no_file() {
    let server = Server::start(BIN, &["--dir", "/dev"]);
    for name in ["zero", "null", "tty"] {
        let wanted = error(&format!("not a file: {name}"));
        assert_same(&exchange(&server, &get(name)), &wanted);
    }
    let files = exchange(&server, &list()).escape_ascii().to_string();
    assert!(files.contains("listing") && !files.contains("zero"), "{files}");
}

#[test]
fn a_file_that_may_not_be_read_is_listed_and_an_error() {
    let sharing = Sharing::start(&[]);
    sharing.write("locked", "secret");
    let nobody = PermissionsExt::from_mode(0o000);
    fs::set_permissions(sharing.path("locked"), nobody).unwrap();
    if File::open(sharing.path("locked")).is_ok() {
        eprintln!("skipped: the administrator may read every file");
        return;
    }
    assert_no_file(&sharing, "locked", "not permitted to read: locked");
    let wanted = listing(&[("abc.txt", 3), ("locked", 6)]);
    assert_same(&exchange(&sharing, &list()), &wanted);
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
