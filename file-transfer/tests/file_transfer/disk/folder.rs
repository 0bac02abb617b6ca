//! The download folder: what can lie in it, and what others do there meanwhile.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::{TempDir, tempdir};
use testing::frames::read_frame;
use testing::raw::{accept, send, wait_for_end};
use testing::refused::{Call, refusing};
use testing::{Finished, RawServer};

use crate::disk::content::*;
use crate::files::{assert_holds, files};
use crate::messages::file;
#[cfg(unix)]
use crate::programs::make_pipe;
use crate::programs::{EARLIER, assert_succeeded, one_error};

/// Gets x.bin; when all but 100 bytes of it have come, `act` is told the address of the
/// server and the folder.
fn meanwhile(
    dir: &TempDir,
    act: impl FnOnce(&str, &Path) + Send + 'static,
) -> Finished {
    let path = dir.path().to_path_buf();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let whole = file("x.bin", &content());
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        let length = content().len() - 100;
        while !files(&path).values().any(|bytes| bytes.len() == length) {
            thread::sleep(Duration::from_millis(1));
        }
        act(&listener.local_addr().unwrap().to_string(), &path);
        send(&mut stream, rest);
        wait_for_end(&mut stream);
    });
    let done = get_x(&server.addr, dir.path());
    server.end();
    done
}

#[test]
fn the_second_of_two_clients_in_one_folder_is_told_to_wait() {
    let dir = folder(None);
    let first = meanwhile(&dir, |addr, dir| {
        let wanted = format!(
            "another client is downloading x.bin into {}; wait for it, or choose \
             another folder with --dir",
            dir.display()
        );
        assert_eq!(one_error(&get_x(addr, dir), addr), wanted);
    });
    assert_succeeded(&first);
    assert_holds(dir.path(), &[("x.bin", &content())]);
}

#[test]
fn twenty_clients_in_one_folder_leave_one_whole_file() {
    let sharing = share();
    let dir = folder(None);
    let done: Vec<Finished> = thread::scope(|scope| {
        let clients: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| get_x(&sharing.addr, dir.path())))
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert!(done.iter().any(|done| done.status == 0));
    for failed in done.iter().filter(|done| done.status != 0) {
        let error = one_error(failed, &sharing.addr);
        assert!(error.contains("another client is downloading"), "{error}");
    }
    assert_holds(dir.path(), &[("x.bin", &content())]);
}

#[cfg(unix)]
#[test]
fn a_beginning_that_somebody_has_removed_or_replaced_is_not_taken_for_the_whole()
 {
    let error = |dir: &TempDir, act: fn(&str, &Path)| {
        let done = meanwhile(dir, act);
        let error = one_error(&done, "ADDR");
        let wanted = format!(
            "cannot find {} any more: somebody may have removed it; get it again",
            dir.path().join("x.bin.unfinished").display()
        );
        assert!(error.ends_with(&wanted), "{error}");
    };
    error(&folder(None), |_, dir| fs::remove_dir_all(dir).unwrap());
    let dir = folder(None);
    error(&dir, |_, dir| {
        let path = dir.join("x.bin.unfinished");
        fs::remove_file(&path).unwrap();
        fs::write(path, b"half of another one").unwrap();
    });
    error(&folder(None), |_, dir| {
        let path = dir.join("x.bin.unfinished");
        fs::remove_file(&path).unwrap();
        make_pipe(&path);
    });
    let other: &[u8] = b"half of another one";
    assert_holds(
        dir.path(),
        &[("x.bin", EARLIER), ("x.bin.unfinished", other)],
    );
}

/// Some of NFS and FUSE have no locks (ENOLCK): the one that comes last finds that the
/// first has finished.
#[test]
fn without_locks_no_client_writes_into_the_file_of_another() {
    const NO_LOCKS: u32 = 37;
    let sharing = share();
    let dir = folder(None);
    let addr = sharing.addr.clone();
    let both = || {
        meanwhile(&dir, move |_, dir| {
            assert_succeeded(&get_x(&addr, dir));
            assert_eq!(fs::read(dir.join("x.bin")).unwrap(), content());
        })
    };
    if let Some(first) = refusing(Call::Lock, NO_LOCKS, both) {
        assert_succeeded(&first);
        assert_holds(dir.path(), &[("x.bin", &content())]);
        // One that is cut leaves nothing: nobody could tell that it is not written to.
        let server = RawServer::answering(&[&file("x.bin", &content())[..CUT]]);
        let get = || get_x(&server.addr, dir.path());
        let done = refusing(Call::Lock, NO_LOCKS, get).unwrap();
        let error = one_error(&done, &server.addr);
        assert!(error.contains("file system has no locks"), "{error}");
        assert_holds(dir.path(), &[("x.bin", &content())]);
    }
}

#[test]
fn a_folder_that_takes_the_name_meanwhile_costs_no_byte() {
    let dir = tempdir().unwrap();
    let done = meanwhile(&dir, |_, dir| {
        fs::create_dir(dir.join("x.bin")).unwrap();
    });
    let error = one_error(&done, "ADDR");
    assert!(error.contains("cannot write "), "{error}");
    let remedy = "choose another folder with --dir";
    assert!(error.contains(remedy), "{error}");
    let kept = fs::read(dir.path().join("x.bin.unfinished")).unwrap();
    assert_eq!(kept, content());
}

#[test]
fn a_folder_that_is_missing_is_made_for_a_file_that_arrives() {
    let sharing = share();
    let dir = tempdir().unwrap();
    let deep = dir.path().join("not/yet/there");
    one_error(&get(&sharing.addr, &deep, "missing"), &sharing.addr);
    assert_holds(dir.path(), &[]);
    assert_succeeded(&get_x(&sharing.addr, &deep));
    assert_holds(&deep, &[("x.bin", &content())]);
}

/// What lies in a folder before x.bin is got, which fails and changes nothing in it.
#[test]
fn what_is_in_the_way_is_named_and_left_alone() {
    let sharing = share();
    for (prepare, below, wanted) in [
        (
            (|dir| fs::write(dir.join("no-folder"), EARLIER)) as fn(&Path) -> _,
            "no-folder",
            " with --dir",
        ),
        (
            |dir| fs::create_dir(dir.join("x.bin")),
            "",
            "DIR/x.bin is in the way (it is a folder); move it away, or choose",
        ),
        (
            |dir| {
                fs::write(dir.join("victim"), EARLIER)?;
                fs::hard_link(dir.join("victim"), dir.join("x.bin.unfinished"))
            },
            "",
            "DIR/x.bin.unfinished is in the way (",
        ),
        #[cfg(unix)]
        (
            |dir| {
                make_pipe(&dir.join("x.bin.unfinished"));
                Ok(())
            },
            "",
            "DIR/x.bin.unfinished is in the way (",
        ),
        #[cfg(unix)]
        (
            |dir| {
                fs::write(dir.join("victim"), EARLIER)?;
                let link = dir.join("x.bin.unfinished");
                std::os::unix::fs::symlink("victim", link)
            },
            "",
            "DIR/x.bin.unfinished is in the way (",
        ),
    ] {
        let dir = tempdir().unwrap();
        prepare(dir.path()).unwrap();
        let done = get_x(&sharing.addr, &dir.path().join(below));
        let error = one_error(&done, &sharing.addr).replace('\\', "/");
        let shown = dir.path().display().to_string().replace('\\', "/");
        let error = error.replace(&shown, "DIR");
        assert!(error.replace("DIR//", "DIR/").contains(wanted), "{error}");
        for entry in fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let is_as_it_was =
                !path.is_file() || fs::read(path).unwrap() == EARLIER;
            assert!(is_as_it_was, "{wanted}");
        }
    }
}

/// Linux keeps both files. Windows and most Macs have one place for both names.
#[test]
fn a_name_that_differs_in_capitals_alone_replaces_no_file() {
    let sharing = share();
    let dir = tempdir().unwrap();
    let other = dir.path().join("X.bin");
    fs::write(&other, EARLIER).unwrap();
    let one_place = dir.path().join("x.bin").exists();
    let done = get_x(&sharing.addr, dir.path());
    assert_eq!(fs::read(&other).unwrap(), EARLIER);
    if one_place {
        let wanted = format!(
            "{} is in the way (this system takes x.bin for the same name); move it \
             away, or choose another folder with --dir",
            other.display()
        );
        assert_eq!(one_error(&done, &sharing.addr), wanted);
        assert_holds(dir.path(), &[("X.bin", EARLIER)]);
    } else {
        assert_succeeded(&done);
        let content = content();
        assert_holds(dir.path(), &[("X.bin", EARLIER), ("x.bin", &content)]);
    }
}

/// On Unix a file can be replaced while a program reads it.
#[cfg(windows)]
#[test]
fn a_file_that_another_program_has_open_is_not_replaced() {
    use std::os::windows::fs::OpenOptionsExt;

    let sharing = share();
    let dir = folder(None);
    let path = dir.path().join("x.bin");
    let mut alone = fs::OpenOptions::new();
    let open = alone.read(true).share_mode(0).open(&path).unwrap();
    let error = one_error(&get_x(&sharing.addr, dir.path()), &sharing.addr);
    let remedy = "close it in other programs, then get it again; or choose \
                  another folder with --dir";
    assert!(error.contains(remedy), "{error}");
    drop(open);
    let content = content();
    let whole = ("x.bin.unfinished", &content[..]);
    assert_holds(dir.path(), &[("x.bin", EARLIER), whole]);
    assert_succeeded(&get_x(&sharing.addr, dir.path()));
    assert_holds(dir.path(), &[("x.bin", &content)]);
}
