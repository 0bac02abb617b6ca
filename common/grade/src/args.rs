//! The command line of `grade`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, Resettable, TypedValueParser};
use clap::{Arg, Command, value_parser};
use common::args::{flag, seconds, seed, server_addr};

use crate::lesson::Lesson;

const EXAMPLES: &str = "\
Examples:
  What listens on 127.0.0.1:8080, or there:
    cargo run -p grade -- tcp-echo
    cargo run -p grade -- tcp-echo --addr 127.0.0.1:5000
  A program that is started, and ended, by grade:
    cargo run -p grade -- tcp-echo python3 my_server.py PORT
    cargo run -p grade -- file-transfer python3 my_server.py PORT DIR
    cargo run -p grade -- udp-echo --client python3 my_client.py HOST PORT
  One that has its port written into it:
    cargo run -p grade -- tcp-echo --addr 127.0.0.1:12000 python3 server.py
  A class:
    cargo run -p grade -- tcp-echo --each homework python3 FILE PORT

In the command PORT, HOST, HOST:PORT, NAME, DIR and FILE are replaced, also
in --port=PORT; the environment has them too. DIR is the folder to share, filled
for the checks, or the folder to download to. The program works in a fresh
folder of links to what lies here, or with --here in this one.
Status: 0 all passed, 1 a check failed, 2 wrong usage.

A program is ended with all that it has started, also when it takes more than
1 GB of memory (in all 4), 300 processes or two minutes of a processor, and it
writes no file of more than 1 GB. On macOS only that is counted, and a process
that leaves the group is not ended; on Windows only the program itself is.
grade is no sandbox: grade strangers' programs in a container or under
bubblewrap (bwrap), as a user who owns nothing.";

/// The whole command line.
pub fn command() -> Command {
    let lesson = PossibleValuesParser::new(Lesson::ALL.map(Lesson::name))
        .try_map(|name| {
            let mut all = Lesson::ALL.into_iter();
            all.find(|lesson| lesson.name() == name).ok_or("no lesson")
        });
    let given = |name: &'static str, value: &'static str, help| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("grade")
        .about("Grades the programs of the lessons, in whatever language")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .next_line_help(true)
        .args([
            Arg::new("lesson")
                .value_name("LESSON")
                .help("tcp-echo, udp-echo, sticky-packet-demo or file-transfer")
                .hide_possible_values(true)
                .required_unless_present("list")
                .value_parser(lesson),
            flag("client", "The command is a client, and grade is its server"),
            server_addr("addr", "")
                .default_value(Resettable::Reset)
                .help("Where the server listens; with --client, where grade does"),
            given(
                "each",
                "FOLDER",
                "Grade a copy of each file or folder in it: FILE in the command",
            )
            .value_parser(value_parser!(PathBuf)),
            given("only", "TEXT", "Only the checks that have this text in their names"),
            seconds("patience", "5", "How long a program may be silent (a client: 15)")
                .default_value_if("client", "true", "15"),
            seconds("limit", "300", "How long a grading may take in all"),
            seed(),
            flag("here", "Start the program in this folder, as cargo and go need it"),
            flag("strict", "Check also good practice that the lesson does not demand"),
            flag("tap", "Print the Test Anything Protocol, for other programs"),
            given("json", "FILE", "Write results.json, as Gradescope reads it")
                .value_parser(value_parser!(PathBuf)),
            flag("list", "Show the checks and their points, and run none"),
            flag("remote", "Grade a server of yours on another machine"),
            Arg::new("command")
                .value_name("COMMAND")
                .help("What starts the program, with its arguments")
                .num_args(0..)
                .trailing_var_arg(true)
                .value_parser(value_parser!(OsString)),
        ])
}
