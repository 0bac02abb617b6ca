//! `--each FOLDER`: every program in it is graded by a process of its own, in a copy of
//! its own, and is one line of a table.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use common::failure::no_thread;
use common::output::{log_error, print};
use common::printable::printable;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::command::Template;
use crate::family;
use crate::words::shortened;

/// In the environment of a process that grades one program, for another one: where it
/// writes its results, or nothing.
pub const INNER: &str = "GRADE_RESULTS";

/// Grades once more, in a process of its own; what it writes lies in this folder.
pub fn inner(results: &OsStr, folder: &Path) -> io::Result<Command> {
    let mut grade = Command::new(env::current_exe()?);
    grade.env(INNER, results).env("TMPDIR", folder);
    Ok(grade)
}

/// How much longer than its limit a grading may take on a machine that is very busy.
const LONGER: Duration = Duration::from_secs(180);

/// Grades to the end. A grader that its program has stopped (SIGSTOP) is ended: it does
/// not see its own limit.
pub fn ended(grade: &mut Command, limit: Duration) -> Result<Output> {
    let grade = grade.spawn().map_err(|e| no_thread(&e))?;
    let (ends, end) = mpsc::channel();
    let wait = move || ends.send(grade.wait_with_output());
    thread::Builder::new().spawn(wait).map_err(|e| no_thread(&e))?;
    let ended = end.recv_timeout(limit + LONGER);
    family::end_all(); // waits, where a signal ends this process
    Ok(ended.or_else(|_| end.recv())??)
}

/// Grades everything in the folder: have all passed everything?
pub fn grade(
    folder: &Path,
    command: &[OsString],
    file: Option<PathBuf>,
    limit: Duration,
) -> Result<bool> {
    let template = Template::new(command.iter().cloned(), None);
    ensure!(
        template.is_some_and(|template| template.has("FILE")),
        "the command has no FILE in it, which stands for each program in {}: \
         --each {0} python3 FILE PORT",
        folder.display()
    );
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot look into {}", folder.display()))?;
    let mut programs: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).collect();
    let real = |path: &PathBuf| path.canonicalize().ok();
    let results = file.as_ref().and_then(real);
    programs.retain(|path| {
        (path.is_dir() || path.is_file())
            && !name(path).starts_with(['.', '_'])
            && (results.is_none() || real(path) != results)
    });
    programs.sort();
    ensure!(!programs.is_empty(), "{} is empty", folder.display());
    opens(&file)?;
    let shown = |path: &PathBuf| shortened(name(path).as_bytes(), 24);
    let longest = programs.iter().map(|path| shown(path).width());
    let wide = longest.max().unwrap_or_default().max(7);
    print(format!("{:wide$}  points     seconds  first mistake", "program"))?;
    let (mut all, mut right) = (Vec::new(), true);
    for path in &programs {
        let started = Instant::now();
        let graded = one(path, command, limit);
        let mut result = graded.unwrap_or_else(|e| no_marks(&e));
        let extra = &result["extra_data"];
        right &= extra["all_passed"] == true;
        let score = result["score"].as_f64().unwrap_or_default();
        let most = extra["max_score"].as_u64();
        let points = most.map(|most| format!("{score} of {most}"));
        let points = points.as_deref().unwrap_or("none");
        let mistake = extra["first_mistake"].as_str().unwrap_or_default();
        let seconds = started.elapsed().as_secs_f64();
        let shown = shown(path);
        let gap = " ".repeat(wide - shown.width());
        let line =
            format!("{shown}{gap}  {points:<11}{seconds:>6.1}  {mistake}");
        print(line.trim_end())?;
        result["name"] = name(path).into();
        all.push(result);
    }
    Ok(write(file, &all.into()) && right)
}

/// The results where there is no verdict.
pub fn no_marks(why: &anyhow::Error) -> Value {
    let why = format!("{why:#}");
    json!({
        "score": 0, "output": why, "tests": [],
        "extra_data": {"first_mistake": why.replace('\n', " ")},
    })
}

fn name(path: &Path) -> String {
    printable(path.file_name().unwrap_or_default().as_encoded_bytes())
}

/// Can results be written there? Somebody would learn it after hours of grading.
pub fn opens(file: &Option<PathBuf>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let opened = fs::OpenOptions::new().append(true).create(true).open(file);
    opened.map(drop).with_context(|| format!("cannot write {}", file.display()))
}

/// Writes results.json, where it is wanted. Has that been possible?
pub fn write(file: Option<PathBuf>, results: &Value) -> bool {
    let Some(file) = file else { return true };
    let written = fs::write(&file, format!("{results:#}\n"));
    let written =
        written.with_context(|| format!("cannot write {}", file.display()));
    written.map_err(log_error).is_ok()
}

/// What the grading of this one has written.
fn one(path: &Path, command: &[OsString], limit: Duration) -> Result<Value> {
    let around = tempfile::tempdir().context("no folder")?;
    let [work, json] =
        ["work", "results.json"].map(|name| around.path().join(name));
    let copy = work.join(name(path));
    fs::create_dir(&work)?;
    copy_all(path, &copy).context("cannot copy it")?;
    let place = ("FILE", copy.clone().into());
    let fill = |word: &OsString| Template::filled(word.clone(), &place);
    let typed = env::args_os().skip(1);
    let options = typed.len() - command.len();
    let mut grade = inner(json.as_os_str(), around.path())?;
    grade
        .args(typed.take(options))
        .args(command.iter().map(fill))
        .env("FILE", &copy)
        .current_dir(if copy.is_dir() { &copy } else { &work })
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let graded = ended(&mut grade, limit)?;
    // Else the program may have written its marks, and then ended its grader.
    let is_whole = graded.status.code().is_some();
    ensure!(is_whole, "no verdict: it stopped its grader");
    let said = String::from_utf8_lossy(&graded.stderr);
    let written = fs::read(&json).unwrap_or_default();
    serde_json::from_slice(&written)
        .map_err(|_| anyhow!("not graded: {}", said.trim()))
}

/// A file or a folder, with all files and folders in it: no link, and no pipe, which
/// would be waited for.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() || kind.is_file() {
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
