//! The checks of `grade`, on both ends of the lesson: what they cover is not tested a
//! second time.

use grade::{Client, Lesson, SharedFolder, Template};

use crate::programs::BIN;

#[test]
fn the_server_passes_every_check_of_grade() {
    let shared = SharedFolder::new(4).unwrap();
    let dir = shared.path();
    let server = testing::Server::start(BIN, &["--dir", dir.to_str().unwrap()]);
    let addr = server.addr.parse().unwrap();
    grade::assert_passes(Lesson::FileTransfer.checks(), move |check| {
        grade::Server::at(addr).sharing(&shared).check(check)
    });
}

#[test]
fn the_client_passes_every_check_of_grade() {
    let words =
        [BIN, "client", "--addr", "HOST:PORT", "--dir", "DIR", "get", "NAME"];
    let template = Template::new(words.map(Into::into), None).unwrap();
    let client = Client::program(template);
    let checks = Lesson::FileTransfer.client_checks();
    grade::assert_passes(checks, move |check| client.check(check));
}
