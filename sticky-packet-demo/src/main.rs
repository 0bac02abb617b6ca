//! cargo run -p sticky-packet-demo                  the whole story
//! cargo run -p sticky-packet-demo -- --predict     guess before you see
//! cargo run -p sticky-packet-demo -- broken        one act: broken,
//!                                                  half-fixed, fixed, udp
//! cargo run -p sticky-packet-demo -- broken a b c  with your own messages
//! cargo run -p sticky-packet-demo -- matrix        all remedies, all deliveries
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

use std::process::ExitCode;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command};
use common::cli;
use common::relay;
use common::trace::Trace;

use crate::predict::Game;

fn main() -> ExitCode {
    cli::exit(run())
}

fn run() -> Result<()> {
    let mut lesson = command();
    let args = lesson.get_matches_mut();
    let traced = args.get_flag("trace");
    let trace = Trace::new(traced);
    let predict = args.get_flag("predict");

    match args.subcommand() {
        Some(("matrix" | "relay", _)) if predict => {
            let why =
                "--predict is for the acts: there is nothing to guess here";
            lesson.error(ErrorKind::ArgumentConflict, why).exit()
        }
        Some(("matrix", args)) => {
            let count = cli::value::<u64>(args, "messages") as usize;
            matrix::run(count, cli::value(args, "seed"), &trace, !traced)
        }
        Some(("relay", args)) => Ok(relay::run(args, &trace)?),
        act => {
            let own = act.and_then(|(_, args)| args.get_many("messages"));
            let own = own.map(|own| own.cloned().collect::<Vec<Vec<u8>>>());
            let name = act.map(|(name, _)| name);
            let mut game =
                if predict { Some(Game::in_terminal()?) } else { None };
            let own = own.unwrap_or_default();
            let finished = tour::play(name, &own, &mut game, &trace)?;
            if let Some(game) = game {
                game.score();
            }
            if finished && name.is_none() {
                cli::heading("Every remedy that people propose");
                matrix::run(20, 1, &trace, !traced)?;
                cli::tell(tour::END);
            }
            Ok(())
        }
    }
}

fn command() -> Command {
    let about = "Lesson 3: TCP carries bytes, not messages";
    let predict = Arg::new("predict")
        .long("predict")
        .help("Guess what will happen before you see it")
        .action(ArgAction::SetTrue)
        .global(true);
    let messages = Arg::new("messages")
        .value_name("MESSAGE")
        .help("Send these instead of the usual ones")
        .num_args(0..=20)
        .value_parser(|text: &str| match text.len() {
            1..=1000 => Ok(text.as_bytes().to_vec()),
            _ => Err("a message of 1 to 1000 bytes, please"),
        });
    let acts = tour::ACTS.map(|act| {
        let command = Command::new(act.name).about(act.about());
        command.arg(messages.clone())
    });
    cli::lesson("sticky-packet-demo", about)
        .arg(predict)
        .subcommands(acts)
        .mut_subcommand("half-fixed", |act| act.alias("half_fixed"))
        .subcommands([matrix::command(), relay::command()])
}
