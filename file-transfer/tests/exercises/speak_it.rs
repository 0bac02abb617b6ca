//! Grades `speak_it`: the checks of lesson 4's server, and then our own client.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Result;
use grade::exercise::failed;
use grade::{Exam, Lesson, Server, SharedFolder, Step, Verdict};
use testing::run;

pub type Answer = fn(TcpListener, &Path) -> Result<()>;

pub fn steps() -> Vec<Step<Answer>> {
    let checks = Lesson::FileTransfer.checks().iter();
    let checks = checks.filter(|check| !check.strict).map(|check| {
        Step::of(check, |answer, exam, check| {
            let (shared, addr) = share(answer, exam)?;
            let patient = Server::at(addr).patience(exam.patience);
            patient.sharing(&shared).check(check)
        })
    });
    let wire = "lesson 4, \"The wire\": what the two ends send each other";
    let name = "the lesson's own client downloads every file";
    let ours = Step::new(name, wire, our_client_downloads_all);
    checks.chain([ours]).collect()
}

/// Lets the answer share a folder with files of every kind.
fn share(
    answer: Answer,
    exam: &mut Exam,
) -> Verdict<(SharedFolder, SocketAddr)> {
    let shared = SharedFolder::new(exam.random.u64(..1000));
    let shared = shared.map_err(|e| failed(&format!("No folder: {e}.")))?;
    let folder = shared.path();
    let serve =
        move |listener: &TcpListener| answer(listener.try_clone()?, &folder);
    Ok((shared, exam.overheard.serving(serve)?))
}

fn our_client_downloads_all(answer: Answer, exam: &mut Exam) -> Verdict {
    let (shared, addr) = share(answer, exam)?;
    let (addr, to) = (addr.to_string(), tempfile::tempdir().unwrap());
    let dir = to.path().to_str().unwrap();
    let names =
        ["empty.txt", "small.txt", "two words.txt", "粘包.txt", "large.bin"];
    let args = ["client", "--addr", &addr, "--dir", dir, "get"];
    let bin = env!("CARGO_BIN_EXE_file-transfer");
    let done = run(bin, &[&args[..], &names].concat(), b"");
    if done.status != 0 {
        return Err(failed(&format!("It says: {}", done.stderr)));
    }
    for name in names {
        let [sent, saved] =
            [&shared.path(), to.path()].map(|f| fs::read(f.join(name)).ok());
        if sent != saved {
            return Err(failed(&format!("{name} has other bytes now.")));
        }
    }
    Ok(())
}
