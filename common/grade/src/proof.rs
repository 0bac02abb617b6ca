//! Proves graders: a check is worth what it catches, so there are wrong answers for it,
//! each of which fails it with the words that are meant for that mistake.

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use crate::exercise::{Step, assert_solved, mistakes, seed};
use crate::finding::Problem;

/// A wrong answer; a part of the name of the check that it fails; a part of what that
/// says.
pub type Wrong<A> = (A, &'static str, &'static str);

/// A table of wrong answers to an exercise: functions in its module of `wrong`, or what a
/// macro makes of them.
///
/// ```text
/// wrong![receive! whole_messages: sleeps, "payload is cut" => "no sleep before"; …]
/// ```
#[macro_export]
macro_rules! wrong {
    ($module:ident: $($name:ident, $check:literal => $words:literal;)+) => {
        [$((wrong::$module::$name as _, $check, $words)),+]
    };
    ($make:ident! $module:ident:
        $($name:ident, $check:literal => $words:literal;)+) => {
        [$(($make!(wrong::$module::$name), $check, $words)),+]
    };
}

/// The grader of an exercise is right: it says of what nobody has solved that it is not
/// yet implemented, passes the solution, and catches each of the wrong answers. Else this
/// panics.
#[track_caller]
pub fn prove<A>(steps: &[Step<A>], unsolved: A, solution: A, wrong: &[Wrong<A>])
where
    A: Clone + Send + Sync + 'static,
{
    let said = mistakes(steps, &unsolved);
    let told = said.starts_with("FAIL") && said.contains("not yet implemented");
    assert!(told, "{said}");
    thread::scope(|scope| {
        scope.spawn(|| assert_solved(steps, solution));
        assert_caught(steps, wrong);
    });
}

/// How long a check of a wrong answer waits, try after try: what waits without end is
/// found with little, and what is wrong at once has time on a machine that is busy.
/// (There two pieces can be delivered as one, too, and then nothing is wrong.)
const PATIENCE: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(4),
    Duration::from_secs(16),
];

/// Each of the wrong answers fails the one step of this name, with these words, in one
/// of three tries. Else this panics.
#[track_caller]
pub fn assert_caught<A>(steps: &[Step<A>], wrong: &[Wrong<A>])
where
    A: Clone + Send + Sync + 'static,
{
    let not_proven = &|(answer, part, words): &Wrong<A>| {
        let named = steps.iter().filter(|step| step.name.contains(part));
        let [step] = Vec::from_iter(named)[..] else {
            return Some(format!(
                "there is not one step with {part:?} in its name"
            ));
        };
        let mut said = String::new();
        for patience in PATIENCE {
            said = match step.start(answer.clone(), patience, seed())() {
                Err(Problem::Failed(finding)) => {
                    let said = finding.lines().join(" ");
                    if said.contains(words) {
                        return None;
                    }
                    said
                }
                Err(Problem::Skipped(_)) if cfg!(windows) => return None, // no links
                other => format!("{other:?}"),
            };
        }
        Some(format!("{}: {words:?} is not in\n{said}", step.name))
    };
    // All beside each other: they wait more than they work.
    let mistakes: Vec<String> = thread::scope(|scope| {
        let prove = |wrong| scope.spawn(move || not_proven(wrong));
        let proofs: Vec<_> = wrong.iter().map(prove).collect();
        let end =
            |end: thread::Result<_>| end.unwrap_or_else(|e| resume_unwind(e));
        proofs.into_iter().filter_map(|proof| end(proof.join())).collect()
    });
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n\n"));
}
