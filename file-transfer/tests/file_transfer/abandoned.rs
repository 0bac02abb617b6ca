//! A client that leaves while its file is hashed is not worked for.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::time::Duration;
use std::{fs, thread};

use crate::messages::get;
use crate::programs::{Sharing, assert_serves, connect, signal, until};

#[test]
fn a_client_that_leaves_while_its_file_is_hashed_is_not_worked_for() {
    let sharing = Sharing::start(&["--max-clients", "2"]);
    let tasks = format!("/proc/{}/task", sharing.id());
    let threads = || fs::read_dir(&tasks).unwrap().count();
    let waiting = ["huge", "large"].map(|name| {
        sharing.write_zeros(name, 1 << 40);
        let mut stream = connect(&sharing);
        stream.write_all(&get(name)).unwrap();
        stream
    });
    // One has asked ahead for another file, too.
    (&waiting[0]).write_all(&get("abc.txt")).unwrap();
    until(|| threads() == 5); // two of them hash
    drop(waiting);
    // For two seconds the server believes that they may still read: it sleeps meanwhile,
    // so that the hashing takes nothing from the other tests.
    signal("STOP", sharing.id());
    thread::sleep(Duration::from_secs(2));
    signal("CONT", sharing.id());
    sharing.said(|log| {
        log.matches(" closed\n").count() + log.matches(" dropped").count() == 2
    });
    assert_serves(&sharing);
    // The threads that have hashed for them are gone as well.
    until(|| threads() <= 2);
}
