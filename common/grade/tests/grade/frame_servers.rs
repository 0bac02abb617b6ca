//! Servers of lesson 3: a right one, and those of `wrong/sticky-packet-demo-server.txt`.

use std::io;
use std::net::TcpStream;

use grade::{Lesson, Server};

use crate::mistakes::{receive, send};
use crate::proof::{Mistake, prove_servers, serving};

fn server(m: Mistake) -> Server {
    serving(m, move |stream| talk(stream, m))
}

fn talk(mut stream: TcpStream, m: &str) -> io::Result<()> {
    loop {
        match receive(&mut stream, m) {
            Ok(Some(payload)) if m == "counts characters" => {
                let upper = String::from_utf8_lossy(&payload).to_uppercase();
                send(&mut stream, upper.as_bytes(), m)?;
            }
            Ok(Some(payload)) => {
                send(&mut stream, &payload.to_ascii_uppercase(), m)?;
            }
            Ok(None) if m == "says goodbye" => {
                return send(&mut stream, b"BYE", m);
            }
            end => return end.map(drop),
        }
    }
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove_servers(Lesson::StickyPacketDemo, server);
}
