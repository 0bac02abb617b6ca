//! The download folder: two clients in it, and what else can lie there.

use std::fs;
use std::io::Write;
use std::sync::mpsc;
use std::thread;

use tempfile::tempdir;
use testing::files::{assert_holds, wait_for_length};
use testing::frames::read_frame;
use testing::raw::{accept, send, wait_for_end};
use testing::{Finished, PATIENCE, RawServer};

use crate::BIN;
use crate::disk::content::*;

#[test]
fn the_second_of_two_clients_in_one_folder_is_told_to_wait() {
    let (go_on, told) = mpsc::channel();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        told.recv_timeout(PATIENCE).unwrap();
        stream.write_all(rest).unwrap();
        wait_for_end(&mut stream);
    });
    let dir = folder(None);
    thread::scope(|scope| {
        let addr = &server.addr;
        let first = scope.spawn(|| get(addr, dir.path(), "x.bin"));
        let unfinished = dir.path().join("x.bin.unfinished");
        wait_for_length(&unfinished, content().len() - 100);
        let error = one_error(&get_x(&server, &dir));
        let wanted = format!(
            "another client is downloading x.bin into {}; wait for it, or \
             choose another folder with --dir",
            dir.path().display()
        );
        assert_eq!(error, wanted);
        go_on.send(()).unwrap();
        succeeded(&first.join().unwrap());
    });
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn twenty_clients_in_one_folder_leave_one_whole_file() {
    let (_share, server) = share();
    let dir = folder(None);
    let done: Vec<Finished> = thread::scope(|scope| {
        let clients: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| get(&server.addr, dir.path(), "x.bin")))
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert!(done.iter().any(|done| done.status == 0));
    for failed in done.iter().filter(|done| done.status != 0) {
        let error = one_error(failed);
        assert!(error.starts_with("another client is downloading"), "{error}");
    }
    assert_holds(dir.path(), &[("x.bin", &content())]);
}

#[test]
fn a_folder_that_is_missing_is_created() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let deep = dir.path().join("not/yet/there");
    succeeded(&get(&server.addr, &deep, "x.bin"));
    assert_holds(&deep, &[("x.bin", &content())]);
}

#[test]
fn a_folder_that_is_a_file_is_an_error() {
    let (_share, server) = share();
    let dir = folder(None);
    let file = dir.path().join("x.bin");
    let error = one_error(&get(&server.addr, &file, "x.bin"));
    let wanted = format!(
        "cannot create the folder {}; choose another with --dir: ",
        file.display()
    );
    assert!(error.starts_with(&wanted), "{error}");
    assert_holds(dir.path(), &[("x.bin", EARLIER)]);
}

#[test]
fn a_folder_under_the_final_name_is_an_error() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let taken = dir.path().join("x.bin");
    fs::create_dir(&taken).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    let wanted = format!(
        "{} is a folder; move it away, or choose another with --dir",
        taken.display()
    );
    assert_eq!(error, wanted);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_not_writable_is_an_error() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let (_share, server) = share();
    let dir = folder(None);
    let mode = fs::Permissions::from_mode(0o555);
    fs::set_permissions(dir.path(), mode).unwrap();
    let mut client = client(&server.addr, dir.path(), &["get", "x.bin"]);
    if dir.path().metadata().unwrap().uid() == 0 {
        // Everything is writable for root: somebody else has to try.
        client.uid(65_534).gid(65_534);
    }
    let done = client.output();
    // So that the folder can be removed at the end.
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path(), mode).unwrap();
    let Ok(done) = done else {
        println!("skipped: root, and nobody else may run {BIN}");
        return;
    };
    let wanted = format!(
        "error: cannot write into {} (permission denied); choose another \
         folder with --dir\n",
        dir.path().display()
    );
    assert_eq!(String::from_utf8(done.stderr).unwrap(), wanted);
    assert_eq!(done.status.code(), Some(1));
    assert_holds(dir.path(), &[("x.bin", EARLIER)]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_vanishes_during_the_download_is_an_error() {
    let dir = folder(None);
    let path = dir.path().to_path_buf();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        wait_for_length(&path.join("x.bin.unfinished"), content().len() - 100);
        fs::remove_dir_all(path).unwrap();
        stream.write_all(rest).unwrap();
        wait_for_end(&mut stream);
    });
    let error = one_error(&get_x(&server, &dir));
    let wanted = format!(
        "somebody has removed {} meanwhile; get it again",
        dir.path().join("x.bin.unfinished").display()
    );
    assert!(error.ends_with(&wanted), "{error}");
    server.end();
}

/// Somebody who is told that another client is downloading may remove what that one
/// writes.
#[cfg(unix)]
#[test]
fn a_beginning_that_somebody_has_replaced_is_not_taken_for_the_whole() {
    let dir = folder(None);
    let path = dir.path().join("x.bin.unfinished");
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        wait_for_length(&path, content().len() - 100);
        fs::remove_file(&path).unwrap();
        fs::write(path, b"half of another one").unwrap();
        stream.write_all(rest).unwrap();
        wait_for_end(&mut stream);
    });
    let error = one_error(&get_x(&server, &dir));
    assert!(error.contains("somebody has removed"), "{error}");
    let other: &[u8] = b"half of another one";
    assert_holds(
        dir.path(),
        &[("x.bin", EARLIER), ("x.bin.unfinished", other)],
    );
    server.end();
}

/// Linux keeps both files. Windows and most Macs have one place for both names.
#[test]
fn a_name_that_differs_in_capitals_alone_replaces_no_file() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let other = dir.path().join("X.bin");
    fs::write(&other, EARLIER).unwrap();
    let one_place = dir.path().join("x.bin").exists();
    let done = get(&server.addr, dir.path(), "x.bin");
    assert_eq!(fs::read(&other).unwrap(), EARLIER);
    if one_place {
        let wanted = format!(
            "X.bin lies in {}, and this system takes x.bin for the same name; \
             move it away, or choose another folder with --dir",
            dir.path().display()
        );
        assert_eq!(one_error(&done), wanted);
        assert_holds(dir.path(), &[("X.bin", EARLIER)]);
    } else {
        succeeded(&done);
        let content = content();
        assert_holds(dir.path(), &[("X.bin", EARLIER), ("x.bin", &content)]);
    }
}

#[test]
fn a_folder_that_takes_the_name_meanwhile_costs_no_byte() {
    let dir = tempdir().unwrap();
    let name = dir.path().join("x.bin");
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        fs::create_dir(name).unwrap();
        send(&mut stream, &reply(&content(), 0));
        wait_for_end(&mut stream);
    });
    let error = one_error(&get_x(&server, &dir));
    server.end();
    assert!(error.contains("cannot write "), "{error}");
    let remedy = "choose another folder with --dir";
    assert!(error.contains(remedy), "{error}");
    let kept = fs::read(dir.path().join("x.bin.unfinished")).unwrap();
    assert_eq!(kept, content());
}

/// On Unix a file can be replaced while a program reads it.
#[cfg(windows)]
#[test]
fn a_file_that_another_program_has_open_is_not_replaced() {
    use std::os::windows::fs::OpenOptionsExt;

    let (_share, server) = share();
    let dir = folder(None);
    let path = dir.path().join("x.bin");
    let mut alone = fs::OpenOptions::new();
    let open = alone.read(true).share_mode(0).open(&path).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    let remedy = "close it in any other program, then get it again: it has \
                  arrived whole; or choose another folder with --dir";
    assert!(error.contains(remedy), "{error}");
    drop(open);
    let content = content();
    let whole = ("x.bin.unfinished", &content[..]);
    assert_holds(dir.path(), &[("x.bin", EARLIER), whole]);
    succeeded(&get(&server.addr, dir.path(), "x.bin"));
    assert_holds(dir.path(), &[("x.bin", &content)]);
}

#[cfg(unix)]
#[test]
fn a_link_under_the_unfinished_name_is_not_followed() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, EARLIER).unwrap();
    let link = dir.path().join("x.bin.unfinished");
    std::os::unix::fs::symlink("victim", link).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    assert!(error.ends_with("x.bin.unfinished is in the way; remove it"));
    assert_eq!(fs::read(victim).unwrap(), EARLIER);
}

#[test]
fn a_second_name_of_another_file_under_the_unfinished_name_is_not_written_to() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, EARLIER).unwrap();
    fs::hard_link(&victim, dir.path().join("x.bin.unfinished")).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    assert!(error.ends_with("x.bin.unfinished is in the way; remove it"));
    assert_eq!(fs::read(victim).unwrap(), EARLIER);
}

/// `get a b | head -1` has seen enough, but still wants its files.
#[cfg(unix)]
#[test]
fn a_closed_pipe_does_not_stop_the_downloads() {
    let (share, server) = share();
    fs::write(share.path().join("y.bin"), b"y").unwrap();
    let dir = tempdir().unwrap();
    let mut child =
        client(&server.addr, dir.path(), &["get", "x.bin", "y.bin"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(dir.path().join("y.bin").exists());
}
