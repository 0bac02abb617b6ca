//! The command line of `grade`.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

const EXAMPLES: &str = "\
Examples:
  grade tcp-echo                                what listens on 127.0.0.1:8080
  grade tcp-echo --addr 127.0.0.1:5000          what listens there
  grade tcp-echo python3 my_server.py PORT      started for each check, and ended
  grade file-transfer python3 my_server.py PORT DIR
  grade file-transfer --client python3 my_client.py HOST PORT NAME DIR

In the command the arguments PORT, HOST, HOST:PORT, NAME and DIR are replaced, and the
same are in its environment. DIR is the folder to share, filled for the checks, or the
folder to download to. Status: 0 all passed, 1 a check failed, 2 wrong usage.";

/// The whole command line.
pub fn command() -> Command {
    let lessons =
        ["tcp-echo", "udp-echo", "sticky-packet-demo", "file-transfer"];
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
    };
    let option = |name: &'static str, value: &'static str, help| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("grade")
        .about("Grades the programs of the lessons, in whatever language")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .args([
            Arg::new("lesson")
                .value_name("LESSON")
                .help("Which lesson's program it is")
                .required_unless_present("list")
                .value_parser(lessons),
            flag("client", "The command is a client, and grade is its server"),
            option("addr", "HOST:PORT", "Where the server listens"),
            option("dir", "FOLDER", "The folder that the server shares"),
            option("only", "TEXT", "Only the checks whose names contain it"),
            option(
                "patience",
                "SECONDS",
                "How long a check may take [default: 5, \
                    or 15 for a client]",
            )
            .value_parser(seconds),
            option("seed", "N", "Decides lengths, bytes and cuts; printed")
                .value_parser(value_parser!(u64)),
            flag(
                "strict",
                "Good practice, too, that the lesson does not demand",
            ),
            flag("tap", "Print the Test Anything Protocol, for other programs"),
            flag("list", "Show the names of the checks, and do none"),
            flag("remote", "Grade a server on another machine, which is yours"),
            Arg::new("command")
                .value_name("COMMAND")
                .help("What starts the program, with its arguments")
                .num_args(0..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .value_parser(value_parser!(OsString)),
        ])
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .filter(|s| (0.05..=3600.0).contains(s))
        .map(Duration::from_secs_f64)
        .ok_or("give seconds, from 0.05 to 3600")
}

/// An option that was given.
pub fn given<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}
