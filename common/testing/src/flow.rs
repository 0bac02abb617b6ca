//! The calls of a client and a server, each beside the one that it meets.

use crate::lifelines::{Arrow, Rung};
use crate::terminal::plain;

/// A call as a trace shows it: `server #1  read  6 bytes  68 65  |he|`.
struct Call {
    is_client: bool,
    name: String,
    text: String,
}

impl Call {
    fn parse(line: &str) -> Option<Self> {
        let line = plain(line);
        let line = line.trim_start();
        let is_client = line.starts_with("client ");
        if !is_client && !line.starts_with("server ") {
            return None;
        }
        let mut rest = line.get(9..)?.split_whitespace();
        let name = rest.next()?.to_string();
        let rest: Vec<&str> = rest.collect();
        let rest = rest.join(" ");
        // The bytes as text say enough, and the other end's address too much.
        let note = match (rest.find('|'), rest.rfind('|')) {
            (Some(first), Some(last)) => {
                let count: Vec<&str> = rest.split(' ').take(2).collect();
                let is_cut = rest[last..].starts_with("|...");
                let more = if is_cut { "..." } else { "" };
                format!("{} {}{more}", count.join(" "), &rest[first..=last])
            }
            _ => rest.replace("0 bytes ", "0 bytes: "),
        };
        let note = match name.as_str() {
            "connect" | "accept" => String::new(),
            _ => note,
        };
        let text = format!("{name} {note}").trim_end().into();
        Some(Self { is_client, name, text })
    }

    /// What it says to the other end, and by which call the other end notices.
    fn meets(&self, other: &Self) -> Option<&'static str> {
        match (self.name.as_str(), other.name.as_str()) {
            _ if self.is_client == other.is_client => None,
            ("connect", "accept") => Some("handshake"),
            ("write", "read") => Some("bytes"),
            ("sendto", "recvfrom") => Some("datagram"),
            ("shutdown" | "close", "read") => Some("FIN"),
            _ => None,
        }
    }
}

/// The calls that are among these lines, the two that meet on one rung.
///
/// # Errors
///
/// When there are none of one end.
pub fn flow(lines: &str) -> Result<Vec<Rung>, String> {
    let calls: Vec<Call> = lines.lines().filter_map(Call::parse).collect();
    for is_client in [true, false] {
        if !calls.iter().any(|call| call.is_client == is_client) {
            return Err("a flow needs calls of a client and a server".into());
        }
    }
    let mut rungs = Vec::new();
    let mut calls = calls.into_iter().peekable();
    while let Some(call) = calls.next() {
        let says = calls.peek().and_then(|next| call.meets(next));
        let other = if says.is_some() { calls.next() } else { None };
        let other = other.map_or(String::new(), |other| other.text);
        let (client, server) = match call.is_client {
            true => (call.text, other),
            false => (other, call.text),
        };
        let arrow = says.map(|says| Arrow {
            says: says.into(),
            to_the_right: call.is_client,
        });
        rungs.push(Rung { time: String::new(), client, arrow, server });
    }
    Ok(rungs)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row<T> = (T, T, T);

    /// The client's call, an arrow with its words, the server's call.
    fn rows(lines: &str) -> Vec<Row<String>> {
        let rungs = flow(lines).unwrap().into_iter();
        let rows = rungs.map(|rung| {
            let arrow = match rung.arrow {
                Some(Arrow { says, to_the_right: true }) => says + " >",
                Some(Arrow { says, to_the_right: false }) => {
                    format!("< {says}")
                }
                None => String::new(),
            };
            (rung.client, arrow, rung.server)
        });
        rows.collect()
    }

    fn in_strings((client, arrow, server): Row<&str>) -> Row<String> {
        (client.into(), arrow.into(), server.into())
    }

    #[test]
    fn each_call_stands_beside_the_one_that_it_meets() {
        let lines = "\
a heading
   server     listen
   client     connect   to 127.0.0.1:1 from 127.0.0.1:2
   server #1  accept    from 127.0.0.1:2
   client     write        6 bytes  68 65 6c 6c 6f 0a  |hello\\n|
   server #1  read         6 bytes  68 65 6c 6c 6f 0a  |hello\\n|
   server #1  close
   client     read         0 bytes  end of stream
";
        let wanted = [
            ("", "", "listen"),
            ("connect", "handshake >", "accept"),
            (r"write 6 bytes |hello\n|", "bytes >", r"read 6 bytes |hello\n|"),
            ("read 0 bytes: end of stream", "< FIN", "close"),
        ];
        assert_eq!(rows(lines), wanted.map(in_strings));
        assert!(flow("   client     close\n").is_err());
    }

    #[test]
    fn a_datagram_meets_the_recvfrom_that_takes_it() {
        let lines = "\
   client     sendto    13 bytes  68...  |hello, worl|...  to 127.0.0.1:1
   server     recvfrom  13 bytes  68...  |hello, worl|...  from 127.0.0.1:2
";
        let wanted = (
            "sendto 13 bytes |hello, worl|...",
            "datagram >",
            "recvfrom 13 bytes |hello, worl|...",
        );
        assert_eq!(rows(lines), [in_strings(wanted)]);
    }
}
