//! Listings that do not end, or end too early.

use std::io::Write;

use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::accept;

use crate::client::hello::{ENTRY, STALLED, list_fails, listing};

#[test]
fn a_listing_without_end_is_not_begun() {
    let count = u64::MAX.to_string();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        let mut bytes = listing(&count, &[]);
        // Until the client has had enough.
        while stream.write_all(&bytes).is_ok() {
            bytes = frame(ENTRY);
        }
    });
    let error = list_fails(server, 0);
    let wanted = "(it lists 18446744073709551615 files, 100000 at most)";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn a_listing_that_stops_before_its_end_is_an_error() {
    let server = RawServer::answering(&[&listing("1000", &[ENTRY, ENTRY])]);
    assert_eq!(
        list_fails(server, 2),
        "cannot list the files of ADDR: ADDR closed the connection instead of \
         answering; look at what the other end says, then try again"
    );
}

#[test]
fn a_listing_that_stalls_before_its_end_is_given_up() {
    let server = RawServer::stalling_after(&listing("1000", &[ENTRY, ENTRY]));
    let wanted = format!("cannot list the files of ADDR: {STALLED}");
    assert_eq!(list_fails(server, 2), wanted);
}

#[test]
fn a_listing_with_something_else_in_it_is_an_error() {
    let server = RawServer::answering(&[&listing("2", &[ENTRY, "[]"])]);
    let error = list_fails(server, 1);
    let wanted = "(not the JSON that was expected: ";
    assert!(error.contains(wanted), "{error}");
}
