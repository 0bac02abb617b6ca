//! The command line of this lesson.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use common::args::{self, flag, option, optional, value};
use common::trace::Trace;

use super::capture::Capture;
use super::difference;
use super::predict::Game;
use super::scenes::{ACTS, Act};
use super::tour::Tour;
use crate::relay::{self, pieces::Pieces};

pub fn command() -> Command {
    let about = "Lesson 3: TCP carries bytes, not messages";
    let trace = flag("trace", "Show every socket call as it returns");
    let predict = flag("predict", "Guess what will happen before you see it");
    let guessed = ACTS.iter().map(act).chain([matrix()]);
    args::lesson("sticky-packet-demo", about)
        .after_help(
            "Without a command: the whole story, which ends on its own.\n\
             Examples:\n  \
             cargo run -p sticky-packet-demo -- --predict\n  \
             cargo run -p sticky-packet-demo -- broken --scene 2",
        )
        .mut_arg("trace", |trace| trace.global(false)) // the race has none
        .arg(predict.clone())
        .subcommand(race().arg(args::step()))
        .subcommands(guessed.map(|act| act.args([&trace, &predict, &args::step()])))
        .mut_subcommand("half-fixed", |act| act.alias("half_fixed"))
        .subcommand(difference().arg(&trace))
        .subcommand(relay::command().arg(&trace).after_help(
            "Example, in front of lesson 1's server (clients come to port 9000):\n  \
             cargo run -p sticky-packet-demo -- relay --pieces 3,7,1",
        ))
}

fn race() -> Command {
    let most = "Messages in each run; 400 at most if both ends sleep";
    Command::new("race")
        .about("One read() per message, and luck: three runs each")
        .arg(
            option("messages", "N", "2000", most)
                .value_parser(args::whole_number(1, 10_000)),
        )
        .after_help("Example: cargo run -p sticky-packet-demo -- race")
}

fn act(act: &Act) -> Command {
    let messages = Arg::new("messages")
        .value_name("MESSAGE")
        .help("Send these instead of the usual ones")
        .num_args(0..=20)
        .value_parser(|text: &str| match text.len() {
            1..=1000 => Ok(text.as_bytes().to_vec()),
            _ => Err("a message of 1 to 1000 bytes, please"),
        });
    let numbers: Vec<_> = act.scenes.iter().map(|s| s.number).collect();
    let scene = optional("scene", "N")
        .help("Play only this scene")
        .value_parser(move |text: &str| {
            let wrong = || format!("the scenes here are {numbers:?}");
            text.parse().ok().filter(|n| numbers.contains(n)).ok_or_else(wrong)
        });
    let run = format!("cargo run -p sticky-packet-demo -- {}", act.name);
    let first = act.scenes[0].number;
    let examples =
        format!("Examples:\n  {run} --scene {first}\n  {run} hello ok");
    let command = Command::new(act.name)
        .about(act.about())
        .args([messages, scene])
        .after_help(examples);
    if act.name == "udp" {
        return command;
    }
    let capture = optional("capture", "FILE")
        .help("Show the segments too, from a capture of it (tcpdump -w)")
        .requires("scene");
    command.args([pieces().conflicts_with("scene"), args::seed(), capture])
}

/// `--pieces`, which the acts and `diff` have.
fn pieces() -> Arg {
    optional("pieces", "N,N...|random")
        .help(
            "Your own network: it delivers pieces of these lengths,\nand \
             starts again with the first number after the last",
        )
        .value_parser(|text: &str| {
            // Random pieces are as short as the messages here.
            Pieces::parse(text, 8).ok_or(
                "give lengths such as 7 or 3,7,1 (1 to 65536), or random",
            )
        })
}

fn difference() -> Command {
    let version = |name, help| {
        let parser = PossibleValuesParser::new(difference::names());
        Arg::new(name).value_parser(parser).required(true).help(help)
    };
    Command::new("diff")
        .about("What differs between two versions, and what comes of it")
        .args([version("old", "From this one"), version("new", "To this one")])
        .args([pieces().default_value("7"), args::seed()])
        .after_help(
            "Example: cargo run -p sticky-packet-demo -- diff half-fixed fixed",
        )
}

fn matrix() -> Command {
    let messages = option("messages", "N", "100", "Messages for each cell");
    Command::new("matrix")
        .about("Every remedy that people propose, every delivery")
        .arg(messages.value_parser(args::whole_number(1, 500)))
        .arg(args::seed())
        .after_help(
            "Example: cargo run -p sticky-packet-demo -- matrix --seed 2",
        )
}

/// The network that was asked for, if one was. (Datagrams come in no pieces: udp has no
/// such option.)
pub fn network(args: &ArgMatches) -> Option<Pieces> {
    let pieces = args.try_get_one::<Pieces>("pieces").ok()??;
    Some(pieces.clone().seeded(value(args, "seed")))
}

/// How an act is to be played.
pub fn tour(
    args: &ArgMatches,
    game: Option<Game>,
    trace: Trace,
) -> Result<Tour> {
    let own = args.get_many("messages").unwrap_or_default().cloned().collect();
    let scene = args.get_one("scene").copied();
    let network = network(args);
    let file = args.try_get_one::<String>("capture").ok().flatten();
    let capture = file.map(|path| Capture::open(path)).transpose()?;
    Ok(Tour { own, scene, network, capture, game, trace })
}
