//! A server of lesson 4 in a few lines, and every mistake that one can make in it: a
//! sentence says which, and is compared where the mistake is made.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use grade::{Server, SharedFolder};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::mistakes::{receive, send, write};
use crate::proof::{serving, spin};

/// How requests usually look.
const LIST: &[u8] = b"{\"command\":\"list\"}";

/// Shares the folder; `m` is what it does wrong.
pub fn serve(folder: &SharedFolder, m: &'static str) -> Server {
    let dir = folder.path();
    if m == "empties the folder" {
        fs::remove_dir_all(&dir).unwrap();
        fs::create_dir(&dir).unwrap();
    }
    let talk = move |stream| Talk { stream, dir: dir.clone(), m }.run();
    serving(m, talk).sharing(folder)
}

/// A connection.
struct Talk {
    stream: TcpStream,
    dir: PathBuf,
    m: &'static str,
}

impl Talk {
    fn run(mut self) -> io::Result<()> {
        let m = self.m;
        loop {
            let request = match receive(&mut self.stream, m) {
                Ok(Some(json)) if json.is_empty() => LIST.to_vec(),
                Ok(Some(json)) => json,
                Ok(None) if matches!(m, "spins" | "never closes") => {
                    spin();
                    continue;
                }
                Ok(None) => return Ok(()),
                Err(e) if m == "any error is the end" => return Err(e),
                Err(_) => {
                    self.error("a frame of no such length")?;
                    if m == "closes at once" {
                        return Ok(());
                    }
                    self.stream.shutdown(Shutdown::Write)?;
                    let soon = Some(Duration::from_millis(300));
                    self.stream.set_read_timeout(soon)?;
                    return self.stream.read_to_end(&mut Vec::new()).map(drop);
                }
            };
            let value = match serde_json::from_slice::<Value>(&request) {
                Err(e) if m == "any error is the end" => return Err(e.into()),
                _ if m == "looks for text"
                    && !request.starts_with(&LIST[..11]) =>
                {
                    Value::Null
                }
                value => value.unwrap_or_default(),
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
        self.message(&json!({"status": "listing", "count": count}))?;
        files.into_iter().try_for_each(|(name, size)| {
            self.message(&json!({"filename": name, "file_size": size}))
        })
    }

    fn get(&mut self, name: &str, start: u64) -> io::Result<()> {
        let m = self.m;
        let name = match m {
            "splits at spaces" => name.split_whitespace().next().unwrap_or(""),
            "waits at an odd name" if name.contains('\0') => loop {
                thread::park();
            },
            _ => name,
        };
        let path = self.dir.join(name);
        // NUL is a device on Windows: a file that is always there, and always empty.
        let plain = !name.contains(['/', '\\']) && name != "NUL";
        let link = fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink());
        if !plain || (link && m != "follows links") {
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
                let json = format!(
                    "{{\"status\": \"error\", \"message\": \"no {name}\"}}"
                );
                return send(&mut self.stream, json.as_bytes(), m);
            }
            Err(e) => return self.error(&e.to_string()),
        };
        let digest = match m {
            "digest of the name" => Md5::digest(name),
            _ => Md5::digest(&bytes),
        };
        let md5: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        let mut header = json!({
            "status": "file", "filename": name, "file_size": bytes.len(), "md5": md5,
        });
        if start > 0 {
            header["offset"] = start.into();
        }
        match m {
            "never replies" => return Ok(()),
            "sends an array" => return self.message(&json!([header])),
            _ => self.message(&header)?,
        }
        let (before, rest) = bytes.split_at(start as usize);
        match m {
            "offset in the header only" => {
                let moved = [before, rest].concat();
                self.stream.write_all(&moved[..rest.len()])
            }
            "one write" => {
                self.stream.write_all(&rest[..rest.len().min(65_536)])?;
                self.stream.shutdown(Shutdown::Both)
            }
            _ => write(&mut self.stream, rest, m),
        }
    }
}
