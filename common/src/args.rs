//! The command line: what is the same in every lesson.

use std::env;
use std::error::Error;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::addr::{Addr, AddrError};
use crate::output;

/// A lesson's command line: its tour without a subcommand, and `--trace` everywhere.
pub fn lesson(name: &'static str, about: &'static str) -> Command {
    let run = format!("cargo run -p {name}");
    Command::new(name)
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(format!(
            "Without a command: the tour, which ends on its own.\n\
             Example, in two terminals:\n  {run} -- server\n  {run} -- client"
        ))
        .next_line_help(true)
        .arg(flag("trace", "Show every socket call as it returns").global(true))
        .arg(step())
}

/// Reads the arguments of this program.
///
/// Wrong usage ends the program with status 2. `--help` and `--version` end it as well:
/// with status 0, or 1 when they cannot be printed.
pub fn parse(command: &mut Command) -> ArgMatches {
    let parsed = command.try_get_matches_from_mut(env::args_os());
    let placed = parsed.and_then(|matches| in_its_place(matches, command));
    placed.unwrap_or_else(|mut e| {
        if e.use_stderr() {
            add_tip(&mut e, command);
            e.exit()
        }
        let text = e.render().ansi().to_string();
        match output::print(text.trim_end()) {
            Err(e) if !output::is_closed_pipe(&e) => {
                output::log_error(Box::<dyn Error + Send + Sync>::from(e));
                process::exit(1)
            }
            _ => process::exit(0),
        }
    })
}

/// Refuses an option in front of a command that does not have it: `--step server`.
fn in_its_place(
    matches: ArgMatches,
    command: &mut Command,
) -> Result<ArgMatches, clap::Error> {
    let Some((name, behind)) = matches.subcommand() else { return Ok(matches) };
    let is_wrong = |option: &&str| {
        is_set(&matches, option) && behind.try_contains_id(option).is_err()
    };
    let options = command.get_arguments().map(|arg| arg.get_id().as_str());
    let Some(wrong) = { options }.find(is_wrong) else { return Ok(matches) };
    let why = format!("{name} has no option --{wrong}");
    Err(command.error(ErrorKind::ArgumentConflict, why))
}

fn is_set(matches: &ArgMatches, flag: &str) -> bool {
    matches.try_get_one::<bool>(flag).ok().flatten() == Some(&true)
}

/// Is this flag given, in front of the command or behind it?
pub fn is_given(matches: &ArgMatches, flag: &str) -> bool {
    let behind = matches.subcommand();
    is_set(matches, flag) || behind.is_some_and(|(_, m)| is_set(m, flag))
}

/// Adds a tip to an error: what somebody who typed this has most likely meant.
fn add_tip(e: &mut clap::Error, command: &Command) {
    let kinds = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    let word = kinds.into_iter().find_map(|kind| match e.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    });
    let Some(word) = word else { return };
    let client = command.find_subcommand("client");
    let of_client = client.and_then(|client| client.find_subcommand(&word));
    let option = word.trim_start_matches('-').split('=').next();
    let is_address =
        ["addr", "port", "host", "p", "h"].map(Some).contains(&option)
            || word.parse::<Addr>().is_ok()
            || word.parse::<u16>().is_ok();
    // args_os(): args() panics where an argument is not UTF-8.
    let is_relay = env::args_os().any(|arg| arg == "relay");
    let tip = match (of_client, is_address, is_relay) {
        (Some(_), ..) => format!("a client does that: client {word}"),
        (None, false, _) => return,
        (None, true, true) => {
            "a relay has two addresses: --listen HOST:PORT, --to HOST:PORT"
                .into()
        }
        (None, true, false) => {
            "the address is one option: --addr HOST:PORT".into()
        }
    };
    e.remove(ContextKind::SuggestedSubcommand); // "similar", but not meant
    let tip = ContextValue::StyledStrs(vec![tip.into()]);
    e.insert(ContextKind::Suggested, tip);
}

/// `--name`, which is there or not.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// `--step`, of everything that has steps.
pub fn step() -> Arg {
    flag("step", "Stop after each step until Enter is pressed")
}

/// `--name VALUE`, which can be left out.
pub fn optional(name: &'static str, value: &'static str) -> Arg {
    let arg = Arg::new(name).long(name).value_name(value);
    // So that -1 is answered with what may be given, and is no unknown option.
    arg.allow_negative_numbers(true)
}

/// The same with a default, for [`value`].
pub fn option(
    name: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
) -> Arg {
    optional(name, value).default_value(default).help(help)
}

/// `--name HOST:PORT`, where this program listens.
pub fn listen_addr(name: &'static str, default: &'static str) -> Arg {
    let help = "Where to listen; port 0 takes a free port";
    option(name, "HOST:PORT", default, help).value_parser(Addr::from_str)
}

/// `--name HOST:PORT`, of the server that this program talks to.
pub fn server_addr(name: &'static str, default: &'static str) -> Arg {
    let help = "The server's address";
    option(name, "HOST:PORT", default, help).value_parser(destination)
}

/// An address that something can be sent to.
fn destination(text: &str) -> Result<Addr, AddrError> {
    let addr = Addr::from_str(text)?;
    if addr.port() == 0 {
        return Err(AddrError::PORT_ZERO);
    }
    if addr.is_every_network() {
        return Err(AddrError::EVERY_NETWORK);
    }
    Ok(addr)
}

/// What an option takes that is a whole number of at least `least` and at most `most`.
pub fn whole_number(
    least: u64,
    most: u64,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok();
        let why = || format!("give a whole number from {least} to {most}");
        number.filter(|n| (least..=most).contains(n)).ok_or_else(why)
    }
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
    let help = "Random choices begin from N: the same N, the same ones";
    option("seed", "N", "1", help).value_parser(whole_number(0, 1_000_000))
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
