//! Many clients at once behind a network that cuts, and cuts off: every file arrives.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{fs, thread};

use common::pieces::Pieces;
use common::relay;
use testing::{PATIENCE, Server, run};

use crate::digest::BUFFER;
use crate::programs::BIN;

#[test]
fn eight_clients_behind_a_bad_network_get_every_file_whole() {
    soak(8, Duration::from_secs(2));
}

#[test]
#[ignore = "two minutes: --release --test file_transfer soak -- --ignored"]
fn sixty_four_clients_for_two_minutes() {
    soak(64, Duration::from_secs(120));
}

fn soak(clients: u64, time: Duration) {
    let share = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(4);
    let around = [BUFFER - 1, BUFFER, BUFFER + 1];
    for size in [&[0, 1, 1000, 300_000, 2_000_000], &around[..]].concat() {
        let bytes: Vec<u8> = (0..size).map(|_| random.u8(..)).collect();
        fs::write(share.path().join(format!("{size}.bin")), bytes).unwrap();
    }
    let dir = share.path().to_str().unwrap();
    let server = Server::start(BIN, &["--dir", dir]);
    let before = threads_and_files(&server);

    // client - cutter - relay - server
    let server_addr = server.addr.parse().unwrap();
    let relay_addr = relay::spawn(server_addr, Pieces::random(4)).unwrap();
    let cutter = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = cutter.local_addr().unwrap().to_string();
    thread::spawn(move || cut_off(&cutter, relay_addr));

    let (files, attempts) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let end = Instant::now() + time;
    thread::scope(|scope| {
        for seed in 0..clients {
            let (share, addr) = (share.path(), &addr);
            let (files, attempts) = (&files, &attempts);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                while Instant::now() < end {
                    attempts
                        .fetch_add(fetch(share, addr, &mut random), Relaxed);
                    files.fetch_add(1, Relaxed);
                }
            });
        }
    });
    let (files, attempts) = (files.into_inner(), attempts.into_inner());
    println!("{clients} clients got {files} files in {attempts} attempts");
    assert!(files as u64 >= clients);

    // The server gives back all that it has taken.
    let deadline = Instant::now() + PATIENCE;
    while threads_and_files(&server) != before {
        assert!(Instant::now() < deadline, "{:?}", threads_and_files(&server));
        thread::yield_now();
    }
}

/// Downloads a file, with as many attempts as it takes; returns their number.
fn fetch(share: &Path, addr: &str, random: &mut fastrand::Rng) -> usize {
    let names: Vec<_> = fs::read_dir(share).unwrap().collect();
    let name = names[random.usize(..names.len())].as_ref().unwrap().file_name();
    let name = name.to_str().unwrap();
    let to = tempfile::tempdir().unwrap();
    let args = ["client", "--addr", addr, "--dir", to.path().to_str().unwrap()];
    let args = [&args[..], &["get", name]].concat();
    for attempt in 1..=1000 {
        let done = run(BIN, &args, b"");
        let file = to.path().join(name);
        if done.status == 0 {
            assert!(
                fs::read(file).unwrap() == fs::read(share.join(name)).unwrap()
            );
            return attempt;
        }
        assert!(!file.exists(), "half a file under its final name");
        let last = done.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: "), "{}", done.stderr);
    }
    panic!("{name} has not arrived after a thousand attempts");
}

/// Relays each connection, and cuts most of them off in the middle.
fn cut_off(listener: &TcpListener, to: SocketAddr) {
    let mut random = fastrand::Rng::with_seed(4);
    while let Ok((front, _)) = listener.accept() {
        let most = 1 << random.u32(0..=22);
        let limit = random.u64(..most);
        thread::spawn(move || -> io::Result<()> {
            let back = TcpStream::connect(to)?;
            let (mut request, mut there) =
                (front.try_clone()?, back.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut request, &mut there);
                let _ = there.shutdown(Shutdown::Write);
            });
            let _ = io::copy(&mut (&back).take(limit), &mut &front);
            (&front).flush()?;
            let _ = back.shutdown(Shutdown::Both);
            front.shutdown(Shutdown::Both)
        });
    }
}

/// How many threads and open files the server has, where the system says so.
fn threads_and_files(server: &Server) -> Option<(usize, usize)> {
    let count = |what| {
        let folder = format!("/proc/{}/{what}", server.id());
        Some(fs::read_dir(folder).ok()?.count())
    };
    Some((count("task")?, count("fd")?))
}
