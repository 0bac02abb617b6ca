//! Linux: a machine that is slow, and a port that is still taken, are not the student's.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::thread;

use socket2::{Domain, Socket, Type};

use crate::program::{PYTHON, free_port, grade, script};
use crate::strangers::{python, until};

/// On a slow machine a program gets the same points, and its report says the same: here
/// it turns a loop in place of waiting for a processor.
#[test]
fn a_slow_machine_changes_nothing() {
    let accept = "import socket, sys, time
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    conn, _ = s.accept()
";
    for (check, talk, wanted) in [
        // It reads once, the first half alone, but not at once.
        (
            "half-way",
            "spin(0.1); conn.send(conn.recv(1024).upper()); conn.close()",
            "FAIL     two clients that are both in the middle",
        ),
        (
            "line",
            "conn.close(); spin(0.4); sys.exit('my last words')",
            "The program has ended (exit status: 1).",
        ),
    ] {
        let code = format!("{accept}    {talk}");
        let options = format!("tcp-echo --only tcp-echo.{check}");
        let Some(said) = python(&options, &code, "PORT") else { return };
        assert!(said.contains(wanted), "{said}");
    }
}

/// As the port does that waits for a minute: it becomes free, and the program is started
/// again.
#[test]
fn a_port_that_is_taken_for_a_while_costs_nothing() {
    let Some(python) = PYTHON.as_deref() else { return };
    let port = free_port();
    let addr = format!("127.0.0.1:{port}");
    let folder = tempfile::tempdir().unwrap();
    let failed = folder.path().join("failed");
    let line = format!(
        "{python} -S {} {port}; echo > {}; exit 1",
        script("right.py"),
        failed.display()
    );
    let taken = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    // A program that another test starts has all our sockets until it begins to run: so
    // has it the one that has found this port.
    until(|| taken.bind(&own.into()).is_ok());
    thread::scope(|scope| {
        scope.spawn(|| {
            until(|| failed.exists());
            drop(taken);
        });
        let options = format!("tcp-echo --only tcp-echo.line --addr {addr}");
        let done = grade(&options, &["sh", "-c", &line]);
        assert_eq!(done.status, 0, "{}", done.text());
    });
}
