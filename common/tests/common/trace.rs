//! What the rows of a trace look like, and their order.

use std::io::{Read, Write};
use std::thread;

use common::calls::{Call, Trace};
use common::trace::{TcpListener, TcpStream};

/// A call, as a row without its colours.
fn row(who: &str, name: &'static str, bytes: &[u8], note: &str) -> String {
    let bytes = Some(bytes.to_vec());
    plain(&Call { who: who.into(), name, bytes, note: note.into() })
}

fn plain(call: &Call) -> String {
    anstream::adapter::strip_str(&call.to_string()).to_string()
}

#[test]
fn a_row_fits_a_terminal_of_80_columns() {
    let long = vec![b'x'; 65_535];
    for (indent, name, bytes, note) in [
        (3, "write", &long[..], ""), // the indent of a tour
        (3, "recvfrom", &long[..5], "to 127.0.0.1:8080"),
        (0, "sendto", &long, "to 127.0.0.1:65535"),
        (3, "write", &[0; 100], ""),
    ] {
        let row = row("server #1", name, bytes, note);
        assert!(indent + row.len() <= 80, "{row}");
    }
}

#[test]
fn what_a_call_says_stands_in_the_same_column_in_every_row() {
    for (name, bytes, note, wanted) in [
        ("listen", None, "", "server     listen"),
        ("accept", None, "from :9", "server     accept    from :9"),
        ("read", Some(b"x"), "", "server     read         1 byte   78  |x|"),
        ("read", None, "reset", "server     read      reset"),
    ] {
        let (who, note) = ("server".into(), note.into());
        let bytes = bytes.map(Into::into);
        assert_eq!(plain(&Call { who, name, bytes, note }), wanted);
    }
}

#[test]
fn a_row_says_where_bytes_are_left_out_and_cuts_no_character() {
    let note = "to 127.0.0.1:9";
    for (bytes, note, end) in [
        (&b"xxxxxxxxx"[..], "", "78 78 78 78 78 78 78 78 78  |xxxxxxxxx|"),
        (b"xxxxxxxxxx", "", "|xxxxxxxxx|..."),
        (b"xxxxxx", note, "78 78 78 78 78  |xxxxx|...  to 127.0.0.1:9"),
        ("粘包粘".as_bytes(), note, "e7 b2 98  |粘|...  to 127.0.0.1:9"),
        ("xx粘包粘包".as_bytes(), "", "e7 b2 98 e5 8c 85  |xx粘包|..."),
        (b"xx\xe7\xb2", "", "78 78 e7 b2  |xx\\xe7\\xb2|"), // half of one came
    ] {
        let row = row("client", "sendto", bytes, note);
        assert!(row.ends_with(end), "{row}");
    }
}

#[test]
fn a_recording_names_the_call_that_does_not_come() {
    let (ours, calls) = Trace::default().recorded("server");
    let listener = TcpListener::bind("127.0.0.1:0", &ours).unwrap();
    let addr = listener.local_addr().unwrap().into();
    let time = std::time::Duration::from_secs(30);
    let (trace, writes) = ours.recorded("client");
    let mut client = TcpStream::connect(&addr, time, &trace).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"hello").unwrap();
    let written = writes.until("write").unwrap().pop().unwrap();
    assert_eq!(written.bytes.unwrap(), b"hello");
    server.read_exact(&mut [0; 5]).unwrap();
    let names =
        |calls: Vec<Call>| calls.iter().map(|c| c.name).collect::<Vec<_>>();
    let until = calls.until_moved("read", 5).unwrap();
    assert_eq!(names(until), ["bind", "listen", "accept", "read"]);
    drop(client);
    drop(thread::spawn(move || drop((server, listener))).join());
    assert_eq!(names(calls.so_far()), ["close", "close"]);
    drop(ours);
    let e = calls.until("sendto").unwrap_err().to_string();
    assert_eq!(e, "no sendto of 0 bytes in five seconds");
}
