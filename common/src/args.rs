//! The command line: what is the same in every lesson.

use std::process;
use std::str::FromStr;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::addr::{Addr, default_addr};
use crate::output;

/// A lesson's command line: its tour without a subcommand, and `--trace` everywhere.
pub fn lesson(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Without a command: the tour, which ends on its own.")
        .arg(flag("trace", "Show every socket call as it returns").global(true))
}

/// Reads the arguments of this program.
///
/// Wrong usage ends the program with status 2. `--help` and `--version` end it as well:
/// with status 0, or 1 when they cannot be printed.
pub fn parse(command: &mut Command) -> ArgMatches {
    command.try_get_matches_from_mut(std::env::args_os()).unwrap_or_else(|e| {
        if e.use_stderr() {
            e.exit()
        }
        let text = e.render().ansi().to_string();
        match output::print(text.trim_end()) {
            Err(e) if !e.is_closed_pipe() => {
                output::log_error(e);
                process::exit(1)
            }
            _ => process::exit(0),
        }
    })
}

/// `--name`, which is there or not.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// `--name VALUE`, for [`value`].
pub fn option(
    name: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
) -> Arg {
    let arg = Arg::new(name).long(name).value_name(value).help(help);
    arg.default_value(default)
}

/// `--addr HOST:PORT`, of a server.
pub fn listen_addr(lesson: &str) -> Arg {
    let help = "Where to listen; port 0 takes a free port";
    option("addr", "HOST:PORT", default_addr(lesson), help)
        .value_parser(Addr::from_str)
}

/// `--addr HOST:PORT`, of a client.
pub fn server_addr(lesson: &str) -> Arg {
    let help = "The server's address";
    option("addr", "HOST:PORT", default_addr(lesson), help)
        .value_parser(with_a_port)
}

/// Where something is sent to: the port has to be known.
fn with_a_port(text: &str) -> Result<Addr, String> {
    let addr = Addr::from_str(text)?;
    if addr.port() == 0 {
        return Err("port 0 means any free port, and only to a server: \
                    give the one it prints after 'listening on'"
            .into());
    }
    Ok(addr)
}

/// An option that takes seconds, such as `--timeout 2.5`.
pub fn seconds(
    name: &'static str,
    default: &'static str,
    help: &'static str,
) -> Arg {
    option(name, "SECONDS", default, help).value_parser(|text: &str| {
        let seconds = text.parse::<f64>().ok();
        seconds
            .filter(|s| (0.001..=86_400.0).contains(s))
            .map(Duration::from_secs_f64)
            .ok_or("give seconds, from 0.001 to 86400")
    })
}

/// `--seed N`, which decides everything that is random.
pub fn seed() -> Arg {
    let help = "Other random choices; the same ones for the same N";
    option("seed", "N", "1", help).value_parser(value_parser!(u64))
}

/// The value of an option that has a default and has been parsed already.
///
/// # Panics
///
/// When `name` is no option of this command, or not of this type: a mistake in the
/// lesson's `main.rs` that its first run shows.
pub fn value<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
) -> T {
    #[expect(clippy::expect_used, reason = "no input can cause it")]
    matches.get_one::<T>(name).expect("an option with a default").clone()
}
