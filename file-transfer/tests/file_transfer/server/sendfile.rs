//! A file's bytes reach the socket by sendfile, or by the loop where that is refused: the
//! same bytes, whatever comes in between.

use testing::refused::{Call, refusing};

use crate::digest::BUFFER;
use crate::messages::{content, file, file_from, get, get_from};
use crate::programs::{Sharing, assert_replies, exchange};

/// Asserts that a file arrives whole, from its start and from an offset.
#[track_caller]
fn assert_sends(sharing: &Sharing, size: usize) {
    let content = content(size);
    sharing.write("x", &content);
    let offset = BUFFER + 1;
    let requests = [get("x"), get_from("x", offset)].concat();
    let wanted = [file("x", &content), file_from("x", &content, offset)];
    assert_replies(sharing, &requests, &wanted.concat());
}

#[test]
fn a_file_of_many_pieces_arrives_from_its_start_and_from_an_offset() {
    assert_sends(&Sharing::start(&[]), 9 * BUFFER + 7);
    // EINVAL and EOPNOTSUPP: not with this file. ENOSYS: not known. EPERM: forbidden.
    for error in [22, 95, 38, 1] {
        let sharing = refusing(Call::SendFile, error, || Sharing::start(&[]));
        if let Some(sharing) = sharing {
            assert_sends(&sharing, 3 * BUFFER + 7);
        }
    }
}

#[test]
fn a_traced_server_shows_the_bytes_of_a_file() {
    let sharing = Sharing::start(&["--trace"]);
    assert_sends(&sharing, 3 * BUFFER);
    exchange(&sharing, &get("abc.txt"));
    sharing.said(|log| {
        let shows = |call: &str| log.lines().any(|line| line.contains(call));
        shows(&format!("write    {BUFFER} bytes"))
            && shows("write      100 bytes")
    });
}

/// A stopped program that goes on finds its call interrupted (EINTR), in the middle of
/// the bytes.
#[cfg(unix)]
#[test]
fn a_server_that_is_stopped_and_goes_on_loses_no_byte_and_repeats_none() {
    use std::io::{Read, Write};
    use std::net::Shutdown;

    use testing::raw::rest;

    use crate::programs::{assert_same, connect, signal};

    let content = content(1_000_003).repeat(16);
    let sharing = Sharing::start(&[]);
    sharing.write("x", &content);
    let mut stream = connect(&sharing);
    stream.write_all(&get("x")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut came = Vec::new();
    for _ in 0..12 {
        signal("STOP", sharing.id());
        signal("CONT", sharing.id());
        let mut piece = vec![0; 1 << 20];
        stream.read_exact(&mut piece).unwrap();
        came.extend(piece);
    }
    came.extend(rest(stream));
    assert_same(&came, &file("x", &content));
}
