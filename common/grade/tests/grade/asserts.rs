//! The asserts that the exercises are graded by: each passes what is right, and fails
//! what is wrong with a message that says so.
#![allow(clippy::todo, reason = "an answer that is not yet written")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use grade::exercise::assert_solved;
use grade::proof::{assert_caught, prove};
use grade::{Exam, Finding, How, Lesson, Server, Step, Verdict, assert_passes};

/// The message of a failed assert.
fn failure(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).unwrap_err();
    panic.downcast_ref().cloned().unwrap_or_default()
}

type Answer = fn() -> i32;
const FOUR: Answer = || 4;
const FIVE: Answer = || 5;
const UNSOLVED: Answer = || todo!();

fn steps() -> [Step<Answer>; 1] {
    let grade = |answer: Answer, _: &mut _| match answer() {
        4 => Ok(()),
        n => Err(Finding::new(How::Other, format!("It is {n}.")).into()),
    };
    [Step::new("two and two are four", "arithmetic", grade)]
}

#[test]
fn an_exercise_is_solved_by_a_right_answer_only() {
    assert_solved(&steps(), FOUR);
    let said = failure(|| assert_solved(&steps(), FIVE));
    for part in ["FAIL two and two are four", "It is 5.", "set GRADE_SEED to "]
    {
        assert!(said.contains(part), "{said}");
    }
    // Another try has other bytes.
    assert_ne!(failure(|| assert_solved(&steps(), FIVE)), said);
}

#[test]
fn a_grader_is_proven_by_wrong_answers_that_fail_with_the_message_for_them() {
    let name = "two and two";
    let right = (FIVE, name, "It is 5.");
    assert_caught(&steps(), &[right]);
    for wrong in
        [(FIVE, name, "It is 6."), (FOUR, name, ""), (FIVE, "three", "")]
    {
        failure(|| assert_caught(&steps(), &[right, wrong]));
    }
    prove(&steps(), UNSOLVED, FOUR, &[right]);
    for (unsolved, solution) in [(FOUR, FOUR), (FIVE, FOUR), (UNSOLVED, FIVE)] {
        failure(|| prove(&steps(), unsolved, solution, &[]));
    }
}

#[test]
fn what_an_answer_does_unseen_is_said_before_what_a_check_sees() {
    let seen = || Err(Finding::new(How::Ended, "It ended.").into());
    for (verdict, said) in [
        (seen as fn() -> Verdict, "not yet implemented. It ended."),
        (|| Ok(()), "It panicked: not yet implemented."),
    ] {
        let grade = move |answer: Answer, exam: &mut Exam| {
            exam.overheard.run(answer);
            exam.overheard.note("later");
            verdict()
        };
        let step = Step::new("panics", "arithmetic", grade);
        let told = failure(|| assert_solved(&[step], UNSOLVED));
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_wrong_server_does_not_pass() {
    let addr = testing::raw::Nobody::new().addr.parse().unwrap();
    let server = move |check: &_| Server::at(addr).check(check);
    let said = failure(|| assert_passes(Lesson::TcpEcho.checks(), server));
    assert!(said.contains("FAIL a line is answered"), "{said}");
}
