//! Exercises in Rust: an answer is a function, and each step of the grading is a
//! sentence.

use std::any::Any;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

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
}

impl<A: Copy + Send + 'static> Step<A> {
    /// Tries an answer that is known to be wrong.
    ///
    /// # Errors
    ///
    /// What the step has found, as it should.
    pub fn try_wrong(&self, answer: &A, patience: Duration) -> Verdict {
        self.start(*answer, patience, seed())()
    }

    /// In a thread of its own: an answer that hangs or panics must not do so here.
    /// Returns what waits for the end.
    fn start(
        &self,
        answer: A,
        patience: Duration,
        seed: u64,
    ) -> impl FnOnce() -> Verdict + use<A> {
        let (end, ended) = mpsc::channel();
        let latest = Instant::now() + patience + MORE;
        let grade = Arc::clone(&self.grade);
        thread::spawn(move || {
            let deadline = Instant::now() + patience;
            let random = fastrand::Rng::with_seed(seed);
            let mut exam = Exam { deadline, patience, random };
            let graded =
                catch_unwind(AssertUnwindSafe(|| grade(answer, &mut exam)));
            let verdict = graded.unwrap_or_else(|panic| Err(panicked(panic)));
            let _nobody_waits = end.send(verdict);
        });
        move || {
            let left = latest.saturating_duration_since(Instant::now());
            ended.recv_timeout(left).unwrap_or_else(|_| {
                Err(failed("It has not ended: does a loop turn without end?"))
            })
        }
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
    let verdicts = run(steps, answer, seed);
    let more = match steps.len() - verdicts.len() {
        0 => String::new(),
        n => format!("({n} more steps come after this one.)\n"),
    };
    let again = format!("The same bytes and cuts again: set {SEED} to {seed}.");
    assert_none_failed(&verdicts, &(more + &again));
}

/// A sentence, the part of the lesson that explains it, and whether it is so.
pub(crate) type Graded = (&'static str, &'static str, Verdict);

#[track_caller]
pub(crate) fn assert_none_failed(graded: &[Graded], more: &str) {
    let failed =
        |(.., verdict): &Graded| matches!(verdict, Err(Problem::Failed(_)));
    assert!(!graded.iter().any(failed), "\n{}{more}", report(graded));
}

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| fastrand::u64(0..1_000_000))
}

/// All steps side by side, because they wait more than they work. The first one comes
/// before the others: an answer that fails it has nothing yet that could be tried.
pub(crate) fn run<A>(steps: &[Step<A>], answer: A, seed: u64) -> Vec<Graded>
where
    A: Copy + Send + 'static,
{
    let (mut graded, mut left) = (Vec::<Graded>::new(), steps);
    for many in [1, steps.len()] {
        let (now, later) = left.split_at(many.min(left.len()));
        let start = |step: &Step<A>| step.start(answer, LONG, seed);
        let started: Vec<_> = now.iter().map(start).collect();
        graded.extend(
            now.iter()
                .zip(started)
                .map(|(step, end)| (step.name, step.explained_by, end())),
        );
        if graded.iter().any(|(.., verdict)| verdict.is_err()) {
            break;
        }
        left = later;
    }
    graded
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

/// Runs a function that serves a listener, in a thread of its own.
///
/// # Errors
///
/// When there is no free port, or no thread.
pub fn serving<T>(
    serve: impl FnOnce(TcpListener) -> T + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    thread::Builder::new().spawn(move || drop(serve(listener)))?;
    Ok(addr)
}

/// A finding that has no bytes to show.
pub fn failed(seen: &str) -> Problem {
    Finding::new(How::Other, seen).into()
}

pub(crate) fn report(graded: &[Graded]) -> String {
    let mut report = String::new();
    for (name, explained_by, verdict) in graded {
        report += &match verdict {
            Ok(()) => format!("ok   {name}\n"),
            Err(Problem::Skipped(why)) => format!("skip {name}: {why}\n"),
            Err(Problem::Failed(finding)) => {
                let lines = finding.lines().join("\n     ");
                format!(
                    "FAIL {name}\n     {lines}\n     Read {explained_by}.\n"
                )
            }
        }
    }
    report
}
