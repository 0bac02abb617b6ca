//! The whole story: the race, every act, the matrix in small.

use anyhow::Result;
use common::output::print;
use common::trace::Trace;

use super::predict::Game;
use super::scenes::ACTS;
use super::screen::{print_text, print_title};
use super::tour::{self, Tour};
use super::{matrix, scoreboard};

const IN_STEP: &str = "\
From here on the reader calls read() when a scene says so, and every run shows \
the same picture. Each of these moments happens in real networks, too.";

/// Plays the whole story.
pub fn play(game: Option<Game>, trace: &Trace) -> Result<()> {
    scoreboard::run(None)?;
    print("")?;
    print_title("Now step by step")?;
    print_text("", IN_STEP)?;
    tour::print_intro()?;
    let mut tour = Tour { game, trace: trace.clone(), ..Tour::default() };
    for act in &ACTS {
        print("")?;
        tour.play(act)?;
    }
    tour.print_score()?;
    print("")?;
    matrix::run(20, 1, None, false, trace)?;
    print("")?;
    for paragraph in END {
        print_text("", paragraph)?;
    }
    print(NOW_YOU)?;
    Ok(())
}

/// Plays one act of it.
pub fn play_act(name: &str, mut tour: Tour) -> Result<()> {
    // A student who asks for one picture has read this before.
    if tour.scene.is_none() && tour.network.is_none() {
        tour::print_intro()?;
        print("")?;
    }
    for act in ACTS.iter().filter(|act| act.name == name) {
        tour.play(act)?;
    }
    Ok(tour.print_score()?)
}

/// What a student takes home.
const END: [&str; 2] = [
    "It does not matter when a byte leaves: a read returns what has come. So \
     put the boundaries into the bytes, and read on until a message is whole.",
    "The name, sticky packets (粘包), is folklore. TCP has no packets that \
     stick: it is a stream, and a stream has no message boundaries.",
];

const NOW_YOU: &str = "\
Now you:
  cargo run -p sticky-packet-demo -- --predict
  cargo run -p sticky-packet-demo -- diff half-fixed fixed";
