//! cargo run -p sticky-packet-demo                  the whole story
//! cargo run -p sticky-packet-demo -- --predict     guess before you see
//! cargo run -p sticky-packet-demo -- race          luck, before anything else
//! cargo run -p sticky-packet-demo -- broken        one act: broken, half-fixed,
//!                                                  fixed, framed, udp
//! cargo run -p sticky-packet-demo -- broken a b c  with your own messages
//! cargo run -p sticky-packet-demo -- broken --pieces 3,7,1
//!                                                  on your own network
//! cargo run -p sticky-packet-demo -- diff half-fixed fixed
//!                                                  what differs, and what comes of it
//! cargo run -p sticky-packet-demo -- matrix        all remedies, all deliveries
//! cargo run -p sticky-packet-demo -- relay --to 127.0.0.1:8080
//!                                                  a bad network for your own
//!                                                  programs, on port 9000

mod broken;
mod fixed;
mod framed;
mod half_fixed;
mod race;
mod relay;
mod remedies;
mod udp;
mod stage {
    pub mod answer;
    pub mod arguments;
    pub mod capture;
    pub mod difference;
    pub mod experiment;
    pub mod lockstep;
    pub mod matrix;
    pub mod picture;
    pub mod predict;
    pub mod ruler;
    pub mod scenes;
    pub mod scoreboard;
    pub mod screen;
    pub mod story;
    pub mod threads;
    pub mod tour;
}

use std::process::ExitCode;

use anyhow::Result;
use common::args::{is_given, parse, value};
use common::output::exit;
use common::step;
use common::trace::Trace;

use crate::stage::predict::Game;
use crate::stage::{arguments, difference, matrix, scoreboard, story};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<()> {
    let args = parse(&mut arguments::command());
    let show = is_given(&args, "trace");
    let trace = Trace::new("", show);
    let game =
        is_given(&args, "predict").then(Game::in_terminal).transpose()?;
    if game.is_none() {
        step::follow(&args); // the game stops in any case
    }
    match args.subcommand() {
        None => story::play(game, &trace)?,
        Some(("race", args)) => {
            scoreboard::run(Some(value(args, "messages")))?;
        }
        Some(("diff", args)) => {
            let [old, new]: [String; 2] =
                ["old", "new"].map(|name| value(args, name));
            if let Some(pieces) = arguments::network(args) {
                difference::run([&old, &new], &pieces, &trace)?;
            }
        }
        Some(("matrix", args)) => {
            let (count, seed) = (value(args, "messages"), value(args, "seed"));
            matrix::run(count, seed, game, true, &trace)?;
        }
        Some(("relay", args)) => relay::run(args, show)?,
        Some((act, args)) => {
            story::play_act(act, arguments::tour(args, game, trace)?)?;
        }
    }
    Ok(())
}
