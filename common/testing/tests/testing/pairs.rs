//! Each client and each server that it is not meant for: the client ends in time, with
//! the message that ends the matter.

use std::thread;

use testing::{Finished, Server, run};

use crate::program;

/// Runs the client of a lesson, as somebody who has taken another lesson's server for it.
fn client(lesson: &str, addr: &str, answered: bool) -> Finished {
    let options: &[&str] = match lesson {
        "udp-echo" if answered => &["--timeout", "9"],
        "udp-echo" => &["--timeout", "0.3", "--retries", "1"],
        "file-transfer" => &["list"],
        _ => &[],
    };
    let args = [&["client", "--addr", addr][..], options].concat();
    run(&program(lesson), &args, b"hello\n")
}

fn relay(lesson: &str, to: &Server) -> Server {
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", &to.addr];
    Server::listening(&program(lesson), &args)
}

#[test]
fn each_client_says_what_is_wrong_with_each_other_server() {
    let tcp_echo = Server::start(&program("tcp-echo"), &[]);
    let udp_echo = Server::start(&program("udp-echo"), &[]);
    let files = Server::start(&program("file-transfer"), &[]);
    let tcp_relay = |to| relay("sticky-packet-demo", to);
    let udp_relay = |to| relay("udp-echo", to);

    let no_tcp = "no TCP server is listening on ";
    let no_udp = "see whether a UDP server runs there: cargo run -p udp-echo";
    let no_echo = "check that --addr leads to a server of tcp-echo";
    let no_files = "check that --addr leads to a server of file-transfer";
    let lost = "look at what the other end says";
    // The clients of tcp-echo, udp-echo and file-transfer.
    let servers = [
        ("tcp-echo", &tcp_echo, ["", no_udp, no_files]),
        ("udp-echo", &udp_echo, [no_tcp, "", no_tcp]),
        ("file-transfer", &files, [no_echo, no_udp, ""]),
        ("relay of tcp-echo", &tcp_relay(&tcp_echo), ["", no_udp, no_files]),
        ("relay of files", &tcp_relay(&files), [no_echo, no_udp, ""]),
        // A port of UDP, behind a relay for TCP, and the reverse.
        ("TCP to UDP", &tcp_relay(&udp_echo), [lost, no_udp, lost]),
        ("relay of udp-echo", &udp_relay(&udp_echo), [no_tcp, "", no_tcp]),
        ("UDP to TCP", &udp_relay(&tcp_echo), [no_tcp, no_udp, no_tcp]),
    ];
    let lessons = ["tcp-echo", "udp-echo", "file-transfer"];
    // All beside each other: they wait more than they work.
    thread::scope(|scope| {
        for (name, server, said) in &servers {
            for (lesson, said) in lessons.iter().zip(said) {
                scope.spawn(move || {
                    let done = client(lesson, &server.addr, said.is_empty());
                    let pair = format!("client of {lesson}, {name}: {done:?}");
                    assert_eq!(done.status == 0, said.is_empty(), "{pair}");
                    assert!(done.stderr.contains(said), "{pair}");
                    assert!(!done.stderr.contains("panicked"), "{pair}");
                });
            }
        }
    });
}
