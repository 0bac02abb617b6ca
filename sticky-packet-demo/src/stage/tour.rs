//! Plays the scenes: shows what happened, and says what to make of it.

use anyhow::Result;
use common::output::{StdoutError, print};
use common::pieces::Pieces;
use common::trace::Trace;

use super::capture::Capture;
use super::experiment::{Delivery, Outcome, Protocol, over_tcp, over_udp};
use super::predict::Game;
use super::ruler;
use super::scenes::{Act, Messages, Scene};
use super::screen::{print_messages, print_text, print_title, width};

const INTRO: &str = "\
TCP carries a stream of bytes. In it, messages have no boundaries. The rows \
show the calls of this very run: what each write took, what each read \
returned, what was taken for a message. Lengths and non-ASCII are in hex.";

/// How the scenes are played.
#[derive(Default)]
pub struct Tour {
    /// A student's messages, if any, in place of the usual ones.
    pub own: Vec<Vec<u8>>,
    /// The only scene to play.
    pub scene: Option<usize>,
    /// A student's network, in place of the scenes.
    pub network: Option<Network>,
    /// What was seen on the wire.
    pub capture: Option<Capture>,
    pub game: Option<Game>,
    pub trace: Trace,
}

/// A network that delivers in these pieces, and how it was asked for.
pub struct Network {
    pub pieces: Pieces,
    pub text: String,
}

impl Tour {
    /// Plays an act; false when the player has left the game.
    pub fn play(&mut self, act: &Act) -> Result<bool> {
        print_title(&format!("{} ({})", act.about(), act.file()))?;
        if let Some(Network { pieces, text }) = &self.network {
            let title = format!("Your network: --pieces {text}");
            let delivery = Delivery::InPieces(pieces.clone());
            let protocol = act.scenes[0].protocol;
            let messages = self.messages(Messages::Usual);
            let outcome =
                self.experiment(act, &title, protocol, delivery, messages)?;
            return Ok(outcome.is_some());
        }
        let mut first = true;
        for scene in act.scenes {
            let is_other = self.scene.is_some_and(|only| only != scene.number);
            let too_long = scene.messages == Messages::TooLong;
            if is_other || too_long && !self.own.is_empty() {
                continue;
            }
            if !first {
                print("")?;
            }
            first = false;
            let title = format!("{}. {}", scene.number, scene.title());
            let messages = self.messages(scene.messages);
            let outcome = self.experiment(
                act,
                &title,
                scene.protocol,
                scene.delivery.clone(),
                messages,
            )?;
            let Some(outcome) = outcome else {
                return Ok(false);
            };
            if self.own.is_empty() {
                print_text("  ", &what_to_make_of_it(scene, &outcome))?;
            }
        }
        Ok(true)
    }

    /// The end of the game, if it was one.
    pub fn print_score(&self) -> Result<(), StdoutError> {
        self.game.as_ref().map_or(Ok(()), Game::print_score)
    }

    fn messages(&self, usual: Messages) -> Vec<Vec<u8>> {
        match self.own.as_slice() {
            [] => usual.bytes(),
            own => own.to_vec(),
        }
    }

    /// Makes one experiment and shows it; `None` when the player has left.
    fn experiment(
        &mut self,
        act: &Act,
        title: &str,
        protocol: Option<Protocol>,
        delivery: Delivery,
        messages: Vec<Vec<u8>>,
    ) -> Result<Option<Outcome>> {
        print_text("", title)?;
        if let Some(game) = &mut self.game
            && !game.ask_about_scene(&messages, act.name)?
        {
            return Ok(None);
        }
        let outcome = match protocol {
            Some(code) => over_tcp(&code, &messages, delivery, &self.trace)?,
            None => over_udp(&messages, &self.trace)?,
        };
        let segments = match &self.capture {
            Some(capture) => capture.segments_of(&outcome)?,
            None => Vec::new(),
        };
        show(&outcome, &segments)?;
        if let Some(game) = &mut self.game {
            game.compare_scene(&outcome)?;
        }
        Ok(Some(outcome))
    }
}

/// Says how to read a ruler.
pub fn print_intro() -> Result<(), StdoutError> {
    print_text("", INTRO)?;
    if ruler::is_coloured() {
        print_text("", "Each message is one block of colour.")?;
    }
    Ok(())
}

/// Shows what happened.
pub fn show(outcome: &Outcome, segments: &[usize]) -> Result<(), StdoutError> {
    for line in ruler::draw(outcome, segments, width()) {
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
    let intact = outcome.intact();
    if intact == scene.intact
        && let Some(lesson) = scene.lesson(outcome.waiting_after_first)
    {
        return lesson;
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

    /// What is said of scene 2 of broken, where nothing should be intact.
    fn said(received: &[&str]) -> String {
        let bytes = |all: &[&str]| all.iter().map(|m| (*m).into()).collect();
        let outcome = Outcome {
            sent: bytes(&["hello", "ok"]),
            received: bytes(received),
            ..Outcome::default()
        };
        what_to_make_of_it(&ACTS[0].scenes[1], &outcome)
    }

    #[test]
    fn a_repair_that_makes_a_scene_whole_is_told_so() {
        let text = said(&["hello", "ok"]);
        assert!(text.contains("your repair holds in this scene"), "{text}");
    }

    #[test]
    fn another_change_of_the_code_is_told_apart_from_a_repair() {
        let text = said(&["hello", "o"]);
        assert!(text.starts_with("Not what the lesson shows"), "{text}");
        let text = said(&["hellook"]);
        assert!(text.starts_with("Nothing went wrong on the way"), "{text}");
    }
}
