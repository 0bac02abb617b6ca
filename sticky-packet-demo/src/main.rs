//! cargo run -p sticky-packet-demo                  the whole story
//! cargo run -p sticky-packet-demo -- --predict     guess before you see
//! cargo run -p sticky-packet-demo -- broken        one act: broken,
//!                                                  half-fixed, fixed, udp
//! cargo run -p sticky-packet-demo -- broken a b c  with your own messages
//! cargo run -p sticky-packet-demo -- matrix        every remedy, every delivery
//! cargo run -p sticky-packet-demo -- relay --to 127.0.0.1:8080
//!                                                  a bad network for your own
//!                                                  programs, on port 9000

mod broken;
mod experiment;
mod fixed;
mod half_fixed;
mod matrix;
mod predict;
mod tour;
mod udp;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, Command, value_parser};
use common::cli::{self, Failure, Input};
use common::relay;
use common::trace::Trace;
use indicatif::ProgressBar;

use crate::predict::Game;

fn main() -> ExitCode {
    cli::exit(run())
}

fn run() -> Result<()> {
    let about = "Lesson 3: TCP carries bytes, not messages";
    let predict = Arg::new("predict")
        .long("predict")
        .help("Guess what will happen before you see it")
        .action(ArgAction::SetTrue);
    let mut lesson =
        cli::lesson("sticky-packet-demo", about).arg(predict.clone());
    for act in tour::ACTS {
        let act = Command::new(act.name).about(act.about);
        let act = act.arg(messages_arg()).arg(predict.clone());
        lesson = lesson.subcommand(act);
    }
    let lesson = lesson.subcommands([matrix_command(), relay::command()]);
    let args = lesson.get_matches();
    let trace = Trace::new(args.get_flag("trace"));
    let bar = match args.get_flag("trace") {
        true => ProgressBar::hidden(), // it would be in the way
        false => ProgressBar::no_length(),
    };

    match args.subcommand() {
        Some(("matrix", args)) => {
            let count = cli::value::<u64>(args, "messages") as usize;
            matrix::run(count, cli::value(args, "seed"), &trace, &bar)
        }
        Some(("relay", args)) => Ok(relay::run(args, &trace)?),
        Some((act, act_args)) => {
            let own = act_args.get_many::<String>("messages");
            let own = own.unwrap_or_default().map(|m| m.clone().into_bytes());
            let predict = args.get_flag("predict") // before the act's name
                || act_args.get_flag("predict");
            play(Some(act), own.collect(), predict, &trace)?;
            Ok(())
        }
        None => {
            if play(None, Vec::new(), args.get_flag("predict"), &trace)? {
                tour::every_remedy(20);
                matrix::run(20, 1, &trace, &bar)?;
                tour::end();
            }
            Ok(())
        }
    }
}

fn play(
    act: Option<&str>,
    own: Vec<Vec<u8>>,
    predict: bool,
    trace: &Trace,
) -> Result<bool> {
    if own.concat().len() > 8192 {
        let why = "all of them wait in the system for the idle reader";
        let remedy = "give up to 8192 bytes";
        return Err(Failure::new("too many bytes", why, remedy).into());
    }
    if !predict {
        return tour::play(act, &own, trace, None);
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Failure::new(
            "nobody to ask for a prediction",
            "input or output is no terminal",
            "run it in a terminal, without a pipe, or without --predict",
        )
        .into());
    }
    let mut input = Input::stdin();
    let mut lines = || input.line();
    let mut game = Game::new(&mut lines);
    let finished = tour::play(act, &own, trace, Some(&mut game))?;
    game.score();
    Ok(finished)
}

fn messages_arg() -> Arg {
    Arg::new("messages")
        .value_name("MESSAGE")
        .help("Send these instead of the usual ones")
        .num_args(0..=100)
        .value_parser(NonEmptyStringValueParser::new())
}

fn matrix_command() -> Command {
    Command::new("matrix")
        .about("Every remedy that people propose, every delivery")
        .arg(
            Arg::new("messages")
                .long("messages")
                .value_name("N")
                .help("How many messages for each cell")
                .value_parser(value_parser!(u64).range(1..=500))
                .default_value("100"),
        )
        .arg(relay::seed_arg())
}
