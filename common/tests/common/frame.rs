//! Frames, under every delivery that a network can come up with.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use bytes::{Bytes, BytesMut};
use common::frame::{FrameError, MAX_PAYLOAD, PREFIX, read_frame, write_frame};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

/// A stream that delivers at most one of its pieces per read, or fails.
struct Pieces(VecDeque<io::Result<Vec<u8>>>);

impl Pieces {
    /// Cuts `bytes` into pieces of these sizes, over and over.
    fn of_sizes(mut bytes: &[u8], sizes: &[usize]) -> Self {
        let pieces = sizes.iter().cycle().map_while(|size| {
            let piece = bytes.split_off(..*size.min(&bytes.len()))?;
            (!piece.is_empty()).then(|| Ok(piece.to_vec()))
        });
        Self(pieces.collect())
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.0.pop_front().transpose()? else {
            return Ok(0);
        };
        let n = piece.len().min(buffer.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        if n < piece.len() {
            self.0.push_front(Ok(piece[n..].to_vec()));
        }
        Ok(n)
    }
}

/// A stream that begins like this, and goes on: a reader that asks for more gets more.
fn going_on(head: &[u8]) -> Vec<u8> {
    [head, &[b'x'; 1 << 20]].concat()
}

/// A stream that takes few bytes per write, counts the writes, and may be interrupted by
/// a signal at every second one.
#[derive(Default)]
struct Slow {
    at_most: usize,
    interrupted: bool,
    writes: usize,
    bytes: Vec<u8>,
}

impl Write for Slow {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        if self.interrupted && self.writes % 2 == 1 {
            return Err(ErrorKind::Interrupted.into());
        }
        let n = buffer.len().min(self.at_most);
        self.bytes.extend_from_slice(&buffer[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The frames of these messages, one after the other.
fn frames<M: AsRef<[u8]>>(messages: &[M]) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in messages {
        write_frame(&mut stream, message.as_ref()).unwrap();
    }
    stream
}

/// Every message up to the end of the stream.
fn messages(mut stream: impl Read) -> Result<Vec<Vec<u8>>, FrameError> {
    let mut messages = Vec::new();
    while let Some(message) = read_frame(&mut stream)? {
        messages.push(message);
    }
    Ok(messages)
}

#[test]
fn the_bytes_of_a_frame_are_the_length_in_network_order_and_the_payload() {
    assert_eq!(frames(&["hello"]), b"\x00\x00\x00\x05hello");
    let long = frames(&[[b'x'; 258]]);
    assert_eq!(&long[..6], b"\x00\x00\x01\x02xx");
}

#[test]
fn all_32768_ways_to_cut_two_frames_decode_alike() {
    let sent: [&[u8]; 2] = ["粘".as_bytes(), b"\x00\x00\x00\x05\n"];
    let stream = frames(&sent);
    assert_eq!(stream.len(), 16);
    let numbered: Vec<_> = stream.iter().copied().enumerate().collect();
    // Bit i of `cuts`: is there a cut behind byte i?
    for cuts in 0..1_u32 << (stream.len() - 1) {
        let pieces = numbered.split_inclusive(|(i, _)| cuts >> i & 1 == 1);
        let bytes = |piece: &[(usize, u8)]| piece.iter().map(|b| b.1).collect();
        let pieces = pieces.map(|piece| Ok(bytes(piece))).collect();
        let got = messages(Pieces(pieces)).unwrap();
        assert_eq!(got, sent, "cuts {cuts:015b}");
    }
}

#[test]
fn the_end_between_frames_is_a_goodbye_and_inside_one_counts_what_is_missing() {
    let stream = frames(&["hello", "粘包"]);
    let second = PREFIX + 5; // where the second frame starts
    for end in 0..=stream.len() {
        let (start, length) = if end < second { (0, 5) } else { (second, 6) };
        let came = end - start; // of the frame that is cut short
        let inside = |of, part, missing| {
            Err(format!(
                "the stream ended inside a frame: {missing} of the {of} bytes of \
                 its {part} are missing"
            ))
        };
        let wanted = match came {
            0 => Ok(usize::from(end > 0)),
            1..PREFIX => inside(PREFIX, "length", PREFIX - came),
            _ if end == stream.len() => Ok(2),
            _ => inside(length, "payload", PREFIX + length - came),
        };
        // Byte by byte, too, so that the end never comes with the last bytes.
        for size in [1, stream.len()] {
            let read = messages(Pieces::of_sizes(&stream[..end], &[size]));
            let got = read.map(|m| m.len()).map_err(|e| e.to_string());
            assert_eq!(got, wanted, "cut after {end} bytes");
        }
    }
}

#[test]
fn a_length_that_no_frame_has_is_refused_before_anything_more_is_read() {
    for length in [0, MAX_PAYLOAD + 1, 1 << 24, 1 << 31, u32::MAX] {
        let stream = going_on(&length.to_be_bytes());
        let mut rest = &stream[..];
        match read_frame(&mut rest) {
            Err(FrameError::Empty) if length == 0 => {}
            Err(FrameError::TooLong { length: said }) if said == length => {}
            other => panic!("{length}: {other:?}"),
        }
        assert_eq!(stream.len() - rest.len(), PREFIX, "length {length}");
    }
    // And a whole frame is asked for to its end, and no further.
    let frame = frames(&["hello"]);
    let stream = going_on(&frame);
    let mut rest = &stream[..];
    assert_eq!(read_frame(&mut rest).unwrap().unwrap(), b"hello");
    assert_eq!(stream.len() - rest.len(), frame.len());
}

#[test]
fn the_longest_payload_works_both_ways_and_one_byte_more_does_not() {
    let longest = vec![b'x'; MAX_PAYLOAD as usize];
    let got = messages(&frames(&[&longest])[..]).unwrap();
    assert!(got == [longest]);

    let mut stream = Vec::new();
    for (length, said) in [
        (0, "a frame of length 0 (1 is the least)"),
        (65_537, "a frame of 65537 bytes announced (65536 is the most)"),
    ] {
        let error = write_frame(&mut stream, &vec![b'x'; length]).unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(stream.is_empty(), "something was written");
    }
}

#[test]
fn a_frame_leaves_in_one_write_and_whole_where_a_stream_takes_few_bytes() {
    for at_most in [1, 2, 5, 8, 9, 10] {
        for interrupted in [false, true] {
            let mut to = Slow { at_most, interrupted, ..Slow::default() };
            write_frame(&mut to, b"hello").unwrap();
            assert_eq!(to.bytes, b"\x00\x00\x00\x05hello");
            assert_eq!(to.writes == 1, at_most >= 9 && !interrupted);
        }
    }
}

#[test]
fn a_read_that_is_interrupted_is_made_again() {
    let interrupted = || Err(ErrorKind::Interrupted.into());
    let whole = Pieces::of_sizes(&frames(&["hello"]), &[3]).0;
    let pieces = whole.into_iter().flat_map(|piece| [interrupted(), piece]);
    assert_eq!(messages(Pieces(pieces.collect())).unwrap(), [b"hello"]);
}

#[test]
fn a_stream_that_fails_is_neither_a_goodbye_nor_a_truncated_frame() {
    for came in [&b""[..], b"\x00\x00", b"\x00\x00\x00\x05he"] {
        let reset = Err(ErrorKind::ConnectionReset.into());
        let stream = came.chain(Pieces([reset].into()));
        match messages(stream) {
            Err(FrameError::Io(e)) => {
                assert_eq!(e.kind(), ErrorKind::ConnectionReset);
            }
            other => panic!("{other:?}"),
        }
    }
}

// ---- Random messages, random pieces ----

/// A few messages: any bytes, mostly short.
fn some_messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let message = prop_oneof![
        9 => vec(any::<u8>(), 1..40),
        1 => vec(any::<u8>(), 1..2000),
    ];
    vec(message, 0..8)
}

/// The sizes of the pieces that the network delivers.
fn some_sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(1..30_usize, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_at_all_give_messages_or_an_error(
        bytes in vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200),
        sizes in some_sizes()
    ) {
        // A decoder that is given rubbish says the same however it is cut.
        let whole = messages(&bytes[..]).map_err(|e| e.to_string());
        let cut = messages(Pieces::of_sizes(&bytes, &sizes));
        prop_assert_eq!(cut.map_err(|e| e.to_string()), whole);
    }

    #[test]
    fn tokio_utils_codec_writes_the_same_and_each_reads_what_the_other_wrote(
        sent in some_messages(), sizes in some_sizes()
    ) {
        let mut codec = LengthDelimitedCodec::new();
        let mut stream = BytesMut::new();
        for message in &sent {
            codec.encode(Bytes::copy_from_slice(message), &mut stream).unwrap();
        }
        prop_assert_eq!(&stream[..], frames(&sent));
        let pieces = || Pieces::of_sizes(&stream, &sizes);
        prop_assert_eq!(&messages(pieces()).unwrap(), &sent);
        let (mut buffer, mut got) = (BytesMut::new(), Vec::new());
        for piece in pieces().0 {
            buffer.extend_from_slice(&piece.unwrap());
            while let Some(message) = codec.decode(&mut buffer).unwrap() {
                got.push(message.to_vec());
            }
        }
        prop_assert!(codec.decode_eof(&mut buffer).unwrap().is_none());
        prop_assert!(buffer.is_empty());
        prop_assert_eq!(got, sent);
    }
}
