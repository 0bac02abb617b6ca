//! Exercises in Rust: an answer is a function, and each step of the grading is a
//! sentence.

use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::assert::serving;
use crate::finding::{Finding, How, Problem, Verdict};

/// For an answer that may be right: a slow machine has time.
const LONG: Duration = Duration::from_secs(20);
/// The variable of the environment that has a seed to use again.
const SEED: &str = "GRADE_SEED";
/// How much longer than its patience a step may take, to end what it has started.
const MORE: Duration = Duration::from_secs(4);

/// What a step gets beside the answer.
pub struct Exam {
    /// When the patience of this step runs out.
    pub deadline: Instant,
    /// How long that is in all.
    pub patience: Duration,
    /// What decides lengths, bytes and cuts.
    pub random: fastrand::Rng,
}

impl Exam {
    /// Random bytes, of all 256 kinds.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.random.fill(&mut bytes);
        bytes
    }
}

type Grade<A> = dyn Fn(A, &mut Exam) -> Verdict + Send + Sync;

/// One thing that a right answer does.
pub struct Step<A> {
    name: &'static str,
    explained_by: &'static str,
    grade: Arc<Grade<A>>,
}

impl<A> Step<A> {
    /// The name is a sentence; `explained_by` is the part of the lesson to read.
    pub fn new(
        name: &'static str,
        explained_by: &'static str,
        grade: impl Fn(A, &mut Exam) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self { name, explained_by, grade: Arc::new(grade) }
    }

    /// The sentence.
    pub fn name(&self) -> &str {
        self.name
    }

    fn named(&self) -> Named {
        (self.name, self.explained_by)
    }
}

impl<A: Copy + Send + 'static> Step<A> {
    /// Tries an answer that is known to be wrong.
    ///
    /// # Errors
    ///
    /// What the step has found, as it should.
    pub fn try_wrong(&self, answer: &A, patience: Duration) -> Verdict {
        let ended = start(self, *answer, patience, seed());
        end(&ended, Instant::now() + patience + MORE)
    }
}

/// The answer passes every step.
///
/// # Panics
///
/// When it does not, with a line for each step, and what those that failed have found.
#[track_caller]
pub fn assert_solved<A>(steps: &[Step<A>], answer: A)
where
    A: Copy + Send + 'static,
{
    let seed = seed();
    let verdicts = run(steps, answer, LONG, seed);
    let failed = |verdict| matches!(verdict, &Err(Problem::Failed(_)));
    assert!(
        !verdicts.iter().any(|(_, verdict)| failed(verdict)),
        "\n{}{}The same bytes and cuts again: set {SEED} to {seed}.",
        report(&verdicts),
        match steps.len() - verdicts.len() {
            0 => String::new(),
            n => format!("({n} more steps come after this one.)\n"),
        }
    );
}

/// An answer whose body is `todo!()` fails, and is told so.
///
/// # Panics
///
/// When it passes the first step.
#[track_caller]
pub(crate) fn assert_unsolved<A>(steps: &[Step<A>], answer: A)
where
    A: Copy + Send + 'static,
{
    let said = report(&run(steps, answer, LONG, seed()));
    let told = said.starts_with("FAIL") && said.contains("not yet implemented");
    assert!(told, "{said}");
}

type Named = (&'static str, &'static str);

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| fastrand::u64(0..1_000_000))
}

/// All steps side by side, because they wait more than they work. The first one comes
/// before the others: an answer that fails it has nothing yet that could be tried.
fn run<A>(
    steps: &[Step<A>],
    answer: A,
    patience: Duration,
    seed: u64,
) -> Vec<(Named, Verdict)>
where
    A: Copy + Send + 'static,
{
    let start = |step| start(step, answer, patience, seed);
    let latest = || Instant::now() + patience + MORE;
    let Some((first, others)) = steps.split_first() else {
        return Vec::new();
    };
    let mut verdicts = vec![(first.named(), end(&start(first), latest()))];
    if verdicts[0].1.is_err() {
        return verdicts;
    }
    let started: Vec<_> = others.iter().map(start).collect();
    let latest = latest();
    let ends = started.iter().map(|ended| end(ended, latest));
    verdicts.extend(others.iter().map(Step::named).zip(ends));
    verdicts
}

/// How a step ended.
fn end(ended: &mpsc::Receiver<Verdict>, latest: Instant) -> Verdict {
    let left = latest.saturating_duration_since(Instant::now());
    ended.recv_timeout(left).unwrap_or_else(|_| {
        Err(failed("It has not ended: does a loop turn without end?"))
    })
}

/// A step in a thread of its own: an answer that hangs or panics must not do so here.
fn start<A>(
    step: &Step<A>,
    answer: A,
    patience: Duration,
    seed: u64,
) -> mpsc::Receiver<Verdict>
where
    A: Copy + Send + 'static,
{
    let (end, ended) = mpsc::channel();
    let grade = Arc::clone(&step.grade);
    thread::spawn(move || {
        let graded = thread::spawn(move || {
            let deadline = Instant::now() + patience;
            let random = fastrand::Rng::with_seed(seed);
            grade(answer, &mut Exam { deadline, patience, random })
        });
        let verdict =
            graded.join().unwrap_or_else(|panic| Err(panicked(panic)));
        let _nobody_waits = end.send(verdict);
    });
    ended
}

/// What somebody's code has said when it panicked.
pub fn words_of(panic: Box<dyn Any + Send>) -> String {
    let words = match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => {
            let words = panic.downcast_ref::<&str>();
            words.copied().unwrap_or("it says nothing").into()
        }
    };
    format!("It panicked: {words}")
}

/// The same as what a step has found.
pub fn panicked(panic: Box<dyn Any + Send>) -> Problem {
    failed(&words_of(panic))
}

/// What an answer does that no check sees from outside: it panics, or returns too early.
#[derive(Clone, Default)]
pub struct Overheard(Arc<Mutex<Option<String>>>);

impl Overheard {
    /// Runs somebody's code; when it panics, that is overheard.
    pub fn run<T>(&self, code: impl FnOnce() -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(code));
        done.map_err(|panic| self.note(words_of(panic))).ok()
    }

    /// Serves a free port with somebody's code. The listener stays open until what was
    /// overheard has been noted: a client does not notice the end before.
    ///
    /// # Errors
    ///
    /// When there is no free port, or no thread.
    pub fn serving<T>(
        serve: impl FnOnce(&TcpListener, &Self) -> T + Send + 'static,
    ) -> Verdict<(Self, SocketAddr)> {
        let overheard = Self::default();
        let here = overheard.clone();
        let addr = serving(move |listener| {
            here.run(|| serve(&listener, &here));
        });
        let addr = addr.map_err(|e| failed(&format!("No server: {e}.")))?;
        Ok((overheard, addr))
    }

    /// Notes this, if it is the first.
    pub fn note(&self, what: impl Into<String>) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(what.into());
    }

    /// What a check has found, behind what was overheard: that explains more.
    ///
    /// # Errors
    ///
    /// When there is either.
    pub fn with(&self, verdict: Verdict) -> Verdict {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(what) = first.clone() else { return verdict };
        let mut finding = match verdict {
            Err(Problem::Failed(finding)) => *finding,
            _ => return Err(failed(&format!("{what}."))),
        };
        finding.seen = format!("{what}. {}", finding.seen);
        Err(finding.into())
    }
}

/// A finding that has no bytes to show.
pub fn failed(seen: &str) -> Problem {
    Finding::new(How::Other, seen).into()
}

fn report(verdicts: &[(Named, Verdict)]) -> String {
    let mut report = String::new();
    for ((name, explained_by), verdict) in verdicts {
        match verdict {
            Ok(()) => report += &format!("ok   {name}\n"),
            Err(Problem::Skipped(why)) => {
                report += &format!("skip {name}: {why}\n");
            }
            Err(Problem::Failed(finding)) => {
                report += &format!("FAIL {name}\n");
                for line in finding.lines() {
                    report += &format!("     {line}\n");
                }
                report += &format!("     Read {explained_by}.\n");
            }
        }
    }
    report
}
