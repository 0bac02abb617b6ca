//! Proves graders: a check is worth what it catches, so there are wrong answers for it,
//! each of which fails it with the words that are meant for that mistake.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use crate::exercise::{Step, assert_solved, assert_unsolved};
use crate::finding::{Problem, Verdict};

/// A wrong answer; a part of the name of the check that it fails; a part of what that
/// says.
pub type Wrong<A> = (A, &'static str, &'static str);

/// A table of wrong answers, each in a module of its own in `wrong`. What stands before
/// the colon makes an answer of a module: a function in it, or a macro.
///
/// ```text
/// wrong![receive!: a_sleep, "whose payload is cut" => "no sleep before brings it"; …]
/// ```
#[macro_export]
macro_rules! wrong {
    ($make:ident!: $($name:ident, $check:literal => $words:literal;)+) => {
        [$(($make!(wrong::$name), $check, $words)),+]
    };
    ($function:ident: $($name:ident, $check:literal => $words:literal;)+) => {
        [$((wrong::$name::$function as _, $check, $words)),+]
    };
}

/// The grader of an exercise is right: it says of what nobody has solved that it is not
/// yet implemented, passes the solution, and catches each of the wrong answers.
///
/// # Panics
///
/// When it does not.
#[track_caller]
pub fn prove<A>(steps: &[Step<A>], unsolved: A, solution: A, wrong: &[Wrong<A>])
where
    A: Copy + Send + Sync + 'static,
{
    assert_unsolved(steps, unsolved);
    thread::scope(|scope| {
        let solved = scope.spawn(|| assert_solved(steps, solution));
        assert_caught(steps, Step::name, wrong, Step::try_wrong);
        solved.join().unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// Each of the wrong answers fails the one check of this name, with these words.
///
/// # Panics
///
/// When one passes that check, or fails it in another way.
#[track_caller]
pub fn assert_caught<C: Sync, A: Sync>(
    checks: &[C],
    name: impl Fn(&C) -> &str + Sync,
    wrong: &[Wrong<A>],
    grade: impl Fn(&C, &A) -> Verdict + Sync,
) {
    let not_proven = &|(answer, part, words): &Wrong<A>| {
        let named: Vec<&C> =
            checks.iter().filter(|c| name(c).contains(part)).collect();
        let [check] = named[..] else {
            return Some(format!("{} checks are {part:?}", named.len()));
        };
        // A busy machine can deliver two pieces as one, and then nothing is wrong.
        let grade = || grade(check, answer);
        match grade().and_then(|()| grade()).and_then(|()| grade()) {
            Err(Problem::Failed(finding))
                if finding.lines().join(" ").contains(words) =>
            {
                None
            }
            Err(Problem::Skipped(_)) if cfg!(windows) => None, // no links there
            Err(Problem::Failed(finding)) => {
                let name = name(check);
                Some(format!("{name}: {words:?} is not in\n{finding}"))
            }
            other => Some(format!("{} ({words}): {other:?}", name(check))),
        }
    };
    // All beside each other: they wait more than they work.
    let mistakes: Vec<String> = thread::scope(|scope| {
        let prove = |wrong| scope.spawn(move || not_proven(wrong));
        let proofs: Vec<_> = wrong.iter().map(prove).collect();
        let end = |proof: ScopedJoinHandle<'_, _>| {
            proof.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        proofs.into_iter().filter_map(end).collect()
    });
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n\n"));
}
