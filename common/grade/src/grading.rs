//! The program `grade`: what is asked for, and who does it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use clap::ArgMatches;
use common::args::value;
use common::output::{StdoutError, exit_counting, log_error, print};

use crate::check::Check;
use crate::command::Template;
use crate::lesson::Lesson;
use crate::report::Marks;
use crate::runner::run;
use crate::{args, each, family, report, subject};

/// All of it.
pub fn main() -> ExitCode {
    let matches = common::args::parse(&mut args::command());
    match grade(&matches) {
        Ok(status) => status,
        // Where nobody reads (`| head -1`), nothing has been shown to be right.
        Err(e) if e.is::<StdoutError>() => {
            exit_counting(Err(e), usize::from(!matches.get_flag("list")))
        }
        Err(wrong_usage) => {
            log_error(wrong_usage);
            ExitCode::from(2)
        }
    }
}

fn grade(matches: &ArgMatches) -> Result<ExitCode> {
    let folder = family::fresh_folder()?;
    let starts = matches.contains_id("command") && !matches.contains_id("each");
    let status = if starts && env::var_os(each::INNER).is_none() {
        supervise(matches, folder.path())
    } else {
        start(matches).map(|passed| ExitCode::from(u8::from(!passed)))
    };
    family::end_all();
    family::remove(folder.path());
    status
}

/// Grades in a process of its own: what kills its parent does not end this one, which
/// cleans up behind it.
fn supervise(matches: &ArgMatches, folder: &Path) -> Result<ExitCode> {
    let mut grade = each::inner("".as_ref(), folder)?;
    grade.args(env::args_os().skip(1));
    let ended = each::ended(&mut grade, value(matches, "limit"))?.status;
    let Some(status) = ended.code() else {
        let why = "no verdict: the program stopped its grader";
        let why = anyhow!("{why} ({ended})");
        // It may have written marks of its own.
        let json = matches.get_one::<PathBuf>("json").cloned();
        each::write(json, &each::no_marks(&why));
        log_error(why);
        return Ok(ExitCode::FAILURE);
    };
    Ok(ExitCode::from(status as u8))
}

/// Grades: have all passed?
fn start(matches: &ArgMatches) -> Result<bool> {
    let checks = chosen(matches)?;
    let lesson = matches.get_one::<Lesson>("lesson");
    let Some(lesson) = lesson.filter(|_| !matches.get_flag("list")) else {
        let shown: Vec<String> = checks.iter().map(shown).collect();
        print(shown.join("\n"))?;
        return Ok(true);
    };
    let words = matches.get_many::<OsString>("command").unwrap_or_default();
    // The program works in another folder, from where `..` would lead elsewhere.
    let words = words.map(|word| match absolute(word) {
        Ok(path) if Path::new(word).starts_with("..") => path.into(),
        _ => word.clone(),
    });
    let words = Vec::from_iter(words);
    let json = matches.get_one::<PathBuf>("json").cloned();
    let [patience, limit] = ["patience", "limit"].map(|x| value(matches, x));
    let inner = env::var_os(each::INNER).filter(|path| !path.is_empty());
    let inner = inner.map(PathBuf::from);
    let fill = |word| Template::filled(word, &("FILE", "".into()));
    ensure!(
        matches.contains_id("each")
            || words.iter().all(|word| fill(word.clone()) == *word),
        "FILE stands for each program in the folder of --each FOLDER"
    );
    let started = Instant::now();
    let (title, mut subject) = subject::named(matches, *lesson, &words)?;
    if let Some(folder) = matches.get_one::<PathBuf>("each")
        && inner.is_none()
    {
        return each::grade(folder, &words, json, limit);
    }
    let json = inner.or(json);
    each::opens(&json)?;

    let tap = matches.get_flag("tap");
    print(report::beginning(tap, &title, checks.len()))?;
    let show = |number, done: &_| {
        report::check(tap, number, done).map_or(Ok(()), print)
    };
    let all = run(&mut *subject, &checks, patience, (started, limit), show)?;
    drop(subject); // and so nothing of it runs that could write marks, too
    let text = report::json(&title, &all, started.elapsed());
    let written = each::write(json, &text);
    print(report::end(tap, &all))?;
    Ok(written && Marks::of(&all).all_passed)
}

/// The checks that the command line asks for.
fn chosen(matches: &ArgMatches) -> Result<Vec<Check>> {
    let lesson = matches.get_one::<Lesson>("lesson");
    let lessons = Lesson::ALL.into_iter();
    let lessons = lessons.filter(|one| lesson.is_none_or(|it| it == one));
    let is_client = matches.get_flag("client");
    let all = lessons.flat_map(|lesson| {
        if is_client { lesson.client_checks() } else { lesson.checks() }
    });
    let mut checks: Vec<Check> = all.copied().collect();
    ensure!(
        !checks.is_empty(),
        "there are no checks for a client of this lesson: only udp-echo and \
         file-transfer have some"
    );
    let only = matches.get_one::<String>("only");
    // A strict check that is named is wanted.
    let strict = ["strict", "list"].iter().any(|flag| matches.get_flag(flag));
    let strict = strict || only.is_some();
    let is_named = |check: &Check| only.is_none_or(|text| check.is_named(text));
    checks.retain(|check| is_named(check) && (!check.strict || strict));
    ensure!(
        !checks.is_empty(),
        "no check has {:?} in its name; --list shows them all",
        only.map_or("", String::as_str)
    );
    Ok(checks)
}

fn shown(Check { id, name, weight, strict, .. }: &Check) -> String {
    let strict = if *strict { " (--strict)" } else { "" };
    format!("{id}, {weight}{strict}\n  {name}")
}
