//! A file that changes while it is sent.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::{TempDir, tempdir};
use testing::files::assert_holds;
use testing::frames::{frame, read_frame};
use testing::raw::accept;
use testing::{Finished, RawServer, Server};

use crate::BIN;
use crate::disk::content::*;

const MIB: u64 = 1 << 20;

/// Between the real server and the real client: lets the header through, then
/// changes the shared file, then lets the rest through. The file is much larger than
/// what the sockets hold, so that the server has not read its end by then.
fn changing(change: impl FnOnce(&Path) + Send + 'static) -> Changing {
    let share = tempdir().unwrap();
    let shared = share.path().join("x.bin");
    File::create(&shared).unwrap().set_len(16 * MIB).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);
    let (to, path) = (server.addr.clone(), shared.clone());
    let relay = RawServer::new(move |listener| {
        let client = accept(&listener);
        let server = TcpStream::connect(to).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &client, &mut &server);
                let _ = server.shutdown(Shutdown::Write);
            });
            let header = read_frame(&mut server.try_clone().unwrap());
            (&client).write_all(&frame(&header)).unwrap();
            change(&path);
            let _ = io::copy(&mut &server, &mut &client);
            let _ = client.shutdown(Shutdown::Write);
        });
    });
    let dir = folder(None);
    let done = get_x(&relay, &dir);
    relay.end();
    Changing { done, dir, server, shared, _share: share }
}

struct Changing {
    done: Finished,
    dir: TempDir,
    server: Server,
    shared: PathBuf,
    _share: TempDir,
}

fn writable(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_noticed() {
    let shrunk = changing(|shared| writable(shared).set_len(12 * MIB).unwrap());
    let error = one_error(&shrunk.done);
    let wanted = format!("ended {} bytes too early; ", 4 * MIB);
    assert!(error.contains(&wanted), "{error}");
    let kept = vec![0; 12 << 20];
    let dir = shrunk.dir.path();
    assert_holds(dir, &[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);
    // What has come is all that there is now.
    succeeded(&get(&shrunk.server.addr, dir, "x.bin"));
    assert_holds(dir, &[("x.bin", &fs::read(shrunk.shared).unwrap())]);
}

#[test]
fn a_file_that_grows_while_it_is_sent_arrives_as_it_was() {
    let grown = changing(|shared| writable(shared).set_len(20 * MIB).unwrap());
    succeeded(&grown.done);
    assert_holds(grown.dir.path(), &[("x.bin", &vec![0; 16 << 20])]);
}

#[test]
fn a_file_that_is_written_to_while_it_is_sent_is_noticed_and_sent_once_more() {
    let rewritten = changing(|shared| {
        let mut file = writable(shared);
        file.seek(SeekFrom::Start(14 * MIB)).unwrap();
        file.write_all(b"new").unwrap();
    });
    // The client gets it once more, and by then it does not change.
    let said = messages(&rewritten.done);
    assert_eq!((rewritten.done.status, said.as_str()), (0, ONCE_MORE));
    let now = fs::read(rewritten.shared).unwrap();
    assert_holds(rewritten.dir.path(), &[("x.bin", &now)]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_it_is_sent_arrives_as_it_was() {
    let replaced = changing(|shared| {
        let new = shared.with_extension("new");
        fs::write(&new, b"new").unwrap();
        fs::rename(new, shared).unwrap();
    });
    succeeded(&replaced.done);
    assert_holds(replaced.dir.path(), &[("x.bin", &vec![0; 16 << 20])]);
}
