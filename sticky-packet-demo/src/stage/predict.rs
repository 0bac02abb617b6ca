//! The guessing game: first the student says what will happen, then it
//! happens.

use std::io::{self, IsTerminal};

use anyhow::Result;
use common::failure::Failure;
use common::input::Input;
use common::output::{StdoutError, print};
use common::printable::printable;

use super::deliveries::COLUMNS;
use super::experiment::Outcome;
use super::screen::{print_messages, print_text, quoted, width};

/// Where the player's next line comes from; `None` at the end.
type Lines = Box<dyn FnMut() -> io::Result<Option<Vec<u8>>>>;

/// What the player, or most people, say about a scene.
#[derive(Default)]
struct Guess {
    calls: usize,
    first_message: String,
}

pub struct Game {
    lines: Lines,
    guess: Guess,
    usual: Guess,
    /// The player's guess about a row: does it stay whole in each column?
    row: Vec<bool>,
    verdicts: Vec<&'static str>,
}

const RIGHT: &str = "right";
const BUT_FOR_ZEROS: &str = "right, but for the zeros";
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
        Self {
            lines,
            guess: Guess::default(),
            usual: Guess::default(),
            row: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// Asks before a scene of this act; false when the player has left.
    pub fn ask_about_scene(
        &mut self,
        messages: &[Vec<u8>],
        act: &str,
    ) -> Result<bool> {
        print_messages("  Sent:", messages)?;
        let sizes: Vec<_> =
            messages.iter().map(|m| m.len().to_string()).collect();
        print_text("  ", &format!("In bytes: {}", sizes.join(", ")))?;
        // Most people think that a read returns what a write took.
        self.usual.calls = messages.len();
        self.usual.first_message = printable(&messages[0]);
        if !["broken", "udp"].contains(&act) {
            print_text("  ", "In front of each message: 4 bytes, its length")?;
            self.usual.calls = 2 * messages.len();
        }

        let call = if act == "udp" { "recvfrom()" } else { "read()" };
        let question = format!(
            "How many {call} calls will return bytes? (A reader may give up.)"
        );
        let number = |line: &str| line.parse().ok();
        let Some(calls) = self.ask(&question, "A number", number)? else {
            return Ok(false);
        };
        let question = "What will the receiver take for the first message?";
        let text = |line: &str| {
            let said = line.trim_matches('"');
            (!said.is_empty()).then(|| said.to_string())
        };
        let Some(first_message) = self.ask(question, "Some letters", text)?
        else {
            return Ok(false);
        };
        self.guess = Guess { calls, first_message };
        Ok(true)
    }

    /// Compares the guesses with what happened.
    pub fn compare_scene(
        &mut self,
        outcome: &Outcome,
    ) -> Result<(), StdoutError> {
        let calls = outcome.reads.iter().flatten().count();
        let said = self.guess.calls;
        let verdict = match said {
            _ if said == calls => RIGHT,
            _ if said == self.usual.calls => USUAL,
            _ => WRONG,
        };
        self.judge(verdict, &format!("calls: {calls}; you said {said}"))?;

        let fact = outcome.received.first();
        let (text, shown) = match fact {
            None => ("none".to_string(), "none".to_string()),
            Some(m) => (printable(m), quoted(m, width().saturating_sub(24))),
        };
        let said = &self.guess.first_message;
        let verdict = match said {
            _ if *said == text => RIGHT,
            // Nobody types what nobody has sent.
            _ if *said == text.replace("\\x00", "") => BUT_FOR_ZEROS,
            _ if *said == self.usual.first_message => USUAL,
            _ => WRONG,
        };
        let said = quoted(said.as_bytes(), width().saturating_sub(24));
        self.judge(verdict, &format!("first message: {shown}; you said {said}"))
    }

    /// Asks before a row of the matrix; false when the player has left.
    pub fn ask_about_row(&mut self, name: &str) -> Result<bool> {
        let columns = COLUMNS.iter().enumerate();
        let columns: Vec<_> =
            columns.map(|(i, c)| format!("{} {}", i + 1, c.title)).collect();
        let question = format!(
            "{name}: where does every message arrive? ({}; 0 nowhere)",
            columns.join(", ")
        );
        let numbers = |line: &str| {
            let mut whole = vec![false; COLUMNS.len()];
            for c in line.chars().filter(|c| ![' ', ','].contains(c)) {
                match c.to_digit(10)? as usize {
                    0 => {}
                    n => *whole.get_mut(n - 1)? = true,
                }
            }
            (!line.is_empty()).then_some(whole)
        };
        print("")?;
        match self.ask(&question, "Numbers such as 2 4, or 0", numbers)? {
            Some(row) => self.row = row,
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Compares the guess with what happened in each column.
    pub fn compare_row(&mut self, whole: &[bool]) -> Result<(), StdoutError> {
        let wrong = COLUMNS.iter().zip(whole.iter().zip(&self.row));
        let wrong = wrong.filter(|(_, (fact, said))| fact != said);
        let wrong: Vec<_> = wrong.map(|(column, _)| column.title).collect();
        let verdict = if wrong.is_empty() { RIGHT } else { WRONG };
        let places = match wrong.as_slice() {
            [] => "the whole row".into(),
            places => places.join(", "),
        };
        self.judge(verdict, &places)
    }

    /// Asks until the answer can be read; `None` when the player has left.
    fn ask<T>(
        &mut self,
        question: &str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        print_text("  ", question)?;
        while let Some(line) = (self.lines)()? {
            match read(String::from_utf8_lossy(&line).trim()) {
                Some(answer) => return Ok(Some(answer)),
                None => print(format!(
                    "  {wanted}, please (Ctrl-D ends the game)."
                ))?,
            }
        }
        Ok(None)
    }

    fn judge(
        &mut self,
        verdict: &'static str,
        what: &str,
    ) -> Result<(), StdoutError> {
        self.verdicts.push(verdict);
        print_text("  ", &format!("{what}: {verdict}"))
    }

    /// The end of the game.
    pub fn print_score(&self) -> Result<(), StdoutError> {
        let [right, usual] = [RIGHT, USUAL].map(|verdict| self.count(verdict));
        let asked = self.verdicts.len();
        print(format!("\nYour score: {right} right of {asked}."))?;
        if usual > 0 {
            let why = "It is that a read returns what a write took.";
            print_text("", &format!("The usual guess: {usual}. {why}"))?;
        }
        Ok(())
    }

    fn count(&self, verdict: &str) -> usize {
        self.verdicts.iter().filter(|v| v.starts_with(verdict)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::experiment::{BROKEN, Delivery, over_tcp};
    use common::trace::Trace;

    fn game(answers: &[&str]) -> Game {
        let answers: Vec<_> =
            answers.iter().map(|a| a.as_bytes().to_vec()).collect();
        let mut answers = answers.into_iter();
        Game::new(Box::new(move || Ok(answers.next())))
    }

    /// Plays one scene, three messages glued into one read of 5 bytes, with
    /// these answers; returns what was asked, right, and usual.
    fn play(answers: &[&str]) -> Option<[usize; 3]> {
        let mut game = game(answers);
        let messages = ["ab", "c", "de"].map(|m| m.as_bytes().to_vec());
        if !game.ask_about_scene(&messages, "broken").unwrap() {
            return None;
        }
        let (idle, trace) = (Delivery::IdleReader, Trace::default());
        let outcome = over_tcp(&BROKEN, &messages, idle, &trace).unwrap();
        game.compare_scene(&outcome).unwrap();
        game.print_score().unwrap();
        Some([game.verdicts.len(), game.count(RIGHT), game.count(USUAL)])
    }

    #[test]
    fn what_happens_is_right() {
        assert_eq!(play(&["1\n", " abcde \r\n"]), Some([2, 2, 0]));
        assert_eq!(play(&["1", "\"abcde\""]), Some([2, 2, 0]));
    }

    #[test]
    fn one_read_for_each_write_is_the_usual_guess() {
        assert_eq!(play(&["3", "ab"]), Some([2, 0, 2]));
    }

    #[test]
    fn another_wrong_guess_is_only_wrong() {
        assert_eq!(play(&["7", "xy"]), Some([2, 0, 0]));
    }

    #[test]
    fn nonsense_is_asked_again() {
        let answers = ["", "\n", "five", "-1", "\u{7f}", "1", "", "abcde"];
        assert_eq!(play(&answers), Some([2, 2, 0]));
    }

    #[test]
    fn the_end_of_the_input_ends_the_game() {
        assert_eq!(play(&[]), None);
        assert_eq!(play(&["1"]), None);
        assert_eq!(play(&["nonsense"]), None);
    }

    #[test]
    fn a_row_is_right_when_every_column_is() {
        let whole = [false, true, false, true, false, false];
        for (answer, right) in [
            ("2 4\n", 1),
            ("4,2", 1),
            ("24", 1),
            ("2", 0),
            ("0", 0),
            ("123456", 0),
        ] {
            let mut game = game(&["", "seven", "7", answer]);
            assert!(game.ask_about_row("TCP_NODELAY").unwrap());
            game.compare_row(&whole).unwrap();
            assert_eq!(game.count(RIGHT), right, "{answer}");
        }
        assert!(!game(&["7"]).ask_about_row("TCP_NODELAY").unwrap());
    }
}
