//! Many clients at once behind a network that cuts, and cuts off: every file arrives.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use std::{fs, iter, thread};

use common::pieces::Pieces;
use common::relay;
use testing::Server;
use testing::files::files;

use crate::digest::BUFFER;
use crate::programs::{Sharing, run_client, until};

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
    let sharing = Sharing::start(&[]);
    let mut random = fastrand::Rng::with_seed(4);
    let around = [BUFFER - 1, BUFFER, BUFFER + 1];
    for size in [&[0, 1, 1000, 300_000, 2_000_000], &around[..]].concat() {
        let mut bytes = vec![0; size];
        random.fill(&mut bytes);
        sharing.write(&format!("{size}.bin"), bytes);
    }
    let before = threads_and_files(&sharing);

    // client - cutter - relay - server
    let server_addr = sharing.addr.parse().unwrap();
    let relay_addr = relay::spawn(server_addr, Pieces::random(4)).unwrap();
    let cutter = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = cutter.local_addr().unwrap().to_string();
    thread::spawn(move || cut_off(&cutter, relay_addr));

    let all = files(sharing.folder.path());
    let end = Instant::now() + time;
    let attempts: Vec<usize> = thread::scope(|scope| {
        let (all, addr) = (&all, &addr);
        let client = |seed| {
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                let until = || (Instant::now() < end).then_some(());
                iter::from_fn(until)
                    .map(|()| fetch(&all[random.usize(..all.len())], addr))
                    .collect::<Vec<_>>()
            })
        };
        let clients: Vec<_> = (0..clients).map(client).collect();
        clients.into_iter().flat_map(|c| c.join().unwrap()).collect()
    });
    let (files, attempts) = (attempts.len(), attempts.iter().sum::<usize>());
    println!("{clients} clients got {files} files in {attempts} attempts");
    assert!(files as u64 >= clients);

    // The server gives back all that it has taken.
    until(|| threads_and_files(&sharing) == before);
}

/// Downloads a file, with as many attempts as it takes; returns their number.
fn fetch((name, bytes): &(String, Vec<u8>), addr: &str) -> usize {
    let to = tempfile::tempdir().unwrap();
    for attempt in 1..=1000 {
        let done = run_client(addr, to.path(), &["get", name], b"");
        let saved = fs::read(to.path().join(name)).ok();
        if done.status == 0 {
            assert!(saved.as_ref() == Some(bytes), "{name} has other bytes");
            return attempt;
        }
        assert!(saved.is_none(), "half a file under its final name");
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
