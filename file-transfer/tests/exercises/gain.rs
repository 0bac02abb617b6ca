//! Measures what `one_pass` gains: a file over a real connection, hashed before it is
//! sent, as the lesson does it for a file that nobody has asked for yet, and hashed while
//! it is sent.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use anyhow::Result;

use super::one_pass::{Answer, header, trailer};
use crate::digest::Algorithm;

/// Prints megabytes per second of both.
pub fn measure(answer: &Answer, size: u64) {
    let mut file = tempfile::tempfile().unwrap();
    let mut piece = vec![0; 1 << 20];
    fastrand::fill(&mut piece);
    for _ in 0..size >> 20 {
        file.write_all(&piece).unwrap();
    }

    let one = timed(answer, size, &file, |stream, file| {
        let (mut to, mut from) = (Box::new(stream) as _, Box::new(file) as _);
        (answer.send)(&mut to, "a.bin", size, &mut from)
    });
    let two = timed(answer, size, &file, |mut stream, mut file| {
        let md5 = Algorithm::Md5.digest_of(&file)?.hex;
        file.rewind()?;
        stream.write_all(&header(size))?;
        io::copy(&mut file, &mut stream)?;
        Ok(stream.write_all(&trailer(&md5))?)
    });
    println!(
        "{} MiB, md5: {two:.0} MB/s hashed first, {one:.0} MB/s in one pass",
        size >> 20
    );
}

/// The best of three.
fn timed(
    answer: &Answer,
    size: u64,
    file: &File,
    send: impl Fn(TcpStream, File) -> Result<()>,
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
                let mut from = Box::new(stream) as _;
                let mut to = Box::new(tempfile::tempfile().unwrap()) as _;
                (answer.receive)(&mut from, &mut to).unwrap();
            });
            send(listener.accept().unwrap().0, file).unwrap();
        });
        size as f64 / 1e6 / started.elapsed().as_secs_f64()
    };
    (0..3).map(|_| once()).fold(0.0, f64::max)
}
