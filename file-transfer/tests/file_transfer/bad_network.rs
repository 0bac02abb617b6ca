//! Many clients at once behind a network that cuts, and cuts off: every file arrives.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use std::{fs, thread};

use fastrand::Rng;
use testing::Server;

use crate::digest::BUFFER;
use crate::downloads::{Folder, files};
use crate::messages::content;
use crate::programs::{Sharing, until};

#[test]
fn four_clients_behind_a_bad_network_get_every_file_whole() {
    soak(4, Duration::from_secs(1));
}

#[test]
#[ignore = "two minutes: --release --test file_transfer bad_network -- --ignored"]
fn sixty_four_clients_for_two_minutes() {
    soak(64, Duration::from_secs(120));
}

fn soak(clients: u64, time: Duration) {
    let sharing = Sharing::start(&[]);
    let around = [BUFFER - 1, BUFFER, BUFFER + 1];
    for size in [&[0, 1, 1000, 300_000, 2_000_000], &around[..]].concat() {
        sharing.write(&format!("{size}.bin"), content(size));
    }
    let before = threads_and_files(&sharing);

    let network = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = network.local_addr().unwrap().to_string();
    let to = sharing.addr.clone();
    thread::spawn(move || cut(&network, &to));

    let all = Vec::from_iter(files(sharing.folder.path()));
    let end = Instant::now() + time;
    let attempts: Vec<usize> = thread::scope(|scope| {
        let (all, addr) = (&all, &addr);
        let client = |seed| {
            scope.spawn(move || {
                let mut random = Rng::with_seed(seed);
                let is_over = |n: &u64| *n > 0 && Instant::now() > end;
                (0..)
                    .take_while(|n| !is_over(n))
                    .map(|_| fetch(&all[random.usize(..all.len())], addr))
                    .collect::<Vec<_>>()
            })
        };
        let clients: Vec<_> = (0..clients).map(client).collect();
        clients.into_iter().flat_map(|c| c.join().unwrap()).collect()
    });
    let (files, attempts) = (attempts.len(), attempts.iter().sum::<usize>());
    println!("{clients} clients got {files} files in {attempts} attempts");

    // The server gives back all that it has taken.
    until(|| threads_and_files(&sharing) == before);
}

/// Downloads a file, with as many attempts as it takes; returns their number.
fn fetch((name, bytes): &(String, Vec<u8>), addr: &str) -> usize {
    let to = Folder::new();
    for attempt in 1..=1000 {
        let ended = to.get(addr, name);
        let saved = fs::read(to.path.join(name)).ok();
        if ended.status == 0 {
            assert!(saved.as_ref() == Some(bytes), "{name} has other bytes");
            return attempt;
        }
        assert!(saved.is_none(), "half a file under its final name");
        let last = ended.said.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: "), "{ended:?}");
    }
    panic!("{name} has not arrived after a thousand attempts");
}

/// Relays each connection in small pieces, and cuts most of them off in the middle.
fn cut(listener: &TcpListener, to: &str) {
    let mut random = Rng::with_seed(4);
    while let Ok((front, _)) = listener.accept() {
        let most = 1 << random.u32(0..=22);
        let limit = random.u64(..most);
        let [there, back] = [(); 2].map(|()| random.fork());
        let server = TcpStream::connect(to).unwrap();
        thread::spawn(move || -> io::Result<()> {
            let (request, to) = (front.try_clone()?, server.try_clone()?);
            thread::spawn(move || {
                let _ = copy(request, &to, there);
                let _ = to.shutdown(Shutdown::Write);
            });
            let _ = copy((&server).take(limit), &front, back);
            let _ = server.shutdown(Shutdown::Both);
            front.shutdown(Shutdown::Both)
        });
    }
}

/// Copies in pieces of 1 to 1,024 bytes, small ones more often.
fn copy(
    mut from: impl Read,
    mut to: &TcpStream,
    mut random: Rng,
) -> io::Result<()> {
    to.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    loop {
        let longest = 1 << random.u32(0..=10);
        let n = from.read(&mut buffer[..random.usize(1..=longest)])?;
        if n == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..n])?;
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
