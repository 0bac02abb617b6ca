//! What an honest server may do.

use std::io::Write;

use tempfile::tempdir;
use testing::RawServer;
use testing::files::{a_file, files};
use testing::frames::read_frame;
use testing::raw::{accept, wait_for_end};

use crate::client::hello::{
    HELLO, HELLO_MD5, HELLO_SHA256, client, damaged, digest_is, file, hello,
    md5_of_hello, messages, succeeds,
};

#[test]
fn a_file_is_saved_under_the_name_it_was_asked_for() {
    let server = RawServer::new(|listener| {
        let mut stream = accept(&listener);
        let get = r#"{"command":"get","filename":"hello.txt"}"#;
        assert_eq!(read_frame(&mut stream), get);
        stream.write_all(&hello()).unwrap();
        wait_for_end(&mut stream);
    });
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    let saved = dir.path().join("hello.txt");
    let told = format!(
        "hello.txt: 6 bytes, md5 {HELLO_MD5}, saved as {}\n",
        saved.display()
    );
    assert_eq!(done.text(), told);
    server.end();
}

#[test]
fn a_digest_in_capitals_is_the_same_digest() {
    let md5 = format!(r#""md5":"{}""#, HELLO_MD5.to_uppercase());
    succeeds(RawServer::answering(&[&file("6", &md5, HELLO)]));
}

#[test]
fn a_field_that_this_client_does_not_know_is_ignored() {
    let more = format!(r#"{},"colour":"blue""#, md5_of_hello());
    succeeds(RawServer::answering(&[&file("6", &more, HELLO)]));
}

#[test]
fn a_sha256_is_verified_where_there_is_one() {
    let both = |sha256| format!(r#"{},"sha256":"{sha256}""#, md5_of_hello());
    succeeds(RawServer::answering(&[&file("6", &both(HELLO_SHA256), HELLO)]));
    let wrong = file("6", &both(&"0".repeat(64)), HELLO);
    assert_eq!(
        damaged(&wrong),
        digest_is("sha256", HELLO_SHA256, &"0".repeat(64))
    );
}
