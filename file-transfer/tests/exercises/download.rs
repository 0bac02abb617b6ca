//! Grades `download`: the checks of lesson 4's client, and a file that is written as it
//! comes.

use std::any::Any;
use std::fs;
use std::net::SocketAddr;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use grade::{Client, Lesson, Task, assert_client};
use md5::{Digest, Md5};
use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::{accept, send, wait_for_end};

pub type Answer = fn(SocketAddr, &str, &Path) -> Result<PathBuf>;

/// What a mistake breaks first, and what explains it best, stands first. ("Escape codes"
/// is not among them: what a function returns is shown on no terminal.)
const CHECKS: [&str; 17] = [
    "a header and a file in one write",
    "a file is saved under the name",
    "a reply that comes one byte at a time",
    "an empty file",
    "a file of 2 MB",
    "a name with a space",
    "the size of a header",
    "9 of 10 bytes",
    "a wrong digest",
    "a file without a digest",
    "a sha256 in place",
    "bytes behind the file",
    "the name that the server sends",
    "an error saves nothing",
    "a server that closes without a reply",
    "a download that failed has a status",
    "an earlier file stays",
];

/// Fails with what the first check finds that does not pass.
pub fn grade(answer: Answer, patience: Duration) {
    for name in CHECKS {
        check(name, answer, patience);
    }
    writes_as_it_comes(answer, patience);
}

/// Does one of the checks.
pub fn check(name: &str, answer: Answer, patience: Duration) {
    assert!(CHECKS.contains(&name), "{name}");
    let complaint = Arc::new(Mutex::new(String::new()));
    let heard = complaint.clone();
    let run = move |task: &Task| download(answer, task, &heard);
    let client = Client::function(run).patience(patience);
    assert_client(Lesson::FileTransfer, name, &client);
    let complaint = complaint.lock().unwrap();
    assert!(complaint.is_empty(), "\nFAIL {name}\n{complaint}");
}

/// Runs the answer, and notes what no client may do.
fn download(
    answer: Answer,
    task: &Task,
    complaint: &Mutex<String>,
) -> Result<Vec<u8>, String> {
    let done = catch_unwind(|| answer(task.addr, &task.name, &task.dir));
    let (result, complained) = match done {
        Ok(Ok(path)) if path == task.dir.join(&task.name) => {
            (Ok(b"saved".to_vec()), None)
        }
        Ok(Ok(path)) => {
            let what = format!("download returned {}", path.display());
            (Ok(b"saved".to_vec()), Some(what))
        }
        Ok(Err(e)) => (Err(format!("{e:#}")), None),
        Err(panic) => {
            let what = format!(
                "download panicked: {}.\nNothing that a server sends may cause \
                 that.",
                words(&*panic)
            );
            (Err(what.clone()), Some(what))
        }
    };
    if let Some(what) = complained {
        complaint.lock().unwrap().push_str(&what);
    }
    result
}

/// What a panic says.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?")
}

/// How much is sent before the server looks into the folder: more than all buffers on
/// the way hold.
const FIRST: usize = 16 << 20;
const ALL: usize = 24 << 20;

/// A server that sends the end of a file when its start is in the folder.
pub fn writes_as_it_comes(answer: Answer, patience: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = vec![0; ALL];
    fastrand::fill(&mut bytes);
    let md5: String =
        Md5::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    let header = format!(
        r#"{{"status":"file","filename":"large.bin","file_size":{ALL},"md5":"{md5}"}}"#
    );

    let dir = folder.path().to_path_buf();
    let largest = Arc::new(Mutex::new(0));
    let (seen, sent) = (largest.clone(), bytes.clone());
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        send(&mut stream, &frame(header));
        send(&mut stream, &sent[..FIRST]);
        // The rest comes when a file has grown: without end, if it never does.
        let end = Instant::now() + patience;
        while *seen.lock().unwrap() < 1 << 20 && Instant::now() < end {
            *seen.lock().unwrap() = largest_file(&dir);
            thread::sleep(Duration::from_millis(5));
        }
        if *seen.lock().unwrap() >= 1 << 20 {
            send(&mut stream, &sent[FIRST..]);
            wait_for_end(&mut stream);
        }
    });
    let addr = server.addr.parse().unwrap();
    let result = answer(addr, "large.bin", folder.path());
    let grown = *largest.lock().unwrap();
    assert!(
        grown >= 1 << 20,
        "\nA server sends a file of {ALL} bytes, and stops after {FIRST}.\nThe \
         largest file in the folder has {grown} bytes: the rest is in your \
         memory,\nand a file can be larger than that. Write each piece as it \
         comes, to another\nname in the same folder."
    );
    let path = result.unwrap_or_else(|e| {
        panic!("\nA file of {ALL} bytes is not saved: {e:#}")
    });
    let saved = fs::read(path).unwrap();
    assert!(saved == bytes, "\nA file of {ALL} bytes has other bytes now.");
}

fn largest_file(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    // Of the path: what a folder of Windows says of an open file is out of date.
    let sizes = files.filter_map(|f| Some(fs::metadata(f.path()).ok()?.len()));
    sizes.max().unwrap_or(0)
}
