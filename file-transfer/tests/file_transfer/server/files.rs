//! Files that change, and their digests.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, SystemTime};

use testing::frames::{frame, read_frame};
use testing::raw::rest;

use crate::BIN;
use crate::server::sharing::{
    LONG, MD5_OF_ABC, Sharing, abc, assert_same, assert_serves, connect,
    exchange, get, header, list, md5_of,
};

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_too_early() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    let file = File::options().write(true).open(sharing.path("long")).unwrap();
    file.set_len(1).unwrap();

    let came = rest(stream).len() as u64;
    assert!(came < LONG, "{came}");
    let missing = LONG - came;
    sharing.said(|log| {
        log.contains(&format!("\"long\" became {missing} bytes shorter"))
    });
    assert_serves(&sharing);
}

#[test]
fn a_file_that_grows_while_it_is_sent_brings_no_more_than_announced() {
    let sharing = Sharing::start(&[]);
    let size = LONG + 1; // the server's last read could bring more than a byte
    sharing.write_zeros("long", size);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    let mut file =
        File::options().append(true).open(sharing.path("long")).unwrap();
    file.write_all(b"and more").unwrap();

    let mut long = vec![1; size as usize];
    stream.read_exact(&mut long).unwrap();
    assert!(long == vec![0; size as usize]);
    // The next thing in the stream is the next reply.
    stream.write_all(&get("abc.txt")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(stream), &abc("abc.txt"));
}

#[cfg(unix)]
#[test]
fn a_file_replaced_by_one_of_the_same_size_and_time_has_its_own_digest() {
    let sharing = Sharing::start(&[]);
    let old = SystemTime::now() - Duration::from_secs(3600);
    sharing.write("new.txt", "xyz");
    for name in ["abc.txt", "new.txt"] {
        let file = File::options().write(true).open(sharing.path(name));
        file.unwrap().set_modified(old).unwrap();
    }
    assert_same(&exchange(&sharing, &get("abc.txt")), &abc("abc.txt"));
    fs::rename(sharing.path("new.txt"), sharing.path("abc.txt")).unwrap();
    let reply = exchange(&sharing, &get("abc.txt"));
    let md5_of_xyz = "d16fb36f0911f878998c136191af705e";
    let header = header("abc.txt", 3, md5_of_xyz);
    assert_same(&reply, &[&frame(header)[..], b"xyz"].concat());
}

#[cfg(unix)]
#[test]
fn a_file_that_grows_all_the_time_is_sent_as_long_as_it_was() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("log", LONG);
    let mut log = File::options().append(true).open(sharing.path("log"));
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let growing = std::thread::spawn(move || {
        while stopped
            .try_recv()
            .is_err_and(|e| e == std::sync::mpsc::TryRecvError::Empty)
        {
            log.as_mut().unwrap().write_all(b"one more line\n").unwrap();
        }
    });
    let mut stream = connect(&sharing);
    stream.write_all(&get("log")).unwrap();
    let header = read_frame(&mut stream);
    drop(stop);
    growing.join().unwrap();

    stream.shutdown(Shutdown::Write).unwrap();
    let file = rest(stream);
    let (size, md5) = (file.len(), md5_of(&file));
    let wanted = format!(r#""file_size":{size},"md5":"{md5}"}}"#);
    assert!(header.ends_with(&wanted), "{header} is not {wanted}");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_it_is_sent_arrives_as_it_was() {
    let sharing = Sharing::start(&[]);
    sharing.write("long", vec![b'a'; LONG as usize]);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    let header_of_old = read_frame(&mut stream);

    sharing.write("new", "abc");
    fs::rename(sharing.path("new"), sharing.path("long")).unwrap();

    let mut old = vec![0; LONG as usize];
    stream.read_exact(&mut old).unwrap();
    assert!(old == vec![b'a'; LONG as usize]);
    stream.write_all(&get("long")).unwrap();
    assert_eq!(read_frame(&mut stream), header("long", 3, MD5_OF_ABC));
    assert!(header_of_old.contains("\"file_size\":67108864,"));
}

#[test]
fn a_file_that_changes_twice_in_one_tick_of_the_clock_gets_two_digests() {
    let sharing = Sharing::start(&[]);
    let soon = SystemTime::now() + Duration::from_secs(3600);
    for (content, md5) in
        [("xyz", "d16fb36f0911f878998c136191af705e"), ("abc", MD5_OF_ABC)]
    {
        sharing.write("x", content);
        let file = File::options().write(true).open(sharing.path("x")).unwrap();
        file.set_modified(soon).unwrap();
        let wanted = [&frame(header("x", 3, md5)), content.as_bytes()].concat();
        assert_same(&exchange(&sharing, &get("x")), &wanted);
    }
}

#[test]
fn a_shared_folder_that_vanishes_is_an_error_until_it_is_back() {
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    fs::remove_dir_all(sharing.folder.path()).unwrap();
    for request in [get("abc.txt"), list()] {
        stream.write_all(&request).unwrap();
        assert_eq!(
            read_frame(&mut stream),
            r#"{"status":"error","message":"cannot open the shared folder (entity not found)"}"#
        );
    }
    fs::create_dir(sharing.folder.path()).unwrap();
    sharing.write("abc.txt", "abc");
    stream.write_all(&get("abc.txt")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(stream), &abc("abc.txt"));
    assert_serves(&sharing);
}

/// That a digest is kept, and for how long, is tested where its clock can be set: in
/// src/server/cache.rs.
#[test]
fn a_digest_is_another_one_when_the_file_has_changed() {
    let sharing = Sharing::start(&[]);
    // Of the same size.
    for content in ["xyz", "abc", "xyz"] {
        sharing.write("x", content);
        let header = header("x", 3, &md5_of(content.as_bytes()));
        let wanted = [&frame(header), content.as_bytes()].concat();
        for _ in 0..2 {
            assert_same(&exchange(&sharing, &get("x")), &wanted);
        }
    }
}

/// A sample file of the lesson is old enough for its digest to be kept.
#[cfg(target_os = "linux")]
#[test]
fn only_a_digest_that_was_found_wrong_is_computed_again() {
    use testing::Server;

    use crate::server::sharing::bytes_read;

    let server = Server::start(BIN, &["--dir", "share"]);
    let content = fs::read("share/numbers.txt").unwrap();
    let size = content.len() as u64;
    let (right, other) = (md5_of(&content), md5_of(b"other"));
    let header = header("numbers.txt", size, &right);
    let wanted = [&frame(header), &content[..]].concat();
    // How often the file is read: once to send it, and once for its digest.
    for (wrong, times) in [("", 2), ("", 1), (&other, 1), (&right, 2), ("", 1)]
    {
        let before = bytes_read(&server);
        let request = format!(
            r#"{{"command":"get","filename":"numbers.txt","wrong_digest":"{wrong}"}}"#
        );
        assert_same(&exchange(&server, &frame(request)), &wanted);
        let read = bytes_read(&server) - before;
        assert_eq!(read / size, times, "{read} bytes read");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_size_is_a_lie_is_not_sent_as_an_empty_one() {
    use testing::Server;

    let server = Server::start(BIN, &["--dir", "/proc/self"]);
    let mut stream = connect(&server);
    stream.write_all(&get("status")).unwrap();
    let reply = read_frame(&mut stream);
    assert!(reply.contains("its size is said to be 0, and is not"), "{reply}");
}
