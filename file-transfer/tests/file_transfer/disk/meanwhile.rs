//! What others do in the download folder while a file comes.

use std::io::Write;
#[cfg(unix)]
use std::path::Path;
use std::{fs, thread};

use testing::RawServer;
use testing::frames::read_frame;
use testing::raw::{accept, send, wait_for_end};
use testing::refused::{Call, refusing};

use crate::disk::content::*;
#[cfg(unix)]
use crate::downloads::EARLIER;
use crate::downloads::{Ended, Folder, files};
use crate::messages::file;
use crate::programs::until;
#[cfg(unix)]
use crate::programs::{allow, by_nobody, make_pipe};

/// Gets x.bin; when all but 100 bytes of it have come, `act` is told the address of the
/// server and the folder.
fn meanwhile(
    dir: &Folder,
    act: impl FnOnce(&str, &Folder) + Send + 'static,
) -> Ended {
    dir.get_from(server_and(dir, act), "x.bin")
}

/// The server of that.
fn server_and(
    dir: &Folder,
    act: impl FnOnce(&str, &Folder) + Send + 'static,
) -> RawServer {
    let here = Folder::at(dir.path.clone());
    RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let whole = file("x.bin", &content());
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        let length = content().len() - 100;
        until(|| files(&here.path).values().any(|f| f.len() == length));
        act(&listener.local_addr().unwrap().to_string(), &here);
        send(&mut stream, rest);
        wait_for_end(&mut stream);
    })
}

#[test]
fn the_second_of_two_clients_in_one_folder_is_told_to_wait() {
    let dir = folder(None);
    let first = meanwhile(&dir, |addr, dir| {
        assert_eq!(
            dir.get(addr, "x.bin").error(),
            "another client is downloading x.bin into DIR; wait for it, or choose \
             another folder with --dir"
        );
    });
    first.succeeded();
    dir.holds(&[("x.bin", &content())]);
}

#[test]
fn twenty_clients_in_one_folder_leave_one_whole_file() {
    let (sharing, dir) = (share(), folder(None));
    let ended: Vec<Ended> = thread::scope(|scope| {
        let get = || dir.get(&sharing.addr, "x.bin");
        let clients: Vec<_> = (0..20).map(|_| scope.spawn(get)).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let (whole, failed): (Vec<_>, Vec<_>) =
        ended.iter().partition(|ended| ended.status == 0);
    assert!(!whole.is_empty());
    let words = "another client is downloading";
    failed.iter().for_each(|ended| ended.failed(words));
    dir.holds(&[("x.bin", &content())]);
}

#[cfg(unix)]
#[test]
fn a_beginning_that_somebody_has_removed_or_replaced_is_not_taken_for_the_whole()
 {
    let removed = |act: fn(&Folder, &Path)| {
        let dir = folder(None);
        let ended = meanwhile(&dir, move |_, dir| {
            let path = dir.path.join("x.bin.unfinished");
            fs::remove_file(&path).unwrap();
            act(dir, &path);
        });
        let wanted = "DIR/x.bin.unfinished is not there any more: somebody may have \
                      removed or replaced it; get it again";
        assert!(ended.error().ends_with(wanted), "{ended:?}");
        dir
    };
    removed(|dir, _| fs::remove_dir_all(&dir.path).unwrap());
    removed(|_, path| make_pipe(path));
    let other = b"half of another one";
    removed(|_, path| fs::write(path, b"half of another one").unwrap())
        .holds(&[("x.bin", EARLIER), ("x.bin.unfinished", other)]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_entered_any_more_is_no_file_that_has_gone() {
    let Some(nobody) = by_nobody() else { return };
    let dir = Folder::new();
    allow(&dir.path, 0o777);
    let server = server_and(&dir, move |_, dir| allow(&dir.path, 0o666));
    let ended = dir.get_by(&nobody, &server.addr, "x.bin");
    allow(&dir.path, 0o755);
    let wanted = "cannot write DIR/x.bin.unfinished (permission denied); get it again: \
                  it goes on with what has come";
    assert_eq!(ended.error(), wanted);
    server.end();
}

/// Some of NFS and FUSE have no locks (ENOLCK): the one that comes last finds that the
/// first has finished.
#[test]
fn without_locks_no_client_writes_into_the_file_of_another() {
    const NO_LOCKS: u32 = 37;
    let (sharing, dir) = (share(), folder(None));
    let addr = sharing.addr.clone();
    let both = || {
        meanwhile(&dir, move |_, dir| {
            dir.get(&addr, "x.bin").succeeded();
            assert_eq!(fs::read(dir.path.join("x.bin")).unwrap(), content());
        })
    };
    if let Some(first) = refusing(Call::Lock, NO_LOCKS, both) {
        first.succeeded();
        dir.holds(&[("x.bin", &content())]);
        // One that is cut leaves nothing: nobody could tell that it is not written to.
        let server = RawServer::answering(&[&file("x.bin", &content())[..CUT]]);
        let get = || dir.get_from(server, "x.bin");
        let ended = refusing(Call::Lock, NO_LOCKS, get).unwrap();
        ended.failed("file system has no locks");
        dir.holds(&[("x.bin", &content())]);
    }
}

#[test]
fn a_folder_that_takes_the_name_meanwhile_costs_no_byte() {
    let dir = Folder::new();
    let ended = meanwhile(&dir, |_, dir| {
        fs::create_dir(dir.path.join("x.bin")).unwrap();
    });
    ended.failed("cannot write DIR/x.bin (");
    ended.failed("choose another folder with --dir");
    let kept = fs::read(dir.path.join("x.bin.unfinished")).unwrap();
    assert_eq!(kept, content());
}

/// FUSE may give a file another number each time that somebody looks: then it is known by
/// its looks.
#[cfg(target_os = "linux")]
#[test]
fn where_the_numbers_of_files_change_a_file_is_known_by_its_looks() {
    use crate::system::leads_to;

    let folder =
        Folder::with(&[("open", b"a"), ("like it", b"a"), ("longer", b"aa")]);
    let paths = ["open", "like it", "longer"].map(|n| folder.path.join(n));
    let time = std::time::SystemTime::now();
    let files = paths.each_ref().map(|path| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
        file
    });
    let seen = files[0].metadata().unwrap();
    let lead = || {
        let leads = |path: &Path| leads_to(path, &files[0], &seen).unwrap();
        [0, 1, 2].map(|n| leads(&paths[n]))
    };
    assert_eq!(lead(), [true, false, false]);
    let not_known = 38; // ENOSYS: which file system is it?
    if let Some(late) = refusing(Call::FileSystem, not_known, lead) {
        assert_eq!(late, [true, true, false]);
    }
}
