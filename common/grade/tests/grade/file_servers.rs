//! Servers of lesson 4: a right one, and those of `wrong/file-transfer-server.txt`.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use grade::{Lesson, Server, SharedFolder};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::mistakes::{hex, receive, send, write};
use crate::proof::{Mistake, prove_servers, serving, spin};

/// Shares the folder.
fn server(folder: &SharedFolder, m: Mistake) -> Server {
    let dir = folder.path();
    let talk = move |stream| Talk { stream, dir: dir.clone(), m }.run();
    serving(m, talk).sharing(folder)
}

/// A connection.
struct Talk {
    stream: TcpStream,
    dir: PathBuf,
    m: Mistake,
}

impl Talk {
    fn run(mut self) -> io::Result<()> {
        let m = self.m;
        let any_error_ends_it = m == "in turn, any error is the end";
        loop {
            let request = match receive(&mut self.stream, m) {
                Ok(Some(json)) if json.is_empty() => continue,
                Ok(Some(json)) => json,
                Ok(None) => return Ok(()),
                Err(e) if any_error_ends_it => return Err(e),
                Err(_) => {
                    self.error("a frame of no such length")?;
                    if m == "closes at once" {
                        return Ok(());
                    }
                    self.stream.shutdown(Shutdown::Write)?;
                    let soon = Some(Duration::from_secs(2));
                    self.stream.set_read_timeout(soon)?;
                    return self.stream.read_to_end(&mut Vec::new()).map(drop);
                }
            };
            let usual = request.starts_with(b"{\"command\":");
            let value = match serde_json::from_slice::<Value>(&request) {
                Err(e) if any_error_ends_it => return Err(e.into()),
                Ok(value) if usual || m != "looks for text" => value,
                _ => Value::Null,
            };
            let (command, name) = (&value["command"], &value["filename"]);
            match (command.as_str(), name.as_str()) {
                _ if m == "knows all fields" && !value["color"].is_null() => {
                    self.error("color?")?;
                }
                (Some("list"), _) => self.list()?,
                (Some("get"), Some(name)) => {
                    self.get(name, value["offset"].as_u64().unwrap_or(0))?;
                }
                (_, Some(name)) if m == "any is get" => self.get(name, 0)?,
                _ if m == "the unknown is silence" => return Ok(()),
                _ => self.error("no request")?,
            }
        }
    }

    fn message(&mut self, value: &Value) -> io::Result<()> {
        send(&mut self.stream, value.to_string().as_bytes(), self.m)
    }

    fn error(&mut self, text: &str) -> io::Result<()> {
        self.message(&json!({"status": "error", "message": text}))
    }

    fn list(&mut self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_file() || (self.m == "lists folders" && kind.is_dir()) {
                let name = entry.file_name().into_string().unwrap();
                files.push((name, entry.metadata()?.len()));
            }
        }
        if self.m == "forgets a file" {
            files.pop();
        }
        let count = files.len();
        let status = if self.m == "says ok" { "ok" } else { "listing" };
        self.message(&json!({"status": status, "count": count}))?;
        files.into_iter().try_for_each(|(name, size)| {
            self.message(&json!({"filename": name, "file_size": size}))
        })
    }

    fn get(&mut self, name: &str, start: u64) -> io::Result<()> {
        let m = self.m;
        let name = match m {
            "splits at spaces" => name.split_whitespace().next().unwrap_or(""),
            "waits at an odd name" if name.contains('\0') => spin(),
            _ => name,
        };
        let path = self.dir.join(name);
        // NUL is a device on Windows: a file that is always there, and always empty.
        let plain = !name.contains(['/', '\\']) && name != "NUL";
        if !plain || (path.is_symlink() && m != "follows links") {
            if m == "closes after an odd name" {
                return Err(ErrorKind::InvalidInput.into());
            }
            return self.error("no such name");
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) if bytes.is_empty() && m == "empty is missing" => {
                return self.error("it is empty");
            }
            Ok(_) if m == "knows ASCII only" && !name.is_ascii() => {
                return self.error("no such file");
            }
            Ok(bytes) => bytes,
            Err(_) if m == "a folder is empty" && path.is_dir() => Vec::new(),
            Err(_) if m == "writes JSON by hand" => {
                let error = r#"{"status": "error", "message": "no "#;
                let json = format!("{error}{name}\"}}");
                return send(&mut self.stream, json.as_bytes(), m);
            }
            Err(e) => return self.error(&e.to_string()),
        };
        let digest = match m {
            "digest of the name" => Md5::digest(name),
            _ => Md5::digest(&bytes),
        };
        let mut header = json!({
            "status": "file", "filename": name, "file_size": bytes.len(),
            "md5": hex(&digest),
        });
        if start > 0 {
            header["offset"] = start.into();
        }
        match m {
            "never replies" => return Ok(()),
            "sends an array" => return self.message(&json!([header])),
            _ => self.message(&header)?,
        }
        let rest = &bytes[start as usize..];
        match m {
            "offset in the header only" => {
                self.stream.write_all(&bytes[..rest.len()])
            }
            "stops" => self.stream.write_all(&rest[..rest.len().min(4 << 20)]),
            "pads" => self.stream.write_all(&[rest, &[0; 9]].concat()),
            // It may wait for its client, and the others wait for the lock.
            "one writes" => {
                static LOCK: Mutex<()> = Mutex::new(());
                let _nobody_else = LOCK.lock().unwrap();
                self.stream.write_all(rest)
            }
            _ => write(&mut self.stream, rest, m),
        }
    }
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    let all = SharedFolder::new(7).unwrap();
    prove_servers(Lesson::FileTransfer, move |m| match m {
        "has files of its own" => Server::at(server(&all, m).addr),
        "empties the folder" => {
            let own = SharedFolder::new(8).unwrap();
            fs::remove_dir_all(own.path()).unwrap();
            fs::create_dir(own.path()).unwrap();
            server(&own, m)
        }
        _ => server(&all, m),
    });
}
