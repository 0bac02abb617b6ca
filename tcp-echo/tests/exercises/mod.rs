//! What a right answer to each of this lesson's exercises does.

pub mod last_words;
pub mod two_at_once;
pub mod until_the_end;

use std::io;
use std::net::TcpListener;

use grade::exercise::Overheard;
use grade::{Exam, Lesson, Server, Step, find};

/// The checks of lesson 1 with these names. `serve` is what an answer does with a
/// listener.
fn checks<A: Copy + Send + Sync + 'static>(
    names: &[&str],
    serve: fn(&TcpListener, A, &Overheard) -> io::Result<()>,
) -> Vec<Step<A>> {
    let checks = names.iter().flat_map(|name| find(Lesson::TcpEcho, name));
    let step = checks.map(|check| {
        let grade = move |answer: A, exam: &mut Exam| {
            let (overheard, addr) =
                Overheard::serving(move |listener, overheard| {
                    serve(listener, answer, overheard)
                })?;
            let server = Server::at(addr).patience(exam.patience);
            overheard.with(server.seed(exam.random.u64(..)).check(&check))
        };
        Step::new(check.name, check.explained_by, grade)
    });
    step.collect()
}
