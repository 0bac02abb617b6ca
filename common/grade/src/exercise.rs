//! Exercises in Rust: an answer is a function, and each step of the grading is a
//! sentence.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::finding::{Finding, How, Problem, Verdict};
use crate::overheard::Overheard;
use crate::words::of_panic;

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
    /// What no check sees.
    pub overheard: Overheard,
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
    /// A sentence.
    pub(crate) name: &'static str,
    explained_by: &'static str,
    grade: Arc<Grade<A>>,
}

impl<A: Send + 'static> Step<A> {
    /// The name is a sentence; `explained_by` is the part of the lesson to read.
    pub fn new(
        name: &'static str,
        explained_by: &'static str,
        grade: impl Fn(A, &mut Exam) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self { name, explained_by, grade: Arc::new(grade) }
    }

    /// A check of a lesson, of what `grade` makes of the answer.
    pub fn of(
        check: &Check,
        grade: impl Fn(A, &mut Exam, &Check) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        let check = *check;
        Self::new(check.name, check.explained_by, move |answer, exam| {
            grade(answer, exam, &check)
        })
    }
}

/// Grades each answer by its step, all beside each other: they wait more than they work.
/// Each has a thread: an answer that hangs or panics must not do so here.
pub(crate) fn grade<'a, A: Send + 'static>(
    all: impl Iterator<Item = (&'a Step<A>, A)>,
    patience: Duration,
    seed: u64,
) -> Vec<Verdict> {
    let deadline = Instant::now() + patience;
    let start = |(step, answer): (&Step<A>, A)| {
        let (grade, overheard) = (step.grade.clone(), Overheard::default());
        let random = fastrand::Rng::with_seed(seed);
        let mut exam = Exam { deadline, patience, random, overheard };
        thread::spawn(move || {
            fastrand::seed(seed); // decides those of servers and clients
            let verdict = grade(answer, &mut exam);
            exam.overheard.with(verdict)
        })
    };
    let end = |thread| {
        let endless = "It has not ended: does a loop run without end?";
        wait(thread, deadline + MORE)?.unwrap_or_else(|| Err(failed(endless)))
    };
    let started: Vec<_> = all.map(start).collect();
    started.into_iter().map(end).collect()
}

/// What a thread returns, or nothing if it has not ended by then: an answer may hang.
pub fn wait<T>(thread: JoinHandle<T>, deadline: Instant) -> Verdict<Option<T>> {
    while !thread.is_finished() {
        if Instant::now() > deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(1));
    }
    thread.join().map(Some).map_err(|panic| failed(&of_panic(&*panic)))
}

/// The answer passes every step. Else this panics, with a line for each step, and what
/// those that failed have found.
#[track_caller]
pub fn assert_solved<A>(steps: &[Step<A>], answer: A)
where
    A: Clone + Send + 'static,
{
    let said = mistakes(steps, &answer);
    assert!(said.is_empty(), "\n{said}");
}

/// Every check passes, as this does it. Else this panics, with what they have found.
#[track_caller]
pub fn assert_passes<G>(checks: &[Check], grade: G)
where
    G: Fn(&Check) -> Verdict + Clone + Send + 'static,
{
    let step = |check| Step::of(check, |grade: G, _, check| grade(check));
    let steps: Vec<_> = checks.iter().map(step).collect();
    assert_solved(&steps, grade);
}

pub(crate) fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| fastrand::u64(0..1_000_000))
}

/// The first step comes before the others: an answer that fails it has nothing yet that
/// could be tried. Returns a line for each, and what those that failed have found;
/// nothing if none has.
pub(crate) fn mistakes<A>(steps: &[Step<A>], answer: &A) -> String
where
    A: Clone + Send + 'static,
{
    let (seed, mut said) = (seed(), String::new());
    let (first, others) = steps.split_at(steps.len().min(1));
    for (group, left) in [(first, others.len()), (others, 0)] {
        let all = group.iter().map(|step| (step, answer.clone()));
        let mut any_failed = false;
        for (step, verdict) in group.iter().zip(grade(all, LONG, seed)) {
            let Step { name, explained_by, .. } = step;
            said += &match verdict {
                Ok(()) => format!("ok   {name}\n"),
                Err(Problem::Skipped(why)) => format!("skip {name}: {why}\n"),
                Err(Problem::Failed(finding)) => {
                    any_failed = true;
                    let lines = finding.lines().join("\n     ");
                    format!(
                        "FAIL {name}\n     {lines}\n     Read {explained_by}.\n"
                    )
                }
            }
        }
        if any_failed && left > 0 {
            said += &format!("({left} more steps come after this one.)\n");
        }
        if any_failed {
            said += "The same bytes and cuts again: set ";
            return said + &format!("{SEED} to {seed}.");
        }
    }
    String::new()
}

/// A finding that has no bytes to show.
pub fn failed(seen: &str) -> Problem {
    Finding::new(How::Other, seen).into()
}
