//! Proves graders: a check is worth what it catches, so there are wrong answers for it,
//! each of which fails it with the words that are meant for that mistake.

use std::thread;
use std::time::Duration;

use crate::exercise::{Step, assert_solved, grade, mistakes, seed};
use crate::finding::Problem;

/// A wrong answer; a part of the name of the check that it fails; a part of what that
/// says.
pub type Wrong<A> = (A, &'static str, &'static str);

/// A table of wrong answers to an exercise: functions in its module of `wrong`, or what a
/// function or a macro makes of them.
///
/// ```text
/// wrong![sender deliver: without_end, "nobody answers" => "give up after"; …]
/// wrong![talk! speak_it: joins_paths, "no name leads" => "Nothing outside"; …]
/// ```
#[macro_export]
macro_rules! wrong {
    ($module:ident: $($name:ident, $check:literal => $words:literal;)+) => {
        [$((wrong::$module::$name as _, $check, $words)),+]
    };
    ($make:ident $module:ident:
        $($name:ident, $check:literal => $words:literal;)+) => {
        [$(($make(wrong::$module::$name), $check, $words)),+]
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
    A: Clone + Send + 'static,
{
    let mut left: Vec<_> =
        wrong.iter().map(|one| (one, String::new())).collect();
    for patience in PATIENCE {
        let all = left.iter().map(|((answer, part, _), _)| {
            let named = steps.iter().filter(|step| step.name.contains(part));
            let named = Vec::from_iter(named);
            assert_eq!(named.len(), 1, "steps with {part:?} in their names");
            (named[0], answer.clone())
        });
        let mut verdicts = grade(all, patience, seed()).into_iter();
        left.retain_mut(|((_, _, words), said)| match verdicts.next() {
            Some(Err(Problem::Failed(finding))) => {
                *said = finding.lines().join(" ");
                !said.contains(words)
            }
            Some(Err(Problem::Skipped(_))) if cfg!(windows) => false, // no links
            other => {
                *said = format!("{other:?}");
                true
            }
        });
    }
    let mistakes = left.iter().map(|((_, part, words), said)| {
        format!("\n{part}: {words:?} is not in\n{said}\n")
    });
    let mistakes: String = mistakes.collect();
    assert!(mistakes.is_empty(), "{mistakes}");
}
