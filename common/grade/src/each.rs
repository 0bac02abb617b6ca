//! `--each FOLDER`: every program in it is graded by a process of its own, in a copy of
//! its own, and is one line of a table.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use common::output::print;
use grade::{Template, family};
use serde_json::{Value, json};

/// In the environment of a process that grades one program, for another one: where it
/// writes its results, or nothing.
pub const INNER: &str = "GRADE_RESULTS";

/// Grades once more, in a process of its own; what it writes lies in this folder.
pub fn inner(results: &OsStr, folder: &Path) -> io::Result<Command> {
    let mut grade = Command::new(env::current_exe()?);
    grade.env(INNER, results).env("TMPDIR", folder);
    Ok(grade)
}

/// What is to be graded, and how.
pub struct Plan {
    programs: Vec<PathBuf>,
    /// What was typed in front of the command.
    options: Vec<OsString>,
    command: Vec<OsString>,
    json: Option<PathBuf>,
}

impl Plan {
    /// From the command line.
    pub fn new(
        folder: PathBuf,
        json: Option<PathBuf>,
        command: Vec<OsString>,
    ) -> Result<Self> {
        let has_file = command
            .iter()
            .any(|word| Template::filled(word, "FILE", "".as_ref()).is_some());
        ensure!(
            has_file,
            "the command has no FILE in it, which stands for each program in {}: \
             --each {0} python3 FILE PORT",
            folder.display()
        );
        let entries = fs::read_dir(&folder);
        let entries = entries.with_context(|| {
            format!("cannot look into {}", folder.display())
        })?;
        let mut programs: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).collect();
        programs.retain(|path| !name(path).starts_with(['.', '_']));
        programs.sort();
        ensure!(!programs.is_empty(), "{} is empty", folder.display());

        let typed = env::args_os().skip(1);
        let many = typed.len() - command.len();
        let options = typed.take(many).collect();
        Ok(Self { programs, options, command, json })
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    common::printable::printable(name.as_encoded_bytes())
}

/// Did all of them pass everything?
pub fn grade(plan: &Plan) -> Result<bool> {
    let longest = plan.programs.iter().map(|path| name(path).chars().count());
    let wide = longest.max().unwrap_or_default().clamp(7, 30);
    print(format_args!(
        "{:wide$}  points     seconds  first mistake",
        "program"
    ))?;
    let (mut all, mut right) = (Vec::new(), true);
    for path in &plan.programs {
        let started = Instant::now();
        let mut result = one(plan, path).unwrap_or_else(
            |e| json!({"score": 0, "output": format!("{e:#}"), "tests": []}),
        );
        let extra = &result["extra_data"];
        right &= extra["all_passed"] == true;
        let points = match extra["max_score"].as_u64() {
            Some(most) => {
                format!("{} of {most}", result["score"].as_f64().unwrap_or(0.0))
            }
            None => "none".into(),
        };
        let mistake = match extra["first_mistake"].as_str() {
            None if extra.is_null() => text(&result["output"]),
            first => first.unwrap_or_default().into(),
        };
        let seconds = started.elapsed().as_secs_f64();
        let line = format!(
            "{:wide$}  {points:<11}{seconds:>6.1}  {mistake}",
            name(path)
        );
        print(line.trim_end())?;
        result["name"] = name(path).into();
        all.push(result);
    }
    if let Some(file) = &plan.json {
        write(file, &all.into())?;
    }
    Ok(right)
}

/// Writes results.json.
pub fn write(file: &Path, results: &Value) -> Result<()> {
    fs::write(file, format!("{results:#}\n"))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('\n', " ")
}

/// What the grading of this one has written.
fn one(plan: &Plan, path: &Path) -> Result<Value> {
    let around = tempfile::tempdir().context("no folder")?;
    let (work, temp) = (around.path().join("work"), around.path().join("temp"));
    let (copy, json) =
        (work.join(name(path)), around.path().join("results.json"));
    fs::create_dir_all(&work).and_then(|()| fs::create_dir_all(&temp))?;
    copy_all(path, &copy).context("cannot copy it")?;
    let fill = |word: &OsString| {
        Template::filled(word, "FILE", copy.as_os_str()).unwrap_or(word.clone())
    };
    let graded = inner(json.as_os_str(), &temp)?
        .args(&plan.options)
        .args(plan.command.iter().map(fill))
        .current_dir(if copy.is_dir() { &copy } else { &work })
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    family::end_all();
    let said = String::from_utf8_lossy(&graded.stderr);
    let written = fs::read(&json).map_err(|_| match graded.status.code() {
        Some(_) => anyhow!("not graded: {}", said.trim()),
        None => anyhow!("no verdict: it has ended its grader"),
    })?;
    Ok(serde_json::from_slice(&written)?)
}

/// A file or a folder, with everything in it that is no link.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if !entry.file_type()?.is_symlink() {
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
