//! What an idle connection costs, measured: ulimit -n 20000, then
//! cargo test -p tcp-echo idle -- --ignored --nocapture

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use testing::Server;

use crate::BIN;

#[test]
#[ignore = "needs more open files than most systems allow"]
fn what_ten_thousand_idle_connections_cost() {
    let open_files = number("/proc/self/limits", "Max open files");
    let n = 10_000.min(open_files.saturating_sub(100));
    if n < 10_000 {
        println!("at most {open_files} open files: ulimit -n 20000 first");
    }
    let server = Server::start(BIN, &[]);
    let status = format!("/proc/{}/status", server.id());
    let used = || {
        [
            number(&status, "VmRSS:"), // memory of the process
            number(&status, "VmPTE:"), // its page tables
            number("/proc/meminfo", "KernelStack:"), // of all threads
        ]
    };

    let before = used();
    // Each one is answered once: otherwise we would connect faster than the server
    // accepts, the queue would overflow, and our system would try again a second later.
    let connect = |_| {
        let mut stream = TcpStream::connect(&server.addr).unwrap();
        stream.write_all(b"x").unwrap();
        stream.read_exact(&mut [0]).unwrap();
        stream
    };
    let streams: Vec<TcpStream> = (0..n).map(connect).collect();
    let threads = number(&status, "Threads:");
    let after = used();
    let each = |i: usize| (after[i] - before[i]) as f64 / n as f64;
    println!("{n} connections, {threads} threads; for each connection:");
    println!("{:.1} KiB of memory in the process", each(0));
    println!("{:.1} KiB of page tables", each(1));
    println!("{:.1} KiB of stack in the kernel", each(2));
    drop(streams);
    assert_eq!(threads, n + 1);
    assert!(each(0) < 40.0);
}

/// The first number behind this name in a file.
fn number(path: &str, name: &str) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(name).unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
