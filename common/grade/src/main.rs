//! cargo run -p grade -- tcp-echo                               what listens there
//! cargo run -p grade -- tcp-echo python3 my_server.py PORT     started by grade
//! cargo run -p grade -- file-transfer --client python3 my_client.py HOST PORT NAME DIR

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::ArgMatches;
use grade::report::{Plain, Tap, complain, print_line};
use grade::started::Started;
use grade::subject::{Subject, client};
use grade::{Check, Filled, Lesson, Server, Template, address, args, run};

fn main() -> ExitCode {
    let matches = args::command().get_matches();
    let plan = match plan(&matches) {
        Ok(plan) => plan,
        Err(e) => {
            complain(e);
            return ExitCode::from(2);
        }
    };
    match carry_out(plan, &matches) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nobody reads any more (`| head -1`): no error, and no reason to go on.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            complain(format_args!("cannot write the report: {e}"));
            ExitCode::FAILURE
        }
    }
}

/// What there is to do.
enum Plan {
    List(Vec<Check>),
    Grade { title: String, checks: Vec<Check>, subject: Box<Subject> },
}

fn plan(matches: &ArgMatches) -> Result<Plan> {
    let lesson = args::given(matches, "lesson").and_then(Lesson::named);
    let is_client = matches.get_flag("client");
    let lessons = match lesson {
        Some(lesson) => vec![lesson],
        None => Lesson::ALL.to_vec(),
    };
    let mut checks = Vec::new();
    for lesson in lessons {
        let all =
            if is_client { lesson.client_checks() } else { lesson.checks() };
        checks.extend(all.iter().copied());
    }
    let only = args::given(matches, "only").unwrap_or_default();
    let strict = matches.get_flag("strict");
    let (list, all) = (matches.get_flag("list"), !only.is_empty());
    // A strict check that is named is wanted.
    checks.retain(|c| c.is_named(only) && (!c.strict || strict || list || all));
    ensure!(
        !checks.is_empty() || !only.is_empty(),
        "there are no checks for a client of this lesson: only udp-echo and \
         file-transfer have some"
    );
    ensure!(
        !checks.is_empty(),
        "no check has {only:?} in its name; --list shows them all"
    );
    let Some(lesson) = lesson.filter(|_| !list) else {
        return Ok(Plan::List(checks));
    };
    let (title, subject) = subject(matches, lesson, is_client)?;
    Ok(Plan::Grade { title, checks, subject: Box::new(subject) })
}

/// What is graded, and how the report calls it.
fn subject(
    matches: &ArgMatches,
    lesson: Lesson,
    is_client: bool,
) -> Result<(String, Subject)> {
    let words = matches.get_many::<OsString>("command");
    let words: Vec<OsString> = words.into_iter().flatten().cloned().collect();
    if let Some(word) = words.first().and_then(|word| word.to_str()) {
        ensure!(
            !word.starts_with('-'),
            "{word} is no option of grade; --help shows them (the address is \
             --addr HOST:PORT)"
        );
    }
    let template = Template::new(words);
    let seed = matches.get_one::<u64>("seed").copied();
    let seed = seed.unwrap_or_else(|| fastrand::u64(0..1_000_000));
    let patience = matches.get_one::<Duration>("patience").copied();
    let name = lesson.name();
    if is_client {
        let template = template.context(
            "give the command that starts the client, such as: python3 my_client.py \
             HOST PORT NAME DIR",
        )?;
        let title = format!("{name} client: {}, seed {seed}", template.shown());
        // A client waits for lost answers, and asks again.
        let patience = patience.unwrap_or(Duration::from_secs(15));
        let client = client(template).patience(patience).seed(seed);
        return Ok((title, Subject::Client(client)));
    }

    let patience = patience.unwrap_or(Duration::from_secs(5));
    let addr = args::given(matches, "addr");
    let addr = addr.unwrap_or_else(|| lesson.default_addr());
    let addr = address::find(addr, matches.get_flag("remote"))
        .map_err(|e| anyhow!(e))?;
    let folder = args::given(matches, "dir").map(PathBuf::from);
    if let Some(folder) = &folder
        && !folder.is_dir()
    {
        bail!("{} is no folder", folder.display());
    }
    let Some(template) = template else {
        let mut server = Server::at(addr).patience(patience).seed(seed);
        server.folder = folder;
        let title = format!("{name} server on {addr}, seed {seed}");
        return Ok((title, Subject::Running(lesson, server)));
    };
    let title = format!("{name} server: {}, seed {seed}", template.shown());
    let fill = template.has("DIR") && folder.is_none();
    let filled = fill.then(|| Filled::new(seed)).transpose();
    let filled = filled.context("cannot fill a folder to share")?;
    let started =
        Started { lesson, template, addr, patience, seed, folder, filled };
    Ok((title, Subject::Started(Box::new(started))))
}

/// Did all checks pass?
fn carry_out(plan: Plan, matches: &ArgMatches) -> io::Result<bool> {
    let (title, checks, mut subject) = match plan {
        Plan::Grade { title, checks, subject } => (title, checks, subject),
        Plan::List(checks) => {
            for check in checks {
                let strict = if check.strict { " (--strict)" } else { "" };
                print_line(format_args!("{}{strict}", check.name))?;
            }
            return Ok(true);
        }
    };
    #[cfg(unix)]
    grade::group::end_all_on_a_signal()?;
    let tally = if matches.get_flag("tap") {
        run(&mut subject, &checks, &mut Tap::new(title))?
    } else {
        print_line(format_args!("{title}\n"))?;
        run(&mut subject, &checks, &mut Plain)?
    };
    Ok(tally.failed == 0)
}
