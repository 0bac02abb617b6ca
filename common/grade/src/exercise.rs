//! Exercises in Rust: an answer is a function, and each step of the grading is a sentence.

use std::any::Any;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Problem, Verdict};

/// For an answer that may be right: a slow machine has time.
const LONG: Duration = Duration::from_secs(20);
/// For an answer that is known to be wrong.
const SHORT: Duration = Duration::from_secs(2);
/// The variable of the environment that has a seed to use again.
const SEED: &str = "GRADE_SEED";
/// How much longer than its patience a step may take, to end what it has started.
const MORE: Duration = Duration::from_secs(2);

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
        "\n{}The same bytes and cuts again: set {SEED} to {seed}.",
        report(&verdicts)
    );
}

/// A wrong answer fails the one step that has `step` in its name, with a finding that
/// contains this message.
///
/// # Panics
///
/// When it passes that step, or fails it in another way.
#[track_caller]
pub fn assert_wrong<A>(
    steps: &[Step<A>],
    answer: A,
    step: &str,
    message: &str,
) where
    A: Copy + Send + 'static,
{
    let named: Vec<_> =
        steps.iter().filter(|s| s.name.contains(step)).collect();
    assert_eq!(named.len(), 1, "steps that are named {step:?}");
    let verdicts = run(&named, answer, SHORT, seed());
    let said = report(&verdicts).replace("\n     ", " ");
    assert!(verdicts[0].1.is_err(), "{step}: passed\n{said}");
    assert!(said.contains(message), "{message:?} is not in\n{said}");
}

/// An answer whose body is `todo!()` fails every step.
///
/// # Panics
///
/// When it passes one.
#[track_caller]
pub fn assert_unsolved<A>(steps: &[Step<A>], answer: A)
where
    A: Copy + Send + 'static,
{
    let verdicts = run(steps, answer, SHORT, seed());
    let said = report(&verdicts);
    let passed = verdicts.iter().any(|(_, verdict)| verdict.is_ok());
    assert!(!passed && said.contains("not yet implemented"), "{said}");
}

type Named = (&'static str, &'static str);

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| fastrand::u64(0..1_000_000))
}

/// All steps side by side: they wait more than they work.
fn run<A, S>(
    steps: &[S],
    answer: A,
    patience: Duration,
    seed: u64,
) -> Vec<(Named, Verdict)>
where
    A: Copy + Send + 'static,
    S: std::borrow::Borrow<Step<A>>,
{
    let running = steps.iter().map(|step| {
        let step = step.borrow();
        (step, start(step, answer, patience, seed))
    });
    let running: Vec<_> = running.collect();
    let latest = Instant::now() + patience + MORE;
    let ends = running.into_iter().map(|(step, ended)| {
        let left = latest.saturating_duration_since(Instant::now());
        let verdict = ended.recv_timeout(left).unwrap_or_else(|_| {
            Err(failed("It has not ended: does a loop turn without end?"))
        });
        ((step.name, step.explained_by), verdict)
    });
    ends.collect()
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
        let verdict = graded.join().unwrap_or_else(|panic| Err(panicked(panic)));
        let _nobody_waits = end.send(verdict);
    });
    ended
}

/// What somebody's code has said when it panicked.
pub fn panicked(panic: Box<dyn Any + Send>) -> Problem {
    let words = match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => {
            let words = panic.downcast_ref::<&str>();
            words.copied().unwrap_or("it says nothing").into()
        }
    };
    failed(&format!("It panicked: {words}"))
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
