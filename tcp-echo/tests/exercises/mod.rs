//! What a right answer to each of this lesson's exercises does.

pub mod last_words;
pub mod two_at_once;
pub mod until_the_end;

use std::io;
use std::net::TcpListener;

use grade::{Lesson, Overheard, Server, Step};

/// The checks of lesson 1 with these names. `serve` is what an answer does with a
/// listener.
fn checks<A: Copy + Send + Sync + 'static>(
    names: &[&str],
    serve: fn(&TcpListener, A, &Overheard) -> io::Result<()>,
) -> Vec<Step<A>> {
    let all = Lesson::TcpEcho.checks().iter();
    let named = all.filter(|c| names.iter().any(|name| c.is_named(name)));
    let step = named.map(|check| {
        Step::of(check, move |answer: A, exam, check| {
            let here = exam.overheard.clone();
            let serve = move |listener: &_| serve(listener, answer, &here);
            let addr = exam.overheard.serving(serve)?;
            Server::at(addr).patience(exam.patience).check(check)
        })
    });
    step.collect()
}
