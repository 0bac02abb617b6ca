//! What a check has found wrong, and the bytes that prove it.

use std::io::ErrorKind;

use crate::bytes;
use crate::words::{count, wrapped};

/// In which way a program failed. A check explains each way in its own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// The patience ran out.
    Silence,
    /// The connection ended too early, by a close or by a reset.
    Ended,
    /// Other bytes came.
    Different,
    /// Nobody listens there.
    Gone,
    /// The program that is to be graded does not start.
    NotStarted,
    /// Something else, which the finding says.
    #[default]
    Other,
}

/// What went wrong, in a sentence, and the bytes that show it.
#[derive(Debug, Default)]
pub struct Finding {
    /// The way in which it went wrong.
    pub how: How,
    /// What was seen: a sentence.
    pub seen: String,
    /// What it means, and what to look at: a sentence or two.
    pub meaning: String,
    /// The bytes that show it, and what the program has printed: lines.
    pub more: Vec<String>,
    /// The last words of a program that has died: they come first.
    pub last_words: Vec<String>,
}

/// Why a check has not passed.
#[derive(Debug)]
pub enum Problem {
    /// The program did something wrong.
    Failed(Box<Finding>),
    /// The check cannot be made here, and that is not the program's fault.
    Skipped(String),
}

/// How a check ends.
pub type Verdict<T = ()> = Result<T, Problem>;

impl Finding {
    /// A finding without any bytes to show.
    pub fn new(how: How, seen: impl Into<String>) -> Self {
        Self { how, seen: seen.into(), ..Self::default() }
    }

    /// Bytes that are not the wanted ones, or not all of them.
    pub fn bytes(how: How, wanted: &[u8], came: &[u8]) -> Self {
        let at = bytes::parting(wanted, came).unwrap_or_default();
        let (all, got) = (count(wanted.len(), "byte"), came.len());
        let seen = match how {
            How::Silence if got == 0 => "No answer came.".into(),
            How::Silence => format!("{got} of {all} came, and then no more."),
            How::Ended if got == 0 => {
                "The connection ended without an answer.".into()
            }
            How::Ended => format!("The connection ended after {got} of {all}."),
            _ if wanted.is_empty() => {
                format!("{} came where none was wanted.", count(got, "byte"))
            }
            _ if at == got => format!("Only {got} of {all} came."),
            _ if at == wanted.len() => {
                let more = count(got - at, "byte");
                format!("{more} more came behind the {all} that were wanted.")
            }
            _ => format!("Byte {at} of the answer is wrong (0 is the first)."),
        };
        let more = bytes::compared(wanted, came);
        Self { more, ..Self::new(how, seen) }
    }

    /// The same with a meaning.
    pub fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }

    /// Adds what the grader had sent.
    pub fn after_sending(mut self, sent: &[u8]) -> Self {
        if !sent.is_empty() {
            let sent = format!("sent    {}", bytes::beginning(sent));
            self.more.insert(0, sent);
        }
        self
    }

    /// The lines of the report: what was seen, what it means, the bytes.
    pub fn lines(&self) -> Vec<String> {
        let (seen, meaning) = (wrapped(&self.seen), wrapped(&self.meaning));
        [&self.last_words[..], &seen, &meaning, &self.more].concat()
    }
}

impl From<Finding> for Problem {
    fn from(finding: Finding) -> Self {
        Self::Failed(Box::new(finding))
    }
}

/// The check fails: this was seen, and this is what it means.
pub fn failed<T>(seen: impl Into<String>, meaning: &str) -> Verdict<T> {
    Err(Finding::new(How::Other, seen).meaning(meaning).into())
}

/// The check cannot be made here, for this reason.
pub fn skipped<T>(reason: impl Into<String>) -> Verdict<T> {
    Err(Problem::Skipped(reason.into()))
}

/// The grader's own machine does not do as it should: no fault of the program.
pub fn broken(what: &str, e: &std::io::Error) -> Problem {
    Problem::Skipped(format!("the grader's own part failed: {what}: {e}"))
}

/// What an error of a socket means for a check.
pub fn how(e: &std::io::Error) -> How {
    match e.kind() {
        // A timeout is the one on Unix and the other on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => How::Silence,
        _ => How::Ended,
    }
}

/// A sentence for each way to fail.
pub trait Meaning: Sized {
    /// Adds what it means when the check fails in one of these ways. What was added first
    /// stays.
    fn means(self, meaning: &str, fits: impl Fn(How) -> bool) -> Self;

    /// The same for this way.
    fn when(self, how: How, meaning: &str) -> Self {
        self.means(meaning, |way| way == how)
    }

    /// The same for whatever way is left.
    fn explain(self, meaning: &str) -> Self {
        self.means(meaning, |way| way != How::NotStarted)
    }
}

impl<T> Meaning for Verdict<T> {
    fn means(mut self, meaning: &str, fits: impl Fn(How) -> bool) -> Self {
        if let Err(Problem::Failed(finding)) = &mut self
            && fits(finding.how)
            && finding.meaning.is_empty()
        {
            finding.meaning = meaning.into();
        }
        self
    }
}
