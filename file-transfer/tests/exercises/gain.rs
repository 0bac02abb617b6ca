//! Measures what `one_pass` gains: a file over a real connection, hashed before it is
//! sent, as the lesson does it for a file that nobody has asked for yet, and hashed while
//! it is sent.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use anyhow::Result;

use super::one_pass::Answer;
use crate::digest::{Algorithm, BUFFER, Hasher};

/// Prints megabytes per second of both.
pub fn measure(answer: &Answer, size: u64) {
    let mut file = tempfile::tempfile().unwrap();
    let mut piece = vec![0; 1 << 20];
    fastrand::fill(&mut piece);
    for _ in 0..size >> 20 {
        file.write_all(&piece).unwrap();
    }

    let send = |stream: TcpStream, file: File| {
        let (mut to, mut from) = (Box::new(stream) as _, Box::new(file) as _);
        (answer.send)(&mut to, "large.bin", size, &mut from)
    };
    let receive = |stream: TcpStream, file: File| {
        (answer.receive)(
            &mut (Box::new(stream) as _),
            &mut (Box::new(file) as _),
        )
    };
    let one = timed(size, &file, send, receive);
    let two = timed(size, &file, hash_and_send, hash_and_save);
    println!(
        "{} MiB, md5: {two:.0} MB/s hashed first, {one:.0} MB/s in one pass",
        size >> 20
    );
}

/// The best of three.
fn timed(
    size: u64,
    file: &File,
    send: impl Fn(TcpStream, File) -> Result<()>,
    receive: impl Fn(TcpStream, File) -> Result<()> + Copy + Send,
) -> f64 {
    let once = || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let mut file = file.try_clone().unwrap();
        file.rewind().unwrap();
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(move || {
                let stream = TcpStream::connect(addr).unwrap();
                receive(stream, tempfile::tempfile().unwrap()).unwrap();
            });
            send(listener.accept().unwrap().0, file).unwrap();
        });
        size as f64 / 1e6 / started.elapsed().as_secs_f64()
    };
    (0..3).map(|_| once()).fold(0.0, f64::max)
}

fn hash_and_send(mut stream: TcpStream, mut file: File) -> Result<()> {
    Algorithm::Md5.digest_of(&file)?;
    file.rewind()?;
    io::copy(&mut file, &mut stream)?;
    Ok(())
}

fn hash_and_save(mut stream: TcpStream, mut file: File) -> Result<()> {
    let mut hasher = Hasher::new(Algorithm::Md5);
    let mut buffer = vec![0; BUFFER];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            hasher.finish();
            return Ok(());
        }
        file.write_all(&buffer[..n])?;
        hasher.update(&buffer[..n]);
    }
}
