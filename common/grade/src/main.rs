//! cargo run -p grade -- tcp-echo                               what listens there
//! cargo run -p grade -- tcp-echo python3 my_server.py PORT     started by grade
//! cargo run -p grade -- file-transfer --client python3 my_client.py HOST PORT NAME DIR

mod args;
mod each;
mod subject;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use clap::ArgMatches;
use common::args::value;
use common::output::{exit_counting, is_closed_pipe, log_error, print};
use grade::outcome::Marks;
use grade::report::Report;
use grade::runner::{Subject, run};
use grade::{Check, Lesson, family, report};

use crate::args::given;

fn main() -> ExitCode {
    let matches = common::args::parse(&mut args::command());
    match fresh_folder() {
        Ok(folder) => {
            let words = matches.get_many::<OsString>("command");
            let inner = env::var_os(each::INNER).is_some();
            let each = given(&matches, "each").is_some();
            let status = if words.is_none() || inner || each {
                grade(&matches)
            } else {
                supervise(folder.path())
            };
            family::end_all();
            drop(folder);
            status
        }
        Err(e) => wrong_usage(e),
    }
}

/// Grades in a process of its own: what kills its parent does not end this one, which
/// cleans up behind it.
fn supervise(folder: &Path) -> ExitCode {
    let graded = each::inner("".as_ref(), folder)
        .and_then(|mut grade| grade.args(env::args_os().skip(1)).status());
    family::end_all(); // waits, where a signal ends this process
    let ended = match graded.map(|status| (status.code(), status)) {
        Ok((Some(code), _)) => return ExitCode::from(code as u8),
        Ok((None, status)) => status.to_string(),
        Err(e) => e.to_string(),
    };
    log_error(anyhow!(
        "no verdict: the program has ended its grader ({ended})"
    ));
    ExitCode::FAILURE
}

fn wrong_usage(e: anyhow::Error) -> ExitCode {
    log_error(e);
    ExitCode::from(2)
}

fn grade(matches: &ArgMatches) -> ExitCode {
    match start(matches) {
        Err(e) => wrong_usage(e),
        Ok(done) => {
            // Where nobody reads (`| head -1`), nothing has been shown to be right.
            let failed = usize::from(!matches!(done, Ok(true)));
            exit_counting(done.map(drop), failed)
        }
    }
}

fn show(checks: &[Check]) -> Result<bool> {
    let listed = checks.iter().try_for_each(|check| {
        let strict = if check.strict { " (--strict)" } else { "" };
        let Check { id, name, weight, .. } = check;
        print(format_args!("{id}, {weight}{strict}\n  {name}"))
    });
    match listed {
        Err(e) if !is_closed_pipe(&e) => Err(e.into()),
        _ => Ok(true),
    }
}

/// The one place of everything that a grading writes; it is removed on every way out.
fn fresh_folder() -> Result<tempfile::TempDir> {
    let place = env::temp_dir();
    let made = tempfile::Builder::new().prefix("grade-").tempdir_in(&place);
    let folder = made.with_context(|| {
        format!(
            "no folder can be made in {}: TMPDIR says where there is room",
            place.display()
        )
    })?;
    let _only_once = tempfile::env::override_temp_dir(folder.path());
    family::end_all_on_a_signal(folder.path().into())
        .context("nothing ends the program when grade is ended")?;
    Ok(folder)
}

/// Grades, after the last mistake of usage: have all passed?
fn start(matches: &ArgMatches) -> Result<Result<bool>> {
    let lesson = given(matches, "lesson").and_then(Lesson::named);
    let is_client = matches.get_flag("client");
    let lessons = lesson.map_or(Lesson::ALL.to_vec(), |lesson| vec![lesson]);
    let all = lessons.into_iter().flat_map(|lesson| {
        if is_client { lesson.client_checks() } else { lesson.checks() }
    });
    let mut checks: Vec<Check> = all.copied().collect();
    ensure!(
        !checks.is_empty(),
        "there are no checks for a client of this lesson: only udp-echo and \
         file-transfer have some"
    );
    let only = given(matches, "only").unwrap_or_default();
    let list = matches.get_flag("list");
    // A strict check that is named is wanted.
    let strict = matches.get_flag("strict") || list || !only.is_empty();
    checks.retain(|c| c.is_named(only) && (!c.strict || strict));
    ensure!(
        !checks.is_empty(),
        "no check has {only:?} in its name; --list shows them all"
    );
    let Some(lesson) = lesson.filter(|_| !list) else {
        return Ok(show(&checks));
    };

    let words = matches.get_many::<OsString>("command");
    let words: Vec<OsString> = words.into_iter().flatten().cloned().collect();
    if let Some(word) = words.first().and_then(|word| word.to_str()) {
        ensure!(
            !word.starts_with('-'),
            "{word} is no option of grade; --help shows them (the address is \
             --addr HOST:PORT)"
        );
    }
    let json = given(matches, "json").map(PathBuf::from);
    let inner = env::var_os(each::INNER);
    if let Some(folder) = given(matches, "each").filter(|_| inner.is_none()) {
        let plan = each::Plan::new(folder.into(), json, words)?;
        return Ok(each::grade(&plan));
    }
    let (title, mut subject) =
        subject::named(matches, lesson, is_client, words)?;
    let results = inner.filter(|path| !path.is_empty()).map(PathBuf::from);
    let json = results.or(json);
    Ok(carry_out(&title, &checks, &mut subject, json, matches))
}

/// Did all checks pass?
fn carry_out(
    title: &str,
    checks: &[Check],
    subject: &mut Subject,
    json: Option<PathBuf>,
    matches: &ArgMatches,
) -> Result<bool> {
    let started = Instant::now();
    let tap = matches.get_flag("tap");
    let mut report = Report::begin(tap, title, checks.len())?;
    let limit = value(matches, "limit");
    let all = run(subject, checks, limit, |done| report.one(done))?;
    if let Some(file) = json {
        each::write(&file, &report::json(title, &all, started.elapsed()))?;
    }
    report.end(&all)?;
    Ok(Marks::of(&all).all_passed())
}
