//! The answers of common/questions.md, tried. The page quotes these functions, and says
//! how to see what they print.

use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Both ends of a connection.
fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (there, _) = listener.accept().unwrap();
    for end in [&here, &there] {
        end.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    }
    (here, there)
}

#[test]
fn a_write_succeeds_after_the_peer_has_closed() {
    let (mut here, there) = connected();
    drop(there);
    let first = here.write(b"hello");
    println!("the first write: {first:?}");
    let error = loop {
        // The peer's system answers with a reset; when it is here,
        // a write fails.
        if let Err(e) = here.write(b"hello again") {
            break e;
        }
    };
    println!("a later write: {error}");
    assert_eq!(first.unwrap(), 5);
    let gone = [BrokenPipe, ConnectionReset, ConnectionAborted];
    assert!(gone.contains(&error.kind()));
}

#[test]
fn a_write_returns_before_anybody_has_read() {
    let (mut here, there) = connected();
    here.set_nonblocking(true).unwrap(); // an error instead of a wait
    let mut taken = 0;
    while let Ok(n) = here.write(&[b'x'; 1024]) {
        taken += n;
    }
    println!("{taken} bytes written, 0 bytes read");
    assert!(taken > 10_000);
    drop(there);
}

#[test]
fn a_connection_is_closed_when_its_last_handle_is() {
    let (here, mut there) = connected();
    let second = here.try_clone().unwrap();
    drop(here); // closes nothing: `second` is the same connection
    there.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let waiting = there.read(&mut [0; 10]).unwrap_err();
    println!("one handle dropped: {waiting}");

    second.shutdown(Shutdown::Write).unwrap(); // ends the stream, at once
    let end = there.read(&mut [0; 10]).unwrap();
    println!("after shutdown: read {end} bytes");
    there.write_all(b"an answer").unwrap(); // and this way is still open
    let n = (&second).read(&mut [0; 100]).unwrap();
    println!("the other direction: read {n} bytes");
    assert_eq!((end, n), (0, 9));
}

#[test]
#[cfg(target_os = "linux")] // others may show an end of stream instead
fn a_close_with_bytes_unread_is_a_reset() {
    let (mut here, there) = connected();
    here.write_all(b"a question").unwrap();
    there.peek(&mut [0]).unwrap(); // it has arrived, and stays unread
    drop(there);
    let error = here.read(&mut [0; 10]).unwrap_err();
    println!("read: {error}");
    let error = here.write(b"hello").unwrap_err();
    println!("write: {error}");
}

#[test]
fn a_read_into_no_room_returns_0_and_is_not_the_end() {
    let (mut here, mut there) = connected();
    here.write_all(b"hello").unwrap();

    let mut buffer = Vec::with_capacity(1024); // room for 1024, length 0
    let none = there.read(&mut buffer).unwrap();

    let mut buffer = vec![0; 1024]; // length 1024
    let five = there.read(&mut buffer).unwrap();
    println!("read {none} bytes, then {five}");
    assert_eq!((none, five), (0, 5));
}

#[test]
fn a_connection_of_our_own_ends_an_accept_loop() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return "stopped";
                }
                drop(stream); // a real server would talk here
            }
            "never"
        });
        stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(addr); // wakes accept()
        let end = server.join().unwrap();
        println!("the accept loop: {end}");
        assert_eq!(end, "stopped");
    });
}

#[test]
fn a_read_exact_that_times_out_has_eaten_what_came() {
    let (mut here, mut there) = connected();
    there.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut length = [0; 4];

    here.write_all(&[0, 0]).unwrap(); // half of the length
    let error = there.read_exact(&mut length).unwrap_err();
    here.write_all(&[0, 5]).unwrap(); // the other half
    here.write_all(b"hello").unwrap();
    there.read_exact(&mut length).unwrap(); // "again"
    println!("{error}; then: {length:?}");
    assert_eq!(length, [0, 5, b'h', b'e']);
}

#[test]
fn a_length_in_the_wrong_order_is_absurd() {
    let native = 5_i32.to_le_bytes(); // struct.pack("i", 5) on a PC
    println!("{native:?} is {}", i32::from_be_bytes(native));
    assert_eq!(i32::from_be_bytes(native), 83_886_080);
    assert_eq!(5_i32.to_be_bytes(), [0, 0, 0, 5]); // struct.pack("!i", 5)
}

/// The checksum of TCP: a sum of 16-bit numbers.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        let high = u32::from(pair[0]) << 8;
        sum += high + u32::from(*pair.get(1).unwrap_or(&0));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16); // carries are added again
    }
    !(sum as u16)
}

#[test]
fn the_checksum_of_tcp_does_not_see_everything() {
    assert_ne!(checksum(b"pay 100 euros"), checksum(b"pay 900 euros"));
    assert_eq!(checksum(b"pay 10 or 99!"), checksum(b"pay 99 or 10!"));
    println!("both: {:04x}", checksum(b"pay 10 or 99!"));
}

/// The remarks behind `print` on the pages are what Python prints.
#[test]
#[cfg(target_os = "linux")] // the number of an error is the system's own
fn the_python_programs_print_what_the_pages_say() {
    let english = include_str!("../../questions.md");
    let chinese = include_str!("../../questions.zh-CN.md");
    let blocks =
        [english, chinese].map(|page| page.split("```python\n").skip(1));
    let programs = blocks.into_iter().flatten().filter_map(|block| {
        let program = block.split("```").next()?;
        let prints = program.lines().filter(|line| line.contains("print("));
        let remarks = prints.filter_map(|line| line.split_once("  # "));
        let wanted: Vec<_> =
            remarks.flat_map(|(_, said)| said.split_whitespace()).collect();
        // Two programs that talk to each other have none.
        (!wanted.is_empty()).then_some((program, wanted))
    });
    let programs: Vec<_> = programs.collect();
    assert!(programs.len() > 8);
    let each = "import sys\nfor program in sys.argv[1:]:\n    exec(program, {})\n    \
                print('---')";
    let mut python = Command::new("python3");
    python.args(["-c", each]).args(programs.iter().map(|(program, _)| program));
    let Ok(ran) = python.output() else {
        return println!("no python3 here: not tried");
    };
    let said = String::from_utf8(ran.stdout).unwrap();
    let mut said = said.split("---");
    for (program, wanted) in programs {
        let said: Vec<_> = said.next().unwrap().split_whitespace().collect();
        assert_eq!(said, wanted, "{program}");
    }
}
