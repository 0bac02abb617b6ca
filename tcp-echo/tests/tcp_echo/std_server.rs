//! The server that the page offers to copy is right.

use std::net::TcpListener;
use std::thread;

#[allow(dead_code, reason = "its main binds the usual port")]
#[path = "../../examples/std_server.rs"]
mod copied;

#[test]
fn the_server_to_copy_passes_every_check_of_grade() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || copied::serve(&listener));
    let ten = std::time::Duration::from_secs(10);
    let server = grade::Server::at(addr).patience(ten);
    grade::assert_passes(grade::Lesson::TcpEcho, server);
}
