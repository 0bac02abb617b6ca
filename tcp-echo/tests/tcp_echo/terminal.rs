//! The client at a terminal: what is typed, and what is shown.

use std::process::Command;

use testing::Server;
use testing::session::{END, Session};

use crate::BIN;

fn client(server: &Server) -> Session {
    let mut command = Command::new(BIN);
    command.args(["client", "--addr", &server.addr]);
    Session::start(command, 80)
}

/// Has the terminal shown so many prompts, and nothing behind the last one?
fn prompts(n: usize) -> impl Fn(&[String]) -> bool {
    move |rows| {
        let prompts = rows.iter().filter(|row| row.starts_with(">>:"));
        prompts.count() == n && rows.last().unwrap() == ">>:"
    }
}

#[test]
fn the_client_prompts_shows_what_comes_and_ends_with_ctrl_d() {
    let server = Server::start(BIN, &[]);
    let mut session = client(&server);
    session.shows(prompts(1));
    // The second line would make the rest of the screen red.
    for (i, line) in ["hello", "\x1b[31mred", ""].iter().enumerate() {
        session.type_line(line);
        session.shows(prompts(i + 2));
    }
    let rows = session.shows(prompts(4));
    let wanted = [
        ">>: hello",
        "HELLO",
        r">>: ^[[31mred",
        r"\x1b[31MRED",
        ">>:",
        "",
        ">>:",
    ];
    assert_eq!(rows, wanted);
    session.type_keys(END);
    let (status, text) = session.end();
    assert_eq!(status, 0);
    // The shell's prompt goes on a line of its own.
    assert!(text.ends_with(">>: \r\n"), "{text:?}");
}

#[test]
fn a_line_without_enter_is_sent_at_the_end_of_the_input() {
    let server = Server::start(BIN, &[]);
    let mut session = client(&server);
    session.shows(prompts(1));
    // The first hands over what has been typed, the second is the end. (A program that
    // asked again would wait for a third.)
    session.type_keys(&format!("bye{END}{END}"));
    let (status, text) = session.end();
    assert_eq!(status, 0);
    assert!(text.ends_with("BYE"), "{text:?}");
}
