//! cargo bench -p common: frames, beside a codec that nobody here wrote.
//!
//! Both sides do the whole way in memory: from a message to one `write()`, and from what
//! `read()` delivers to a message of its own. Writing is within a tenth of it. Reading,
//! ours is faster for tiny messages and slower for the longest, on some machines for a
//! header's as well: safe Rust reads into memory that has a value already, so
//! `read_frame` fills its buffer with zeroes first. A read from a socket costs far more.
//!
//! On a socket there is one difference more: `read_frame` makes two `read()`s a frame,
//! the codec one for as many frames as have arrived. Who has many small frames to read
//! puts a `BufReader` around the stream: `ours_buffered`.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

use divan::Bencher;
use divan::counter::BytesCount;

/// The lengths of the messages: a chat's, a header's, the longest.
const LENGTHS: [usize; 3] = [16, 1024, 65_536];

/// How many bytes of messages one measurement moves.
const TOTAL: usize = 1 << 20;

fn main() {
    divan::main();
}

fn message(length: usize) -> Vec<u8> {
    (0..length).map(|i| i as u8).collect()
}

/// Writes `TOTAL` bytes of messages into `stream`, and empties it each time.
#[divan::bench_group]
mod encode {
    use std::io::Write;

    use bytes::{Bytes, BytesMut};
    use common::frame::{MAX_PAYLOAD, PREFIX, write_frame};
    use tokio_util::codec::{Encoder, LengthDelimitedCodec};

    use super::*;

    #[divan::bench(args = LENGTHS)]
    fn ours(bencher: Bencher, length: usize) {
        let message = message(length);
        let mut stream = Vec::with_capacity(PREFIX + length);
        bencher.counter(BytesCount::new(TOTAL)).bench_local(|| {
            for _ in 0..TOTAL / length {
                stream.clear();
                write_frame(&mut stream, divan::black_box(&message)).unwrap();
                divan::black_box(&stream);
            }
        });
    }

    #[divan::bench(args = LENGTHS)]
    fn tokio_util(bencher: Bencher, length: usize) {
        let message = Bytes::from(message(length));
        let mut codec = LengthDelimitedCodec::builder()
            .max_frame_length(MAX_PAYLOAD as usize)
            .new_codec();
        let mut encoded = BytesMut::new();
        let mut stream = Vec::with_capacity(PREFIX + length);
        bencher.counter(BytesCount::new(TOTAL)).bench_local(|| {
            for _ in 0..TOTAL / length {
                stream.clear();
                let message = divan::black_box(&message).clone();
                codec.encode(message, &mut encoded).unwrap();
                stream.write_all(&encoded).unwrap();
                encoded.clear();
                divan::black_box(&stream);
            }
        });
    }
}

/// Reads `TOTAL` bytes of messages, each into memory of its own.
#[divan::bench_group]
mod decode {
    use std::io::BufReader;

    use bytes::BytesMut;
    use common::frame::{MAX_PAYLOAD, read_frame, write_frame};
    use tokio_util::codec::{Decoder, LengthDelimitedCodec};

    use super::*;

    fn stream(length: usize) -> Vec<u8> {
        let message = message(length);
        let mut stream = Vec::new();
        for _ in 0..TOTAL / length {
            write_frame(&mut stream, &message).unwrap();
        }
        stream
    }

    #[divan::bench(args = LENGTHS)]
    fn ours(bencher: Bencher, length: usize) {
        let stream = stream(length);
        bencher.counter(BytesCount::new(TOTAL)).bench_local(|| {
            let mut stream = divan::black_box(stream.as_slice());
            while let Some(message) = read_frame(&mut stream).unwrap() {
                divan::black_box(message);
            }
        });
    }

    #[divan::bench(args = LENGTHS)]
    fn ours_buffered(bencher: Bencher, length: usize) {
        let stream = stream(length);
        bencher.counter(BytesCount::new(TOTAL)).bench_local(|| {
            let stream = divan::black_box(stream.as_slice());
            let mut stream = BufReader::new(stream);
            while let Some(message) = read_frame(&mut stream).unwrap() {
                divan::black_box(message);
            }
        });
    }

    /// As `tokio_util::codec::FramedRead` does it, which is async: decode what is
    /// there; when that is no whole frame, read what there is room for.
    #[divan::bench(args = LENGTHS)]
    fn tokio_util(bencher: Bencher, length: usize) {
        let stream = stream(length);
        let mut codec = LengthDelimitedCodec::builder()
            .max_frame_length(MAX_PAYLOAD as usize)
            .new_codec();
        bencher.counter(BytesCount::new(TOTAL)).bench_local(|| {
            let mut stream = divan::black_box(stream.as_slice());
            let mut arrived = BytesMut::with_capacity(8 * 1024);
            loop {
                while let Some(message) = codec.decode(&mut arrived).unwrap() {
                    divan::black_box(message);
                }
                if stream.is_empty() {
                    break;
                }
                arrived.reserve(1);
                let room = arrived.capacity() - arrived.len();
                let (read, rest) = stream.split_at(room.min(stream.len()));
                arrived.extend_from_slice(read);
                stream = rest;
            }
        });
    }
}
