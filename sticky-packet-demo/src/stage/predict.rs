//! The guessing game: first the student says what will happen, then it
//! happens.

use std::io::{self, IsTerminal};

use anyhow::Result;
use common::cli::{Failure, Input, tell};
use common::ruler::quoted;

use crate::experiment::Outcome;

/// Where the player's next line comes from; `None` at the end.
type Lines = Box<dyn FnMut() -> io::Result<Option<Vec<u8>>>>;

pub struct Game {
    lines: Lines,
    /// For each question about the scene: what the player says, and what
    /// most people would.
    guesses: Vec<(usize, usize)>,
    verdicts: Vec<&'static str>,
}

const RIGHT: &str = "right";
const USUAL: &str = "wrong, the usual guess";
const WRONG: &str = "wrong";

impl Game {
    pub fn in_terminal() -> Result<Self> {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            let mut input = Input::stdin();
            return Ok(Self::new(Box::new(move || input.line())));
        }
        let remedy =
            "run it in a terminal, without a pipe, or without --predict";
        let why = "input or output is no terminal";
        Err(Failure::new("nobody to ask for a prediction", why, remedy).into())
    }

    fn new(lines: Lines) -> Self {
        Self { lines, guesses: Vec::new(), verdicts: Vec::new() }
    }

    /// Asks before a scene of this act; false when the player has left.
    pub fn ask(&mut self, messages: &[Vec<u8>], act: &str) -> Result<bool> {
        let sizes = messages.iter().map(|m| m.len().to_string());
        let (sent, sizes) = (quoted(messages), sizes.collect::<Vec<_>>());
        tell(format!("  Sent: {sent} ({} bytes)", sizes.join(", ")));
        // Most people think that a read returns what a write took.
        let mut usual = [messages.len(), messages[0].len()];
        if act.ends_with("fixed") {
            tell("  In front of each message: 4 bytes, its length");
            usual = [2 * messages.len(), 4];
        }
        let call = if act == "udp" { "recvfrom()" } else { "read()" };
        let questions = [
            format!(
                "How many {call} calls will return bytes? \
                 (A reader may give up.)"
            ),
            "How many bytes will the first one return?".to_string(),
        ];
        self.guesses.clear();
        for (question, usual) in questions.iter().zip(usual) {
            tell(format!("  {question}"));
            let Some(said) = self.number()? else {
                return Ok(false);
            };
            self.guesses.push((said, usual));
        }
        Ok(true)
    }

    fn number(&mut self) -> Result<Option<usize>> {
        while let Some(line) = (self.lines)()? {
            match String::from_utf8_lossy(&line).trim().parse() {
                Ok(number) => return Ok(Some(number)),
                Err(_) => tell("  A number, please (Ctrl-D ends the game)."),
            }
        }
        Ok(None)
    }

    /// Compares the guesses with what happened.
    pub fn compare(&mut self, outcome: &Outcome) {
        let reads: Vec<_> = outcome.reads.iter().flatten().collect();
        let first = reads.first().map_or(0, |call| call.len());
        let facts = [("calls", reads.len()), ("bytes in the first one", first)];
        for ((what, fact), (said, usual)) in facts.iter().zip(&self.guesses) {
            let verdict = match said {
                said if said == fact => RIGHT,
                said if said == usual => USUAL,
                _ => WRONG,
            };
            self.verdicts.push(verdict);
            tell(format!("  {what}: {fact}; you said {said}: {verdict}"));
        }
    }

    /// The end of the game.
    pub fn score(&self) {
        let [right, usual] = [RIGHT, USUAL].map(|verdict| self.count(verdict));
        let asked = self.verdicts.len();
        tell(format!("\nYour score: {right} right of {asked}."));
        if usual > 0 {
            tell(format!(
                "The usual guess: {usual}. \
                 It is that a read returns what a write took."
            ));
        }
    }

    fn count(&self, verdict: &str) -> usize {
        self.verdicts.iter().filter(|v| **v == verdict).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BROKEN, Delivery, over_tcp};
    use common::trace::Trace;

    /// Plays one scene, three messages glued into one read of 5 bytes, with
    /// these answers; returns what was asked, right, and usual.
    fn play(answers: &[&str]) -> Option<[usize; 3]> {
        let answers: Vec<_> =
            answers.iter().map(|a| a.as_bytes().to_vec()).collect();
        let mut answers = answers.into_iter();
        let mut game = Game::new(Box::new(move || Ok(answers.next())));
        let messages = ["ab", "c", "de"].map(|m| m.as_bytes().to_vec());
        if !game.ask(&messages, "broken").unwrap() {
            return None;
        }
        let (idle, trace) = (Delivery::IdleReader, Trace::default());
        game.compare(&over_tcp(&BROKEN, &messages, idle, &trace).unwrap());
        game.score();
        Some([game.verdicts.len(), game.count(RIGHT), game.count(USUAL)])
    }

    #[test]
    fn what_happens_is_right() {
        assert_eq!(play(&["1\n", " 5 \r\n"]), Some([2, 2, 0]));
    }

    #[test]
    fn one_read_for_each_write_is_the_usual_guess() {
        assert_eq!(play(&["3", "2"]), Some([2, 0, 2]));
    }

    #[test]
    fn another_wrong_guess_is_only_wrong() {
        assert_eq!(play(&["7", "0"]), Some([2, 0, 0]));
    }

    #[test]
    fn nonsense_is_asked_again() {
        let answers = ["", "\n", "five", "-1", "\u{7f}", "1", "5"];
        assert_eq!(play(&answers), Some([2, 2, 0]));
    }

    #[test]
    fn the_end_of_the_input_ends_the_game() {
        assert_eq!(play(&[]), None);
        assert_eq!(play(&["1"]), None);
        assert_eq!(play(&["nonsense"]), None);
    }
}
