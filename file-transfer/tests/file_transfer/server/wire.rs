//! Requests as they should be.

use std::fs;

use testing::frames::frame;

use crate::server::sharing::{
    MD5_OF_ABC, SHA256_OF_ABC, Sharing, abc, assert_same, assert_serves,
    exchange, get, get_from, header, list, listing,
};

#[test]
fn a_file_comes_behind_a_header_with_its_md5() {
    let sharing = Sharing::start(&[]);
    assert_same(
        &exchange(&sharing, &get("abc.txt")),
        b"\x00\x00\x00\x5d{\"status\":\"file\",\"filename\":\"abc.txt\",\
          \"file_size\":3,\"md5\":\"900150983cd24fb0d6963f7d28e17f72\"}abc",
    );
}

#[test]
fn checksum_sha256_puts_a_sha256_in_place_of_the_md5() {
    let sharing = Sharing::start(&["--checksum", "sha256"]);
    let header = header("abc.txt", 3, MD5_OF_ABC)
        .replace("md5", "sha256")
        .replace(MD5_OF_ABC, SHA256_OF_ABC);
    let wanted = [&frame(header), &b"abc"[..]].concat();
    assert_same(&exchange(&sharing, &get("abc.txt")), &wanted);
}

#[test]
fn a_listing_is_a_count_and_then_the_files_by_name() {
    let sharing = Sharing::start(&[]);
    sharing.write("empty", "");
    sharing.write("粘包.txt", "12345");
    sharing.write("B", "1");
    fs::create_dir(sharing.path("folder")).unwrap();
    assert_same(
        &exchange(&sharing, &list()),
        &listing(&[("B", 1), ("abc.txt", 3), ("empty", 0), ("粘包.txt", 5)]),
    );
}

#[test]
fn an_empty_folder_is_an_empty_listing() {
    let sharing = Sharing::start(&[]);
    fs::remove_file(sharing.path("abc.txt")).unwrap();
    assert_same(&exchange(&sharing, &list()), &listing(&[]));
}

#[test]
fn a_file_that_is_not_there_is_an_error_and_the_connection_goes_on() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &[get("b.txt"), get("abc.txt")].concat());
    let message = b"{\"status\":\"error\",\"message\":\"no such file: b.txt\"}";
    let wanted = [&frame(message)[..], &abc("abc.txt")].concat();
    assert_same(&reply, &wanted);
}

#[test]
fn a_goodbye_between_two_frames_is_answered_by_nothing() {
    let sharing = Sharing::start(&[]);
    assert_same(&exchange(&sharing, b""), b"");
    sharing.said(|log| log.contains(" closed\n"));
    assert_serves(&sharing);
}

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let sharing = Sharing::start(&[]);
    let requests = [
        r#"{"command":"get","filename":"abc.txt","color":{"red":[1]}}"#,
        r#"{"filename":"abc.txt","md5":null,"command":"get"}"#,
        " {\"command\" : \"get\",\r\n\t\"filename\": \"\\u0061bc.txt\" } ",
        r#"{"command":"list","filename":7}"#,
    ];
    let replies = [
        abc("abc.txt"),
        abc("abc.txt"),
        abc("abc.txt"),
        listing(&[("abc.txt", 3)]),
    ];
    let requests = requests.map(frame).concat();
    assert_same(&exchange(&sharing, &requests), &replies.concat());
}

/// The reply to `get abc.txt` from an offset, which the header repeats.
fn abc_from(offset: usize) -> Vec<u8> {
    let header = header("abc.txt", 3, MD5_OF_ABC)
        .replace(",\"md5\"", &format!(",\"offset\":{offset},\"md5\""));
    [&frame(header), &b"abc"[offset..]].concat()
}

#[test]
fn an_offset_gets_the_bytes_from_there_and_the_digest_of_the_whole() {
    let sharing = Sharing::start(&[]);
    for offset in [1, 2] {
        let reply = exchange(&sharing, &get_from("abc.txt", offset));
        assert_same(&reply, &abc_from(offset));
    }
}

#[test]
fn an_offset_at_the_end_gets_a_header_and_no_bytes() {
    let sharing = Sharing::start(&[]);
    let requests = [get_from("abc.txt", 3), get("abc.txt")].concat();
    let wanted = [abc_from(3), abc("abc.txt")].concat();
    assert_same(&exchange(&sharing, &requests), &wanted);
}

#[test]
fn an_offset_beyond_the_end_gets_the_whole_file() {
    let sharing = Sharing::start(&[]);
    for offset in [4, 1 << 32, 1 << 63, u64::MAX] {
        let reply = exchange(&sharing, &get_from("abc.txt", offset));
        assert_same(&reply, &abc("abc.txt"));
    }
}

#[test]
fn an_offset_of_0_is_no_offset() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &get_from("abc.txt", 0));
    assert_same(&reply, &abc("abc.txt"));
}
