//! A file that changes while it is sent.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::thread;

use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::accept;

use crate::disk::content::*;
use crate::downloads::{EARLIER, Ended, Folder};
use crate::programs::Sharing;

const MIB: u64 = 1 << 20;

/// Between the real server and the real client: lets the header through, then changes
/// the shared file, then lets the rest through. The file is much larger than what the
/// sockets hold, so that the server has not read its end by then. Also gets what `next`
/// names.
fn changing(
    change: impl FnOnce(&Path) + Send + 'static,
    next: &[&str],
) -> (Ended, Folder, Sharing) {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("x.bin", 16 * MIB);
    let (to, path) = (sharing.addr.clone(), sharing.path("x.bin"));
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
    let args = [&["get", "x.bin"], next].concat();
    (dir.run_with(relay, &args, ""), dir, sharing)
}

fn writable(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_noticed() {
    let shrink = |path: &Path| writable(path).set_len(12 * MIB).unwrap();
    let (ended, dir, sharing) = changing(shrink, &[]);
    let missing = 4 * MIB;
    ended.failed(&format!("ended {missing} bytes too early; "));
    let shrunk = format!("the file became {missing} bytes shorter");
    sharing.said(|log| log.contains(&shrunk));
    let kept = vec![0; 12 << 20];
    dir.holds(&[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);
}

#[test]
fn a_file_that_grows_or_is_replaced_while_it_is_sent_arrives_as_it_was() {
    let grow = |path: &Path| writable(path).set_len(20 * MIB).unwrap();
    let replace = |path: &Path| {
        let new = path.with_extension("new");
        fs::write(&new, b"new").unwrap();
        fs::rename(new, path).unwrap();
    };
    let unix = [grow as fn(&Path), replace];
    for change in if cfg!(unix) { &unix[..] } else { &unix[..1] } {
        // What follows the file on the connection has to begin where it ended.
        let (ended, dir, _) = changing(*change, &["abc.txt"]);
        ended.succeeded();
        let old = vec![0; 16 << 20];
        dir.holds(&[("abc.txt", b"abc"), ("x.bin", &old)]);
    }
}

#[test]
fn a_file_that_is_written_to_while_it_is_sent_is_noticed_and_sent_once_more() {
    let rewrite = |path: &Path| {
        let mut file = writable(path);
        file.seek(SeekFrom::Start(14 * MIB)).unwrap();
        file.write_all(b"new").unwrap();
    };
    let (ended, dir, sharing) = changing(rewrite, &[]);
    // The client gets it once more, and by then it does not change.
    let once_more = "The digest is wrong: once more, from the start.\n";
    assert_eq!((ended.status, &ended.said[..]), (0, once_more));
    let now = fs::read(sharing.path("x.bin")).unwrap();
    dir.holds(&[("x.bin", &now)]);
}
