//! Grades `download`: the checks of lesson 4's client, and a file that is written as it
//! comes.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use grade::exercise::failed;
use grade::{Client, Exam, Lesson, Step, Task, Verdict};
use testing::RawServer;
use testing::frames::frame;
use testing::raw::{send, wait_for_end};

use super::md5_of;

pub type Answer = fn(SocketAddr, &str, &Path) -> Result<PathBuf>;

pub fn steps() -> Vec<Step<Answer>> {
    // What a function returns is shown on no terminal.
    let all = Lesson::FileTransfer.client_checks().iter();
    let checks = all.filter(|check| !check.is_named("escape codes"));
    let steps = checks.map(|check| {
        Step::of(check, |answer: Answer, exam, check| {
            let here = exam.overheard.clone();
            let client = Client::function(move |task| {
                let Task { addr, name, dir, .. } = task;
                let done = here.run(|| answer(*addr, name, dir));
                let path = done.ok_or("it panicked")?;
                let path = path.map_err(|e| format!("{e:#}"))?;
                if path != dir.join(name) {
                    here.note(format!("download returned {}", path.display()));
                }
                Ok(b"saved".to_vec())
            });
            client.patience(exam.patience).check(check)
        })
    });
    let written = Step::new(
        "a file is written as it comes",
        "lesson 4, client/download.rs: each piece is written before the next",
        writes_as_it_comes,
    );
    steps.chain([written]).collect()
}

/// A file of this size stops here on its way, until so much of it is in the folder.
const ALL: usize = 5 << 20;
const STOP: usize = 4 << 20;
const WRITTEN: u64 = 1 << 20;

/// A server sends the end of a file when its start is in the folder.
fn writes_as_it_comes(answer: Answer, exam: &mut Exam) -> Verdict {
    let folder =
        tempfile::tempdir().map_err(|e| failed(&format!("No folder: {e}.")))?;
    let bytes = exam.bytes(ALL);
    let md5 = md5_of(&bytes);
    let header = format!(
        r#"{{"status":"file","filename":"large.bin","file_size":{ALL},"md5":"{md5}"}}"#
    );

    let (dir, end) = (folder.path().to_path_buf(), exam.deadline);
    let reply = [&frame(header), &bytes[..]].concat();
    let server = RawServer::asked(move |mut stream| {
        let (first, rest) = reply.split_at(reply.len() - ALL + STOP);
        send(&mut stream, first);
        while largest_file(&dir) < WRITTEN {
            if Instant::now() > end {
                return; // it never does
            }
            thread::sleep(Duration::from_millis(5));
        }
        send(&mut stream, rest);
        wait_for_end(&mut stream);
    });
    let addr = server.addr.parse().unwrap();
    let result = answer(addr, "large.bin", folder.path());
    match result.map(fs::read) {
        Ok(Ok(saved)) if saved == bytes => Ok(()),
        Ok(_) => Err(failed("A file of many pieces has other bytes now.")),
        Err(e) => Err(failed(&format!(
            "A server sends a file of {ALL} bytes, and stops after {STOP} until \
             {WRITTEN} of them are in the folder: it is not saved ({e:#}). Write each \
             piece as it comes, to another name in the same folder: a file can be \
             larger than your memory."
        ))),
    }
}

fn largest_file(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    // Of the path: what a folder of Windows says of an open file is out of date.
    let sizes = files.filter_map(|f| Some(fs::metadata(f.path()).ok()?.len()));
    sizes.max().unwrap_or(0)
}
