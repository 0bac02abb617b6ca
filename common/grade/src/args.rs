//! The command line of `grade`.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

const EXAMPLES: &str = "\
Examples:
  What listens on 127.0.0.1:8080, or there:
    cargo run -p grade -- tcp-echo
    cargo run -p grade -- tcp-echo --addr 127.0.0.1:5000
  A program that is started for each check, and ended:
    cargo run -p grade -- tcp-echo python3 my_server.py PORT
    cargo run -p grade -- file-transfer python3 my_server.py PORT DIR
    cargo run -p grade -- udp-echo --client python3 my_client.py HOST PORT

In the command the arguments PORT, HOST, HOST:PORT, NAME and DIR are replaced,
and the same are in its environment. DIR is the folder to share, filled for the
checks, or the folder to download to.
Status: 0 all passed, 1 a check failed, 2 wrong usage.";

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
        .next_line_help(true)
        .args([
            Arg::new("lesson")
                .value_name("LESSON")
                .help("tcp-echo, udp-echo, sticky-packet-demo or file-transfer")
                .hide_possible_values(true)
                .required_unless_present("list")
                .value_parser(lessons),
            flag("client", "The command is a client, and grade is its server"),
            option("addr", "HOST:PORT", "Where the server listens"),
            option("dir", "FOLDER", "The folder that the server shares"),
            option("only", "TEXT", "Only the checks whose names contain it"),
            option(
                "patience",
                "SECONDS",
                "How long a check may take [default: 5; client: 15]",
            )
            .value_parser(seconds),
            option("seed", "N", "Decides lengths, bytes and cuts; printed")
                .value_parser(|text: &str| {
                    let seed = text.parse::<u64>();
                    seed.map_err(|_| "give a whole number, 0 or more")
                }),
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
