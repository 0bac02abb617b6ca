//! Plays the scenes: shows what happened, and says what to make of it.

use anyhow::Result;
use common::output::{StdoutError, print};
use common::step::wait;
use common::trace::Trace;

use super::capture::Capture;
use super::experiment::{Delivery, Outcome, over_tcp, over_udp};
use super::predict::Game;
use super::ruler;
use super::scenes::{Act, Scene};
use super::screen::{print_messages, print_text, print_title, width};
use crate::relay::pieces::Pieces;

const INTRO: &str = "\
TCP carries a stream of bytes. In it, messages have no boundaries. The rows \
show the calls of this very run: what each write took, what each read \
returned, what was taken for a message. Lengths and non-ASCII are in hex.";

const COLOURS: &str = "\
Each message that was sent has a colour. What was taken for a message, but was \
not sent as one, is grey.";

/// How the scenes are played.
#[derive(Default)]
pub struct Tour {
    /// A student's messages, if any, in place of the usual ones.
    pub own: Vec<Vec<u8>>,
    /// The only scene to play.
    pub scene: Option<usize>,
    /// A student's network, in place of the scenes.
    pub network: Option<Pieces>,
    /// What was seen on the wire.
    pub capture: Option<Capture>,
    pub game: Option<Game>,
    pub trace: Trace,
}

impl Tour {
    /// Plays an act.
    pub fn play(&mut self, act: &Act) -> Result<()> {
        print_title(&format!("{} ({})", act.about(), act.file()))?;
        if let Some(pieces) = &self.network {
            let title = format!("Your network: --pieces {pieces}");
            let delivery = Delivery::InPieces(pieces.clone());
            let scene = &act.scenes[0];
            self.experiment(act, scene, &title, delivery)?;
            return Ok(());
        }
        let (only, is_own) = (self.scene, !self.own.is_empty());
        let played = act.scenes.iter().filter(|scene| {
            only.is_none_or(|only| only == scene.number)
                && !(scene.is_too_long() && is_own)
        });
        for (i, scene) in played.enumerate() {
            if i > 0 {
                print("")?;
            }
            let title = format!("{}. {}", scene.number, scene.title());
            let delivery = scene.delivery.clone();
            let outcome = self.experiment(act, scene, &title, delivery)?;
            if !is_own {
                print_text("  ", &what_to_make_of_it(scene, &outcome))?;
            }
        }
        Ok(())
    }

    /// The end of the game, if it was one.
    pub fn print_score(&self) -> Result<(), StdoutError> {
        self.game.as_ref().map_or(Ok(()), Game::print_score)
    }

    /// Makes one experiment and shows it.
    fn experiment(
        &mut self,
        act: &Act,
        scene: &Scene,
        title: &str,
        delivery: Delivery,
    ) -> Result<Outcome> {
        print_text("", title)?;
        let own = Some(&self.own).filter(|own| !own.is_empty());
        let messages = own.cloned().unwrap_or_else(|| scene.messages());
        let ask = |game: &mut Game| game.ask_about_scene(&messages, act.name);
        let guess = self.game.as_mut().map(ask).transpose()?;
        wait("")?;
        let mut outcome = match scene.protocol {
            Some(code) => over_tcp(code, &messages, delivery, &self.trace)?,
            None => over_udp(&messages, &self.trace)?,
        };
        if let Some(capture) = &self.capture {
            outcome.segments = capture.segments_of(&outcome)?;
        }
        show(&outcome)?;
        if let (Some(game), Some(guess)) = (&mut self.game, guess) {
            game.compare_scene(&guess, &outcome)?;
        }
        Ok(outcome)
    }
}

/// Says how to read a ruler.
pub fn print_intro() -> Result<(), StdoutError> {
    print_text("", INTRO)?;
    if ruler::is_coloured() {
        print_text("", COLOURS)?;
    }
    Ok(())
}

/// Shows what happened.
pub fn show(outcome: &Outcome) -> Result<(), StdoutError> {
    for line in ruler::draw(outcome, width()) {
        print(line)?;
    }
    let Outcome { sent, received, .. } = outcome;
    let intact = outcome.intact();
    let start = format!("  {intact} of {} intact; received:", sent.len());
    print_messages(&start, received)?;
    match &outcome.gave_up {
        Some(why) => print_text("  ", &format!("The reader gave up: {why}.")),
        None => Ok(()),
    }
}

fn what_to_make_of_it(scene: &Scene, outcome: &Outcome) -> String {
    let left = outcome.waiting_after_first;
    let is_as_it_says = left > 0 || !scene.is_too_long();
    if outcome.intact() == scene.intact && is_as_it_says {
        return scene.lesson.replace("{left}", &left.to_string());
    }
    if outcome.is_whole() {
        return "Every message is whole now: your repair holds in this scene. \
                Does it hold in the others?"
            .into();
    }
    "Not what the lesson shows: the code has changed. What do you make of it?"
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::scenes::ACTS;
    use super::*;

    #[test]
    fn a_repair_is_told_apart_from_another_change_of_the_code() {
        // In scenes 2 and 4 of broken nothing should be intact; here none wait.
        for (scene, received, wanted) in [
            (2, &["hello", "ok"][..], "Every message is whole now: your"),
            (2, &["hello", "o"], "Not what the lesson shows"),
            (2, &["hellook"], "Nothing went wrong on the way"),
            (4, &["hellook"], "Not what the lesson shows"),
        ] {
            let bytes = |m: &&str| m.as_bytes().to_vec();
            let sent = ["hello", "ok"].iter().map(bytes).collect();
            let received = received.iter().map(bytes).collect();
            let outcome = Outcome { sent, received, ..Outcome::default() };
            let said = what_to_make_of_it(&ACTS[0].scenes[scene - 1], &outcome);
            assert!(said.starts_with(wanted), "{said}");
        }
    }
}
