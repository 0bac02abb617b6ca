//! cargo run -p grade -- tcp-echo                               what listens there
//! cargo run -p grade -- tcp-echo python3 my_server.py PORT     started by grade
//! cargo run -p grade -- file-transfer --client python3 my_client.py HOST PORT NAME DIR

mod args;
mod each;

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::ArgMatches;
use common::addr::Addr;
use common::args::value;
use common::output::{is_closed_pipe, log_error, print};
use grade::hosted::Hosted;
use grade::outcome::{Done, Marks};
use grade::runner::{Subject, run};
use grade::{Check, Client, Lesson, Server, Template, report};

fn main() -> ExitCode {
    let matches = common::args::parse(&mut args::command());
    match fresh_folder() {
        Ok(folder) => {
            let words = matches.get_many::<OsString>("command");
            let inner = std::env::var_os(each::INNER).is_some();
            let each = given(&matches, "each").is_some();
            let status = if words.is_none() || inner || each {
                grade(&matches)
            } else {
                supervise(folder.path())
            };
            #[cfg(unix)]
            grade::family::end_all();
            drop(folder);
            status
        }
        Err(e) => wrong_usage(e),
    }
}

/// Grades in a process of its own: what kills its parent does not end this one, which
/// cleans up behind it.
fn supervise(folder: &Path) -> ExitCode {
    let graded = std::env::current_exe().and_then(|grade| {
        let mut grade = Command::new(grade);
        grade.args(std::env::args_os().skip(1));
        grade.env(each::INNER, "").env("TMPDIR", folder).status()
    });
    #[cfg(unix)]
    grade::family::wait_if_ending();
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
    let done = match plan(matches) {
        Ok(work) => work(),
        Err(e) => return wrong_usage(e),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            // Nobody reads any more (`| head -1`): no error, and nothing has been shown
            // to be right.
            if !is_closed_pipe(e.as_ref()) {
                log_error(e);
            }
            ExitCode::FAILURE
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
    let place = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("grade-").tempdir_in(&place);
    let folder = made.with_context(|| {
        format!(
            "no folder can be made in {}: TMPDIR says where there is room",
            place.display()
        )
    })?;
    let _only_once = tempfile::env::override_temp_dir(folder.path());
    #[cfg(unix)]
    grade::family::end_all_on_a_signal(folder.path().into())
        .context("nothing ends the program when grade is ended")?;
    Ok(folder)
}

/// What there is to do, which tells whether everything has passed.
type Work<'a> = Box<dyn FnOnce() -> Result<bool> + 'a>;

/// An option that was given.
fn given<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

fn plan(matches: &ArgMatches) -> Result<Work<'_>> {
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
        return Ok(Box::new(move || show(&checks)));
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
    let inner = std::env::var_os(each::INNER);
    if let Some(folder) = given(matches, "each").filter(|_| inner.is_none()) {
        let plan = each::Plan::new(folder.into(), json, words)?;
        return Ok(Box::new(move || each::grade(&plan)));
    }
    let (title, mut subject) = subject(matches, lesson, is_client, words)?;
    let results = inner.filter(|path| !path.is_empty()).map(PathBuf::from);
    let json = results.or(json);
    Ok(Box::new(move || {
        carry_out(&title, &checks, &mut subject, json, matches)
    }))
}

/// What is graded, and how the report calls it.
fn subject(
    matches: &ArgMatches,
    lesson: Lesson,
    is_client: bool,
    words: Vec<OsString>,
) -> Result<(String, Subject)> {
    let here = std::env::current_dir().context("there is no current folder")?;
    let template = Template::new(words).map(|template| {
        let stays = matches.get_flag("here");
        if stays { template } else { template.away_from(here) }
    });
    let seed: u64 = value(matches, "seed");
    let patience = matches.get_one::<Duration>("patience").copied();
    let name = lesson.name();
    let remote = matches.get_flag("remote");
    let addr = given(matches, "addr").map(|addr| find(addr, remote));
    let addr = addr.transpose()?;
    if let Some(template) = &template {
        ensure!(
            addr.is_some() || template.has("PORT"),
            "the command has no PORT in it, and so the program cannot know its address: \
             write PORT where it takes its port, or, where that is written into the \
             program, say so with --addr HOST:PORT"
        );
    }
    if is_client {
        let template = template.context(
            "give the command that starts the client, such as: python3 my_client.py \
             HOST PORT NAME DIR",
        )?;
        let title = format!("{name} client: {}, seed {seed}", template.shown());
        // A client waits for lost answers, and asks again.
        let patience = patience.unwrap_or(Duration::from_secs(15));
        let client = Client::program(template).patience(patience).seed(seed);
        let client = match addr {
            Some(addr) => client.asks(addr)?,
            None => client,
        };
        return Ok((title, Subject::Client(client)));
    }

    let patience = patience.unwrap_or(Duration::from_secs(5));
    let addr = match addr {
        Some(addr) => addr,
        None => find(lesson.default_addr(), false)?,
    };
    let server = Server::at(addr).patience(patience).seed(seed);
    let what = template.as_ref().map(Template::shown);
    let title = match what {
        Some(command) => format!("{name} server: {command}, seed {seed}"),
        None => format!("{name} server on {addr}, seed {seed}"),
    };
    let server = Hosted::new(lesson, server, template)?;
    Ok((title, Subject::Server(Box::new(server))))
}

/// The address of a server: one of this machine, unless somebody says otherwise.
fn find(text: &str, remote: bool) -> Result<SocketAddr> {
    let addr: Addr = text.parse()?;
    let found = common::resolve::first(&addr, Duration::from_secs(10));
    let found = found.with_context(|| format!("{text:?} has no address"))?;
    if found.port() == 0 || found.ip().is_unspecified() {
        bail!(
            "nothing can be sent to {found}; give HOST:PORT, such as 127.0.0.1:8080"
        );
    }
    ensure!(
        remote || is_own(found.ip()),
        "{found} is not an address of this machine; grade sends half messages, resets \
         and lies: give --remote if the server there is yours"
    );
    Ok(found)
}

/// Only an address of one's own can be bound.
fn is_own(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !broadcast && !ip.is_multicast() && TcpListener::bind((ip, 0)).is_ok()
}

/// Did all checks pass?
fn carry_out(
    title: &str,
    checks: &[Check],
    subject: &mut Subject,
    json: Option<PathBuf>,
    matches: &ArgMatches,
) -> Result<bool> {
    let tap = matches.get_flag("tap");
    let (started, mut number) = (Instant::now(), 0);
    if tap {
        print("TAP version 13")?;
        print(format_args!("1..{}\n# {title}", checks.len()))?;
    } else {
        print(format_args!("{title}\n"))?;
    }
    let report = |done: &Done| {
        number += 1;
        if tap { report::tap(number, done) } else { report::plain(done) }
    };
    let all = run(subject, checks, value(matches, "limit"), report)?;
    if let Some(file) = json {
        each::write(&file, &report::json(title, &all, started.elapsed()))?;
    }
    if tap { report::tap_end(&all) } else { report::plain_end(&all) }?;
    Ok(Marks::of(&all).all_passed())
}
