//! Compares what a README shows with what the program prints.

use std::env;
use std::fs;
use std::thread;
use std::time::Duration;

use common::addr::default_addr;

use crate::program::{Server, run};

/// Runs every ` ```console ` block of a README and compares it with what it shows.
///
/// A block is a command and what it prints: `$ cargo run -q -p LESSON [-- ARGS]`, with
/// `printf 'TEXT' | ` in front where it has an input. A server runs until the end of the
/// file; the clients after it talk to that one. `options` are added to every command
/// whose subcommand they name, so that the test writes elsewhere than a student does
/// (`("client", "--dir", "/tmp/…", "file-transfer/download")`: subcommand, option, the
/// test's value, what the README shows instead). Ports and measured times differ from
/// run to run and are not compared.
///
/// With `UPDATE_README=1` in the environment the blocks are rewritten instead.
///
/// # Panics
///
/// When a block does not show what its command prints.
pub fn check_readme(
    path: &str,
    bin: &str,
    options: &[(&str, &str, &str, &str)],
) {
    let readme = fs::read_to_string(path).unwrap();
    let mut fresh = String::new();
    let mut server: Option<Server> = None;
    let mut server_log = String::new(); // what the README shows of it
    let mut blocks = 0;
    let mut rest = readme.as_str();
    while let Some(start) = rest.find("```console\n$ ") {
        let (before, block) = rest.split_at(start + "```console\n$ ".len());
        let (command, block) = block.split_once('\n').unwrap();
        let (shown, after) = block.split_at(block.find("```").unwrap());
        fresh += before;
        fresh += command;
        fresh += "\n";
        rest = after;
        blocks += 1;

        let (stdin, mut args) = parse(command);
        let subcommand = args.first().cloned().unwrap_or_default();
        for (name, option, value, _) in options {
            if *name == subcommand {
                args.splice(1..1, [option.to_string(), value.to_string()]);
            }
        }
        let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
        if subcommand == "server" {
            server = Some(Server::start(bin, &args[1..]));
            server_log = shown.into();
            fresh += "\u{0}"; // filled in at the end
            continue;
        }
        if let (Some(server), "client") = (&server, subcommand.as_str()) {
            args.splice(1..1, ["--addr", &server.addr]);
        }
        let finished = run(bin, &args, &stdin);
        fresh += &(finished.text() + &finished.stderr);
    }
    assert!(blocks > 0, "{path} has no console block");
    fresh += rest;
    if let Some(server) = server {
        let lines = server_log.lines().count();
        let log = if env::var_os("UPDATE_README").is_some() {
            // How much it will say is not known yet: all that it says in a second.
            thread::sleep(Duration::from_secs(1));
            server.said(|_| true)
        } else {
            server.said(|text| text.lines().count() >= lines)
        };
        fresh = fresh.replace('\u{0}', &log);
        // A student's server listens where it always does.
        let lesson = env::var("CARGO_PKG_NAME").unwrap();
        fresh = fresh.replace(&server.addr, default_addr(&lesson));
    }
    for (_, _, value, shown) in options {
        fresh = fresh.replace(value, shown);
    }
    if env::var_os("UPDATE_README").is_some() {
        // Other ports are no reason for another README.
        if !readme.lines().map(stable).eq(fresh.lines().map(stable)) {
            fs::write(path, &fresh).unwrap();
        }
        return;
    }
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error, and how a reset shows, are the system's own
    }
    for (shown, real) in readme.lines().zip(fresh.lines()) {
        assert_eq!(
            stable(shown),
            stable(real),
            "{path} does not show what the program prints; refresh it with \
             UPDATE_README=1 cargo test --workspace readme"
        );
    }
    assert_eq!(readme.lines().count(), fresh.lines().count(), "{path}");
}

/// A shown command: what is piped into it, and its arguments.
fn parse(command: &str) -> (Vec<u8>, Vec<String>) {
    let (stdin, cargo) = match command.split_once("' | ") {
        Some((printf, cargo)) => {
            let text = printf.strip_prefix("printf '").expect(command);
            (text.replace("\\n", "\n"), cargo)
        }
        None => (String::new(), command),
    };
    let words = cargo.strip_prefix("cargo run -q -p ").expect(command);
    let args = words.split_once(" -- ").map_or("", |(_lesson, args)| args);
    let mut quoted = false;
    let args = args.split(|c: char| {
        quoted ^= c == '\'';
        c == '\'' || (c == ' ' && !quoted)
    });
    let args = args.filter(|a| !a.is_empty()).map(str::to_string);
    (stdin.into(), args.collect())
}

/// A line without what differs from run to run: ports, measured numbers, padding.
fn stable(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        for host in ["127.0.0.1:", "0.0.0.0:"] {
            if let Some((before, rest)) = word.split_once(host) {
                let rest =
                    rest.trim_start_matches(|c: char| c.is_ascii_digit());
                return format!("{before}{host}PORT{rest}");
            }
        }
        word.to_string()
    });
    let mut words: Vec<String> = words.collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', '.', ';', ')']);
        if ["s", "ms", "µs", "MB/s", "KiB/s", "MiB/s"].contains(&unit) {
            words[i - 1] = "N".into();
        }
    }
    words.join(" ")
}
