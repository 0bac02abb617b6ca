//! A file's bytes reach the socket by sendfile, or by the loop where that is refused: the
//! same bytes, whatever comes in between.

use testing::frames::frame;
use testing::refused::{Call, refusing};

use crate::digest::BUFFER;
use crate::server::sharing::{
    Sharing, assert_same, exchange, get, get_from, header, md5_of,
};

/// Bytes of which no two pieces are alike.
fn content(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::Rng::with_seed(1).fill(&mut bytes);
    bytes
}

/// Asserts that the file arrives whole, from its start and from an offset.
#[track_caller]
fn assert_arrives(sharing: &Sharing, content: &[u8]) {
    sharing.write("x", content);
    let header = header("x", content.len() as u64, &md5_of(content));
    let offset = BUFFER + 1;
    let resumed =
        header.replace(r#","md5""#, &format!(r#","offset":{offset},"md5""#));
    let wanted = [frame(header), content.to_vec()];
    let wanted = [wanted, [frame(resumed), content[offset..].to_vec()]];
    let gets = [get("x"), get_from("x", offset)].concat();
    assert_same(&exchange(sharing, &gets), &wanted.concat().concat());
}

#[test]
fn a_file_of_many_pieces_arrives_from_its_start_and_from_an_offset() {
    assert_arrives(&Sharing::start(&[]), &content(9 * BUFFER + 7));
}

#[test]
fn a_traced_server_shows_the_bytes_of_a_file() {
    let sharing = Sharing::start(&["--trace"]);
    assert_arrives(&sharing, &content(3 * BUFFER));
    exchange(&sharing, &get("abc.txt"));
    sharing.said(|log| {
        let shows = |call: &str| log.lines().any(|line| line.contains(call));
        shows(&format!("write    {BUFFER} bytes"))
            && shows("write        3 bytes  61 62 63  |abc|")
    });
}

#[test]
fn where_the_system_refuses_sendfile_the_same_bytes_arrive() {
    // EINVAL and EOPNOTSUPP: not with this file. ENOSYS: not known. EPERM: forbidden.
    for error in [22, 95, 38, 1] {
        let sharing = refusing(Call::SendFile, error, || Sharing::start(&[]));
        if let Some(sharing) = sharing {
            assert_arrives(&sharing, &content(3 * BUFFER + 7));
        }
    }
}

/// A stopped program that goes on finds its call interrupted (EINTR), in the middle of
/// the bytes.
#[cfg(unix)]
#[test]
fn a_server_that_is_stopped_and_goes_on_loses_no_byte_and_repeats_none() {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::process::Command;

    use testing::frames::read_frame;
    use testing::raw::rest;

    use crate::server::sharing::connect;

    let content = content(32 << 20);
    let sharing = Sharing::start(&[]);
    sharing.write("x", &content);
    let mut stream = connect(&sharing);
    stream.write_all(&get("x")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    read_frame(&mut stream);
    let signal = |name: &str| {
        let id = sharing.id().to_string();
        let kill = Command::new("kill").args([name, &id]).status();
        assert!(kill.unwrap().success());
    };
    let mut came = Vec::new();
    for _ in 0..24 {
        signal("-STOP");
        signal("-CONT");
        let mut piece = vec![0; 1 << 20];
        stream.read_exact(&mut piece).unwrap();
        came.extend(piece);
    }
    came.extend(rest(stream));
    assert_same(&came, &content);
}
