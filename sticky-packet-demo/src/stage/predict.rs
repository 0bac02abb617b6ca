//! The guessing game: first the student says what will happen, then it happens.

use std::io::{self, IsTerminal};

use anyhow::Result;
use common::failure::Failure;
use common::input::Input;
use common::output::{StdoutError, print};

use super::answer::{columns, is_message, is_text, is_typeable_part, number};
use super::experiment::Outcome;
use super::screen::{print_messages, print_text, quoted, width};

pub struct Game {
    input: Input,
    verdicts: Vec<&'static str>,
}

const RIGHT: &str = "right";
const AS_TYPED: &str = "right, as far as can be typed";
const USUAL: &str = "wrong, the usual guess";
const WRONG: &str = "wrong";

/// What the player says about a scene: how many calls, and which first message.
pub type Guess = (usize, String);

impl Game {
    pub fn in_terminal() -> Result<Self, Failure> {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            return Ok(Self { input: Input::stdin(), verdicts: Vec::new() });
        }
        Err(Failure::new(
            "nobody to ask for a prediction",
            "input or output is not a terminal",
            "run it in a terminal, without a pipe, or without --predict",
        ))
    }

    /// Asks before a scene of this act.
    pub fn ask_about_scene(
        &mut self,
        messages: &[Vec<u8>],
        act: &str,
    ) -> Result<Guess> {
        print_messages("  Sent:", messages)?;
        let lengths = messages.iter().map(|m| m.len().to_string());
        let sizes = lengths.collect::<Vec<_>>().join(", ");
        print_text("  ", &format!("In bytes: {sizes}"))?;
        if !["broken", "udp"].contains(&act) {
            print_text("  ", "In front of each message: 4 bytes, its length")?;
        }

        let call = if act == "udp" { "recvfrom()" } else { "read()" };
        let question = format!(
            "How many {call} calls will return bytes? (A reader may give up.)"
        );
        let calls = self.ask(&question, "A number", number)?;
        let question = "What will the receiver take for the first message? \
                        (Enter alone: an empty one. none: no message at all.)";
        let any = |line: &str| Some(line.trim().to_string());
        Ok((calls, self.ask(question, "Some text", any)?))
    }

    /// Compares the guess with what happened. Most people think that a read returns what
    /// a write took.
    pub fn compare_scene(
        &mut self,
        (said, message): &Guess,
        outcome: &Outcome,
    ) -> Result<(), StdoutError> {
        let [writes, calls] = [&outcome.writes, &outcome.reads]
            .map(|calls| calls.iter().flatten().count());
        let verdict = match *said {
            said if said == calls => RIGHT,
            said if said == writes => USUAL,
            _ => WRONG,
        };
        self.judge(verdict, &format!("calls: {calls}; you said {said}"))?;

        let room = width().saturating_sub(24);
        let (shown, verdict) = match outcome.received.first() {
            None if is_text(message, "none") => ("none".into(), RIGHT),
            None => ("none".into(), WRONG),
            Some(first) => {
                let shown = quoted(first, room); // both of its ends, if it is long
                let verdict = match message {
                    said if is_message(said, first) => RIGHT,
                    said if is_text(said, &shown) => RIGHT,
                    said if is_typeable_part(said, first) => AS_TYPED,
                    said if is_message(said, &outcome.sent[0]) => USUAL,
                    _ => WRONG,
                };
                (shown, verdict)
            }
        };
        let said = quoted(message.as_bytes(), room);
        self.judge(verdict, &format!("first message: {shown}; you said {said}"))
    }

    /// Asks before a row of the matrix in which of its columns every message arrives.
    pub fn ask_about_row(
        &mut self,
        name: &str,
        titles: &[&str],
    ) -> Result<Vec<bool>> {
        let question =
            format!("{name}: in which columns is every message intact?");
        let wanted = "Numbers such as 2 4, or 0 for none";
        self.ask(&question, wanted, |line| columns(line, titles))
    }

    /// Compares the guess with what happened in each column.
    pub fn compare_row(
        &mut self,
        said: &[bool],
        whole: &[bool],
        titles: &[&str],
    ) -> Result<(), StdoutError> {
        let columns = titles.iter().zip(said.iter().zip(whole));
        let missed = columns.filter(|(_, (said, fact))| said != fact);
        let wrong: Vec<_> = missed.map(|(title, _)| *title).collect();
        match wrong.as_slice() {
            [] => self.judge(RIGHT, "the whole row"),
            columns => {
                let yours = format!("your guess for {}", columns.join(", "));
                self.judge(WRONG, &yours)
            }
        }
    }

    /// Asks until the answer can be read. A player who leaves (Ctrl-D) wants to see no
    /// more than the score: an error, which ends the program quietly.
    fn ask<T>(
        &mut self,
        question: &str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        print_text("  ", question)?;
        while let Some(line) = self.input.line()? {
            if let Some(answer) = read(&String::from_utf8_lossy(&line)) {
                return Ok(answer);
            }
            let again = format!("{wanted}, please (Ctrl-D ends the game).");
            print_text("  ", &again)?;
        }
        self.print_score()?;
        Err(StdoutError::closed().into())
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
        let [right, usual] = [RIGHT, USUAL].map(|verdict| {
            self.verdicts.iter().filter(|v| v.starts_with(verdict)).count()
        });
        let asked = self.verdicts.len();
        print(format!("\nYour score: {right} right of {asked}."))?;
        if usual > 0 {
            let why = "It takes a read for what one write took.";
            print_text("", &format!("The usual guess: {usual}. {why}"))?;
        }
        Ok(())
    }
}
