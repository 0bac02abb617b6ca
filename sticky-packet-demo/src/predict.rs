//! The guessing game: first the student says what will happen, then it
//! happens.

use std::io;

use anyhow::Result;
use common::cli::tell;
use common::trace::Call;

use crate::experiment::Outcome;
use crate::tour::quoted;

/// Where the player's next line comes from; `None` at the end.
type Lines<'a> = &'a mut dyn FnMut() -> io::Result<Option<Vec<u8>>>;

/// A number to guess: what the player says, and what most people would.
struct Guess {
    what: &'static str,
    said: usize,
    usual: usize,
}

pub struct Game<'a> {
    lines: Lines<'a>,
    open: Vec<Guess>,
    asked: usize,
    right: usize,
    usual: usize,
}

impl<'a> Game<'a> {
    pub fn new(lines: Lines<'a>) -> Self {
        Self { lines, open: Vec::new(), asked: 0, right: 0, usual: 0 }
    }

    /// Asks before a scene; false when the player has left.
    pub fn ask(&mut self, messages: &[Vec<u8>], framed: bool) -> Result<bool> {
        let prefix = if framed { "4 + " } else { "" };
        let size = |m: &Vec<u8>| format!("{prefix}{}", m.len());
        let sizes: Vec<_> = messages.iter().map(size).collect();
        let (sent, sizes) = (quoted(messages), sizes.join(", "));
        tell(format!("  Sent: {sent} ({sizes} bytes)"));

        // Most people think that a read returns what a write took.
        let first = if framed { 4 } else { messages[0].len() };
        let reads = messages.len() * if framed { 2 } else { 1 };
        self.open.clear();
        let questions =
            [("reads that bring bytes", reads), ("bytes in the first", first)];
        for (what, usual) in questions {
            tell(format!("  How many {what}?"));
            let Some(said) = self.number()? else {
                return Ok(false);
            };
            self.open.push(Guess { what, said, usual });
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
        let mut reads = outcome.reads.iter().flatten().map(Call::len);
        let first = reads.next();
        let real =
            [reads.count() + usize::from(first.is_some()), first.unwrap_or(0)];
        for (guess, real) in self.open.drain(..).zip(real) {
            let Guess { what, said, usual } = guess;
            self.asked += 1;
            let verdict = if said == real {
                self.right += 1;
                "right"
            } else if said == usual {
                self.usual += 1;
                "wrong, the usual guess"
            } else {
                "wrong"
            };
            tell(format!("  {what}: {real}; you said {said}: {verdict}"));
        }
    }

    /// The end of the game.
    pub fn score(&self) {
        let (asked, right, usual) = (self.asked, self.right, self.usual);
        tell(format!("\nYour score: {right} right of {asked}."));
        if right < asked {
            tell(format!(
                "Of the others, {usual} were the usual guess: that a read \
                 returns what a write took."
            ));
        }
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
        let mut answers = answers.iter().map(|a| a.as_bytes().to_vec());
        let mut lines = || Ok(answers.next());
        let mut game = Game::new(&mut lines);
        let messages = ["ab", "c", "de"].map(|m| m.as_bytes().to_vec());
        if !game.ask(&messages, false).unwrap() {
            return None;
        }
        let (idle, trace) = (Delivery::IdleReader, Trace::default());
        game.compare(&over_tcp(&BROKEN, &messages, idle, &trace).unwrap());
        game.score();
        Some([game.asked, game.right, game.usual])
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
