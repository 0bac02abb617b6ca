//! Files that change, and their digests. (What a client makes of a file that changes
//! while it is sent: in disk/changing.rs.)

use std::fs::{self, File};
use std::io::Write;
use std::net::Shutdown;
#[cfg(unix)]
use std::sync::mpsc::{self, TryRecvError};
#[cfg(unix)]
use std::thread;
use std::time::{Duration, SystemTime};

use testing::Server;
use testing::frames::frame;
use testing::raw::rest;

use crate::messages::{error, file, get, list, md5_of};
#[cfg(unix)]
use crate::programs::LONG;
use crate::programs::{
    Sharing, assert_replies, assert_same, assert_serves, connect,
};

#[test]
fn a_file_that_has_changed_has_another_digest_whatever_its_size_and_time() {
    let sharing = Sharing::start(&[]);
    let hour = Duration::from_secs(3600);
    for time in [SystemTime::now() - hour, SystemTime::now() + hour] {
        let write = |name: &str, content: &str| {
            sharing.write(name, content);
            let file = File::options().write(true).open(sharing.path(name));
            file.unwrap().set_modified(time).unwrap();
        };
        let assert_sent = |content: &str| {
            let wanted = file("x", content.as_bytes());
            assert_replies(&sharing, &get("x"), &wanted);
        };
        for content in ["xyz", "abc", "xyz", "xyz"] {
            write("x", content);
            assert_sent(content);
        }
        if cfg!(unix) {
            write("new", "abc");
            fs::rename(sharing.path("new"), sharing.path("x")).unwrap();
            assert_sent("abc");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_grows_all_the_time_is_sent_as_long_as_it_was() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("log", LONG);
    let mut log = File::options().append(true).open(sharing.path("log"));
    let (stop, stopped) = mpsc::channel::<()>();
    let growing = thread::spawn(move || {
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            log.as_mut().unwrap().write_all(b"one more line\n").unwrap();
        }
    });
    let mut stream = connect(&sharing);
    stream.write_all(&get("log")).unwrap();
    let header = testing::frames::read_frame(&mut stream);
    drop(stop);
    growing.join().unwrap();

    stream.shutdown(Shutdown::Write).unwrap();
    let came = rest(stream);
    let reply = [&frame(header), &came[..]].concat();
    assert!(reply == file("log", &came), "not its size, or not its digest");
}

#[test]
fn a_shared_folder_that_vanishes_is_an_error_until_it_is_back() {
    let sharing = Sharing::start(&[]);
    fs::remove_dir_all(sharing.folder.path()).unwrap();
    let gone = error("cannot open the shared folder (entity not found)");
    for request in [get("abc.txt"), list()] {
        assert_replies(&sharing, &request, &gone);
    }
    fs::create_dir(sharing.folder.path()).unwrap();
    sharing.write("abc.txt", "abc");
    assert_serves(&sharing);
}

/// How many bytes the server has read, from files and sockets. Linux counts them;
/// elsewhere, 0.
fn bytes_read(server: &Server) -> u64 {
    let path = format!("/proc/{}/io", server.id());
    let counts = fs::read_to_string(path).unwrap_or("rchar: 0".into());
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.unwrap().parse().unwrap()
}

/// Even if a clock that is ahead has left its time in the future.
#[test]
fn a_file_that_two_hundred_clients_ask_for_at_once_is_hashed_once() {
    let server = Sharing::start(&[]);
    let content = fs::read("share/numbers.txt").unwrap();
    let wanted = file("numbers.txt", &content);
    server.write("numbers.txt", &content);
    let soon = SystemTime::now() + Duration::from_secs(1);
    let here = File::options().write(true).open(server.path("numbers.txt"));
    here.unwrap().set_modified(soon).unwrap();

    let mut streams = Vec::new();
    for clients in [100, 200] {
        streams.resize_with(clients, || connect(&server));
        // Else some of them could be too many for the queue in which they wait.
        server.said(|log| log.matches(" connected\n").count() == clients);
    }
    let before = bytes_read(&server);
    for stream in &mut streams {
        stream.write_all(&get("numbers.txt")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    for stream in streams {
        assert_same(&rest(stream), &wanted);
    }
    // An older client says which digest was wrong: nobody can have it hashed again.
    let request = format!(
        r#"{{"command":"get","filename":"numbers.txt","wrong_digest":"{}"}}"#,
        md5_of(&content)
    );
    assert_replies(&server, &frame(request), &wanted);
    // Once for the digest, and once for each client; the rest is little.
    let files = (bytes_read(&server) - before) / content.len() as u64;
    assert!(files == 202 || !cfg!(target_os = "linux"), "{files} times read");
}

/// The system makes their bytes when they are read.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_size_is_a_lie_is_refused_before_its_header() {
    use crate::programs::{BIN, exchange};

    for (folder, name, size) in
        [("/proc/self", "status", 0), ("/sys/class/net/lo", "mtu", 4096)]
    {
        let server = Server::start(BIN, &["--dir", folder]);
        let reply = exchange(&server, &get(name)).escape_ascii().to_string();
        let wanted = format!("the system says {size} bytes, and ");
        assert!(reply.contains(&wanted), "{reply}");
    }
}
