//! What public bug reports broke in programs like this one, and a system that refuses
//! what others grant.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::tempdir;
use testing::raw::wait_for_end;
use testing::refused::{Call, refusing};
use testing::session::Session;
use testing::{RawServer, Server, run};

use crate::files::assert_holds;
use crate::messages::{error, get, list, listing};
use crate::programs::{
    BIN, EARLIER, Sharing, assert_same, assert_serves, assert_succeeded,
    client, connect, exchange, limited, messages, one_error, run_client,
    signal, until,
};

const NO_SPACE: u32 = 28;
const NOT_KNOWN: u32 = 38;
const INPUT_OUTPUT: u32 = 5;

/// As NFS and FUSE do.
#[test]
fn a_disk_that_is_full_when_it_is_waited_for_saves_nothing() {
    let sharing = Sharing::start(&[]);
    let dir = tempdir().unwrap();
    let abc = ["get", "abc.txt"];
    let get = || run_client(&sharing.addr, dir.path(), &abc, b"");
    let full = || refusing(Call::Sync, NO_SPACE, get);
    if let Some(Some(done)) = refusing(Call::FileSystem, NOT_KNOWN, full) {
        let error = one_error(&done, &sharing.addr);
        assert!(error.contains("(no storage space); make room"), "{error}");
        assert!(!dir.path().join("abc.txt").exists());
        // A disk of this machine is not waited for, where nothing is replaced.
        let done = refusing(Call::Sync, NO_SPACE, get);
        assert_succeeded(&done.unwrap());
    }
}

/// What has failed on this machine, and what helps there: it is not the server's fault.
#[test]
fn a_disk_that_fails_after_the_last_byte_is_named_and_what_helps() {
    let sharing = Sharing::start(&[]);
    sharing.write("large", vec![b'x'; 300_000]);
    for (call, number, name, here, wanted) in [
        (
            Call::Rename,
            NO_SPACE,
            "abc.txt",
            "",
            "cannot write DIR/abc.txt (no storage space); it has arrived whole: make \
             room, then get it again; or choose another folder with --dir",
        ),
        (
            Call::ReadMuch,
            INPUT_OUTPUT,
            "large",
            "x",
            "cannot read DIR/large.unfinished (Input/output error (os error 5)); \
             remove it, then get it again",
        ),
    ] {
        let dir = tempdir().unwrap();
        let unfinished = dir.path().join(format!("{name}.unfinished"));
        fs::write(&unfinished, here).unwrap();
        let get = ["get", name];
        let client = || run_client(&sharing.addr, dir.path(), &get, b"");
        if let Some(done) = refusing(call, number, client) {
            let path = dir.path().to_str().unwrap();
            let error = one_error(&done, &sharing.addr).replace(path, "DIR");
            assert!(error.ends_with(wanted), "{error}");
        }
    }
}

#[test]
fn file_systems_that_write_elsewhere_report_late_and_a_disk_does_not() {
    use crate::system::late_kind;
    // NFS, SMB 2, FUSE, 9p; ext4, tmpfs, btrfs.
    let late = [0x6969, 0xfe53_4d42, 0x6573_5546, 0x0102_1997];
    assert!(late.into_iter().all(late_kind));
    assert!(![0xef53, 0x0102_1994, 0x9123_683e].into_iter().any(late_kind));
}

#[test]
fn where_the_numbers_of_files_change_a_file_is_known_by_its_looks() {
    let folder = tempdir().unwrap();
    let paths = ["open", "like it", "longer"].map(|n| folder.path().join(n));
    let time = std::time::SystemTime::now();
    let files = [0, 1, 2].map(|n| {
        fs::write(&paths[n], ["a", "a", "aa"][n]).unwrap();
        let file = File::options().write(true).open(&paths[n]).unwrap();
        file.set_modified(time).unwrap();
        file
    });
    let seen = files[0].metadata().unwrap();
    let lead = || {
        paths
            .each_ref()
            .map(|path| crate::system::leads_to(path, &files[0], &seen))
    };
    assert_eq!(lead(), [true, false, false]);
    if let Some(late) = refusing(Call::FileSystem, NOT_KNOWN, lead) {
        assert_eq!(late, [true, true, false]);
    }
}

#[test]
fn a_file_that_cannot_be_looked_at_is_one_line_less_and_one_in_the_log() {
    let start = || Sharing::start(&[]);
    if let Some(sharing) = refusing(Call::Look, INPUT_OUTPUT, start) {
        assert_same(&exchange(&sharing, &list()), &listing(&[]));
        sharing.said(|log| {
            log.contains(
                "not listed: 1, the last of them \"abc.txt\" (cannot look",
            )
        });
        assert_serves(&sharing);
    }
}

/// Else a listing of many slow files would take longer than a client waits.
#[test]
fn a_listing_opens_no_file() {
    let start = || Sharing::start(&[]);
    if let Some(sharing) = refusing(Call::Open, INPUT_OUTPUT, start) {
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
        let reply = exchange(&sharing, &get("abc.txt"));
        let shown = reply.escape_ascii().to_string();
        let error = "cannot read abc.txt (Input/output error";
        assert!(shown.contains(error), "{shown}");
    }
}

/// A command line for somebody who may not do everything; `None` where there is none.
fn as_nobody<'a>(args: &[&'a str]) -> Option<Vec<&'a str>> {
    let nobody =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let before = if is_root { &nobody[..] } else { &[] };
    let words = [before, &[BIN], args].concat();
    let possible =
        Command::new(words[0]).args(&words[1..]).arg("--help").output();
    if !possible.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: nobody else can run this program");
        return None;
    }
    Some(words)
}

#[test]
fn a_folder_that_may_be_read_and_not_entered_is_no_empty_one() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("abc.txt"), "abc").unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o444)).unwrap();
    let dir = folder.path().to_str().unwrap();
    let args = ["server", "--addr", "127.0.0.1:0", "--dir", dir];
    let Some(words) = as_nobody(&args) else { return };
    let server = Server::listening(words[0], &words[1..]);
    let wanted = error("cannot open the shared folder (permission denied)");
    for request in [list(), get("abc.txt")] {
        assert_same(&exchange(&server, &request), &wanted);
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_folder_that_may_not_be_reached_is_not_said_to_be_none() {
    let folder = tempdir().unwrap();
    let (path, share) = (folder.path(), folder.path().join("share"));
    fs::create_dir(&share).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
    let args = ["server", "--dir", share.to_str().unwrap()];
    if let Some(words) = as_nobody(&args) {
        let said = run(words[0], &words[1..], b"").stderr;
        assert!(said.contains("share (permission denied); choose"), "{said}");
    }
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_may_not_be_written_is_named_the_folder_or_the_file_in_it() {
    let sharing = Sharing::start(&[]);
    let folder = ("cannot write into DIR", "choose");
    let file =
        ("DIR/abc.txt.unfinished is in the way", "move it away, or choose");
    for (mode, there, (what, remedy)) in
        [(0o555, "x", folder), (0o777, "abc.txt.unfinished", file)]
    {
        let dir = tempdir().unwrap();
        let file = dir.path().join(there);
        fs::write(&file, EARLIER).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        let permissions = Permissions::from_mode(mode);
        fs::set_permissions(dir.path(), permissions).unwrap();
        let path = dir.path().to_str().unwrap();
        let args = ["client", "--addr", &sharing.addr, "--dir", path, "get"];
        let words = as_nobody(&[&args[..], &["abc.txt"]].concat());
        let Some(words) = words else { return };
        let done = run(words[0], &words[1..], b"");
        let wanted = format!(
            "{what} (permission denied); {remedy} another folder with --dir\n"
        );
        let said = messages(&done).replace(path, "DIR");
        assert!(done.status == 1 && said.ends_with(&wanted), "{said}");
        assert_holds(dir.path(), &[(there, EARLIER)]);
        let permissions = Permissions::from_mode(0o755);
        fs::set_permissions(dir.path(), permissions).unwrap();
    }
}

#[test]
fn a_tour_without_room_for_its_files_says_where_and_what_helps() {
    let folder = tempdir().unwrap();
    let limit = "ulimit -f 0; exec \"$0\"";
    let mut command = Command::new("bash");
    command.args(["-c", limit, BIN]).env("TMPDIR", folder.path());
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let start = format!("error: cannot make {}", folder.path().display());
    assert!(said.starts_with(&start), "{said}");
    assert!(said.contains(" (file too large); make room there, or set TM"));
    assert_holds(folder.path(), &[]);
}

#[test]
fn a_signal_leaves_nothing_behind() {
    // The tour, in the middle of its work: it waits until somebody reads what it says.
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let folder = tempdir().unwrap();
        let (_reader, writer) = std::io::pipe().unwrap();
        (&writer).write_all(&[b'x'; 16 * 4096]).unwrap(); // all that it holds
        let mut command = Command::new(BIN);
        command.env("TMPDIR", folder.path()).stdout(writer);
        let mut tour = command.spawn().unwrap();
        until(|| fs::read_dir(folder.path()).unwrap().count() > 0);
        signal(name, tour.id());
        assert_eq!(tour.wait().unwrap().signal(), Some(number));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    // Its terminal is closed, while it waits there for Enter.
    let folder = tempdir().unwrap();
    let mut command = Command::new(BIN);
    command.arg("--step").env("TMPDIR", folder.path());
    let tour = Session::start(command, 80);
    tour.shows(|rows| rows.iter().any(|row| row.contains("(Enter)")));
    signal("HUP", tour.id());
    until(|| fs::read_dir(folder.path()).unwrap().count() == 0);
    // A client that has received nothing yet.
    let (asked, wait) = mpsc::channel();
    let server = RawServer::asked(move |mut stream| {
        asked.send(()).unwrap();
        wait_for_end(&mut stream);
    });
    let dir = tempdir().unwrap();
    let deep = dir.path().join("deep");
    let mut child = client(&server.addr, &deep, &["get", "x"]).spawn().unwrap();
    wait.recv().unwrap();
    signal("TERM", child.id());
    child.wait().unwrap();
    assert_holds(dir.path(), &[]);
    server.end();
}

#[test]
fn what_a_listing_shows_can_be_typed_back() {
    let sharing = Sharing::start(&[]);
    let names =
        [" first", "cafe\u{301}", "last\u{3000}", "turn\u{202e}ed", "粘 包"];
    names.iter().for_each(|name| sharing.write(name, "abc"));
    let dir = tempdir().unwrap();
    let listed = run_client(&sharing.addr, dir.path(), &["list"], b"").text();
    let shown = listed.lines().map(|line| format!("get {}\n", &line[14..]));
    let typed: String = shown.collect();
    let done = run_client(&sharing.addr, dir.path(), &[], typed.as_bytes());
    assert_succeeded(&done);
    let there = names.into_iter().chain(["abc.txt"]);
    let files: Vec<_> = there.map(|name| (name, &b"abc"[..])).collect();
    assert_holds(dir.path(), &files);
    // In the other Unicode form: the answer has the one that is there.
    let other = "get caf\u{e9}\n".as_bytes();
    let error = one_error(
        &run_client(&sharing.addr, dir.path(), &[], other),
        &sharing.addr,
    );
    assert!(error.contains("there is cafe\u{301}, which looks"), "{error}");
}

#[test]
fn a_client_that_leaves_while_its_file_is_hashed_is_not_worked_for() {
    let sharing = Sharing::start(&["--max-clients", "2"]);
    let names = ["huge", "large"];
    let waiting = names.map(|name| {
        sharing.write_zeros(name, 1 << 40);
        let mut stream = connect(&sharing);
        stream.write_all(&get(name)).unwrap();
        sharing.said(|log| log.contains(&format!("get \"{name}\"")));
        stream
    });
    // One has asked ahead for another file, too.
    (&waiting[0]).write_all(&get("abc.txt")).unwrap();
    drop(waiting);
    sharing.said(|log| {
        log.matches(" closed\n").count() + log.matches(" dropped").count() == 2
    });
    assert_serves(&sharing);
    // The threads that have hashed for them are gone as well.
    let tasks = format!("/proc/{}/task", sharing.id());
    until(|| fs::read_dir(&tasks).unwrap().count() <= 2);
}

#[test]
fn a_shortage_is_logged_when_it_begins_and_when_it_is_over() {
    let server = limited(8);
    let waiting: Vec<_> = (0..8).map(|_| connect(&server)).collect();
    server.said(|log| log.contains("cannot accept: "));
    thread::sleep(Duration::from_millis(400)); // it is met four times
    let log = server.said(|_| true);
    assert_eq!(log.matches("cannot accept").count(), 1, "{log}");
    drop(waiting);
    server.said(|log| log.contains("that is over"));
}

#[test]
fn a_server_whose_log_has_reached_a_limit_serves_on() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("log");
    let limit = "ulimit -f 1; exec \"$0\" \"$@\"";
    let mut server = Command::new("bash")
        .args(["-c", limit, BIN, "server", "--addr", "127.0.0.1:0"])
        .args(["--dir", "share"])
        .stderr(File::create(&path).unwrap())
        .spawn()
        .unwrap();
    let log = || fs::read_to_string(&path).unwrap();
    until(|| log().ends_with('\n'));
    let line = log();
    let addr = line.trim().strip_prefix("listening on ").unwrap();
    for _ in 0..30 {
        let reply = testing::raw::exchange(addr, &get("hello.txt"));
        assert!(reply.ends_with(&fs::read("share/hello.txt").unwrap()));
    }
    assert!(path.metadata().unwrap().len() <= 1024);
    server.kill().unwrap();
    server.wait().unwrap();
}
