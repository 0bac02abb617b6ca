//! What a download leaves on the disk, whatever goes wrong: the earlier file whole,
//! and of the new one nothing, or a beginning that the next get goes on from.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use testing::{Finished, PATIENCE, Server, run};
use md5::{Digest, Md5};
use tempfile::{TempDir, tempdir};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

const EARLIER: &[u8] = b"an earlier good file";

/// How much of the file has come when a download is cut: no multiple of a buffer.
const CUT: usize = 100_001;

/// The file of most tests.
fn content() -> Vec<u8> {
    (0..=250).cycle().take(300_000).collect()
}

/// The same file, one byte changed in the part that comes before the cut.
fn changed() -> Vec<u8> {
    let mut content = content();
    content[7] ^= 1;
    content
}

// ---- The server of raw bytes ----

/// A server whose every byte is the test's own.
struct Raw {
    addr: String,
    ended: Receiver<()>,
}

impl Raw {
    fn new(talk: impl FnOnce(TcpListener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            talk(listener);
            let _ = end.send(());
        });
        Self { addr, ended }
    }

    /// On one connection: each of these requests, answered by this reply.
    fn expecting<const N: usize>(exchange: [(&str, Vec<u8>); N]) -> Self {
        let exchange = exchange.map(|(get, reply)| (get.to_string(), reply));
        Self::new(move |listener| {
            let mut stream = accept(&listener);
            for (get, reply) in &exchange {
                assert_eq!(request(&mut stream), *get);
                // Who sees through a lie may have closed before its end.
                let _ = stream.write_all(reply);
            }
            let _ = stream.shutdown(Shutdown::Write);
            until_it_leaves(&mut stream);
        })
    }

    /// Everything that the server was to do has been done.
    fn end(self) {
        self.ended.recv_timeout(PATIENCE).unwrap();
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The JSON of the next frame.
fn request(stream: &mut TcpStream) -> String {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut json = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut json).unwrap();
    String::from_utf8(json).unwrap()
}

fn until_it_leaves(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new()); // or resets: all the same
}

fn frame(json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_be_bytes();
    [&length, json.as_bytes()].concat()
}

/// The header of a whole file, and the part of it that begins at `offset`.
fn reply(content: &[u8], offset: usize) -> Vec<u8> {
    let md5: String =
        Md5::digest(content).iter().map(|b| format!("{b:02x}")).collect();
    let size = content.len();
    let at = match offset {
        0 => String::new(),
        _ => format!(r#""offset":{offset},"#),
    };
    let header = format!(
        r#"{{"status":"file","filename":"x.bin","file_size":{size},{at}"md5":"{md5}"}}"#
    );
    [&frame(&header), &content[offset..]].concat()
}

const GET: &str = r#"{"command":"get","filename":"x.bin"}"#;
const GET_THE_REST: &str =
    r#"{"command":"get","filename":"x.bin","offset":100001}"#;

// ---- The client and what it leaves behind ----

fn get(addr: &str, dir: &Path, name: &str) -> Finished {
    let dir = dir.to_str().unwrap();
    run(BIN, &["client", "--addr", addr, "--dir", dir, "get", name], b"")
}

fn get_x(server: &Raw, dir: &TempDir) -> Finished {
    get(&server.addr, dir.path(), "x.bin")
}

/// The single line on stderr, without `error: `.
fn one_error(done: &Finished) -> String {
    assert_eq!((done.status, done.text().as_str()), (1, ""), "{done:?}");
    let line = said(done);
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains(char::is_control), "{line:?}");
    line.strip_prefix("error: ").unwrap().into()
}

/// What is on stderr, but for what a client says on a machine that is very busy.
fn said(done: &Finished) -> String {
    done.stderr
        .replace("Waiting: the server may be computing the digest.\n", "")
}

fn succeeded(done: &Finished) {
    assert_eq!((done.status, said(done)), (0, "".into()));
}

/// What is in a folder is exactly this.
fn holds(dir: &Path, wanted: &[(&str, &[u8])]) {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let wanted_names: Vec<&str> =
        wanted.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted_names);
    for (name, bytes) in wanted {
        assert!(fs::read(dir.join(name)).unwrap() == *bytes, "{name}");
    }
}

/// A folder with an earlier good file in it, and perhaps the beginning of a new
/// one.
fn folder(unfinished: Option<&[u8]>) -> TempDir {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("x.bin"), EARLIER).unwrap();
    if let Some(bytes) = unfinished {
        fs::write(dir.path().join("x.bin.unfinished"), bytes).unwrap();
    }
    dir
}

fn wait_for_length(path: &Path, length: usize) {
    let started = Instant::now();
    while fs::metadata(path).map_or(0, |m| m.len()) < length as u64 {
        assert!(started.elapsed() < PATIENCE, "{} stays short", path.display());
        thread::sleep(Duration::from_millis(1));
    }
}

// ---- An earlier file of the same name ----

#[test]
fn an_earlier_file_is_replaced_by_a_verified_one() {
    let server = Raw::expecting([(GET, reply(&content(), 0))]);
    let dir = folder(None);
    succeeded(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn an_earlier_file_is_whole_after_a_wrong_digest() {
    let mut damaged = reply(&content(), 0);
    *damaged.last_mut().unwrap() ^= 1;
    let server = Raw::expecting([(GET, damaged)]);
    let dir = folder(None);
    let error = one_error(&get_x(&server, &dir));
    assert!(error.contains("it was damaged or changed on its way"), "{error}");
    holds(dir.path(), &[("x.bin", EARLIER)]);
    server.end();
}

#[cfg(unix)]
#[test]
fn a_link_under_the_final_name_is_replaced_and_not_followed() {
    let server = Raw::expecting([(GET, reply(&content(), 0))]);
    let (dir, elsewhere) = (tempdir().unwrap(), folder(None));
    let target = elsewhere.path().join("x.bin");
    std::os::unix::fs::symlink(&target, dir.path().join("x.bin")).unwrap();
    succeeded(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", &content())]);
    holds(elsewhere.path(), &[("x.bin", EARLIER)]);
    server.end();
}

// ---- Cut, and gone on with ----

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let cut = reply(&content(), 0);
    let sent = cut.len() - content().len() + CUT;
    let server = Raw::expecting([(GET, cut[..sent].to_vec())]);
    let dir = folder(None);
    let error = one_error(&get_x(&server, &dir));
    let wanted = format!(
        "cannot get x.bin from {}: the connection ended 199999 bytes too \
         early; get it again: it goes on with what has come",
        server.addr
    );
    assert_eq!(error, wanted);
    let kept = &content()[..CUT];
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();

    let server = Raw::expecting([(GET_THE_REST, reply(&content(), CUT))]);
    succeeded(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_earlier_file_whole_and_a_beginning_to_go_on_with() {
    if ctrl_c_is_ignored() {
        println!("skipped: this shell lets its programs ignore Ctrl-C");
        return;
    }
    killed_in_the_middle("INT", 2);
}

#[cfg(unix)]
#[test]
fn kill_9_leaves_the_earlier_file_whole_and_a_beginning_to_go_on_with() {
    killed_in_the_middle("KILL", 9);
}

#[cfg(unix)]
fn killed_in_the_middle(signal: &str, number: i32) {
    use std::os::unix::process::ExitStatusExt;

    let server = Raw::new(|listener| {
        let mut first = accept(&listener);
        assert_eq!(request(&mut first), GET);
        let whole = reply(&content(), 0);
        let sent = whole.len() - content().len() + CUT;
        first.write_all(&whole[..sent]).unwrap();
        until_it_leaves(&mut first);

        let mut second = accept(&listener);
        assert_eq!(request(&mut second), GET_THE_REST);
        second.write_all(&reply(&content(), CUT)).unwrap();
        until_it_leaves(&mut second);
    });
    let dir = folder(None);
    let mut client = spawn(&server.addr, dir.path(), &["get", "x.bin"]);
    wait_for_length(&dir.path().join("x.bin.unfinished"), CUT);
    let pid = client.id().to_string();
    let kill = ["-s", signal, &pid];
    assert!(Command::new("kill").args(kill).status().unwrap().success());
    assert_eq!(client.wait().unwrap().signal(), Some(number));
    let kept = &content()[..CUT];
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);

    succeeded(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

/// A program that a shell without job control has put into the background ignores
/// Ctrl-C, and so do the programs that it starts.
#[cfg(unix)]
fn ctrl_c_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    let mask = u64::from_str_radix(mask.unwrap_or("0"), 16).unwrap();
    mask & (1 << (2 - 1)) != 0
}

const AGAIN: &str = "That is not the file whose start is here: again, whole.\n";

#[test]
fn a_file_that_has_changed_in_between_is_fetched_anew_by_the_same_command() {
    let server = Raw::expecting([
        (GET_THE_REST, reply(&changed(), CUT)),
        (GET, reply(&changed(), 0)),
    ]);
    let dir = folder(Some(&content()[..CUT]));
    let done = get_x(&server, &dir);
    assert_eq!((done.status, said(&done).as_str()), (0, AGAIN));
    holds(dir.path(), &[("x.bin", &changed())]);
    server.end();
}

#[test]
fn a_file_that_is_wrong_the_second_time_too_is_not_fetched_a_third_time() {
    let mut damaged = reply(&changed(), 0);
    *damaged.last_mut().unwrap() ^= 1;
    let server = Raw::expecting([
        (GET_THE_REST, reply(&changed(), CUT)),
        (GET, damaged),
    ]);
    let dir = folder(Some(&content()[..CUT]));
    let done = get_x(&server, &dir);
    assert_eq!(done.status, 1);
    let said = said(&done);
    let error = said.strip_prefix(AGAIN).unwrap();
    assert!(error.contains("it was damaged or changed on its way"), "{error}");
    holds(dir.path(), &[("x.bin", EARLIER)]);
    server.end();
}

#[test]
fn a_server_that_does_not_resume_sends_the_file_from_its_start() {
    let server = Raw::expecting([(GET_THE_REST, reply(&content(), 0))]);
    let dir = folder(Some(&changed()[..CUT]));
    succeeded(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn another_offset_than_the_one_asked_for_is_refused() {
    let server = Raw::expecting([(GET_THE_REST, reply(&content(), CUT + 1))]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    let error = one_error(&get_x(&server, &dir));
    let wanted = "(it goes on at byte 100002 of 300000 instead of byte 100001)";
    assert!(error.contains(wanted), "{error}");
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

#[test]
fn an_offset_behind_the_end_of_the_file_is_refused() {
    let beginning = reply(&content()[..10], 0);
    let header = String::from_utf8(beginning[4..beginning.len() - 10].into());
    let header = header.unwrap().replace("md5", r#"offset":100001,"md5"#);
    let server = Raw::expecting([(GET_THE_REST, frame(&header))]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    let error = one_error(&get_x(&server, &dir));
    let wanted = "(it goes on at byte 100001 of 10 instead of byte 100001)";
    assert!(error.contains(wanted), "{error}");
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

#[test]
fn a_beginning_outlives_a_server_that_has_no_such_file_today() {
    let no = frame(r#"{"status":"error","message":"no such file: x.bin"}"#);
    let server = Raw::expecting([(GET_THE_REST, no)]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    one_error(&get_x(&server, &dir));
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

// The same with the real server, whose part in this is to send the rest.

/// Shares content() as x.bin.
fn share() -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("x.bin"), content()).unwrap();
    let server = Server::start(BIN, &["--dir", dir.path().to_str().unwrap()]);
    (dir, server)
}

#[test]
fn every_beginning_is_gone_on_with_or_replaced() {
    let (_share, server) = share();
    let (longer, other) = ([&content()[..], b"more"].concat(), changed());
    for (unfinished, wanted) in [
        (&content()[..0], ""),
        (&content()[..1], ""),
        (&content()[..65_536], ""),
        (&content()[..299_999], ""),
        (&content()[..], ""), // all there, but not yet renamed
        (&longer[..], ""),    // the server starts anew by itself
        (&other[..CUT], AGAIN),
        (&other[..], AGAIN),
    ] {
        let dir = folder(Some(unfinished));
        let done = get(&server.addr, dir.path(), "x.bin");
        let length = unfinished.len();
        assert_eq!((done.status, &said(&done)[..]), (0, wanted), "{length}");
        holds(dir.path(), &[("x.bin", &content())]);
    }
}

#[test]
fn the_lesson_says_that_names_of_unfinished_downloads_are_its_own() {
    let (share, server) = share();
    // In capitals it is the same file on Windows and macOS.
    for name in ["x.bin.unfinished", "x.bin.UNFINISHED", ".unfinished"] {
        fs::write(share.path().join(name), b"trap").unwrap();
        let kept = &content()[..CUT];
        let dir = folder(Some(kept));
        let error = one_error(&get(&server.addr, dir.path(), name));
        let wanted = format!(
            "{name}: names that end in .unfinished are those of unfinished \
             downloads; rename the file on the server"
        );
        assert_eq!(error, wanted);
        holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    }
}

/// Windows has a limit for the whole path besides, which comes first.
#[cfg(not(windows))]
#[cfg(unix)] // some systems have a limit for the whole path, too
#[test]
fn a_name_with_no_room_for_what_comes_behind_it_is_refused() {
    let (share, server) = share();
    let dir = tempdir().unwrap();
    let longest = "n".repeat(255 - ".unfinished".len());
    fs::write(share.path().join(&longest), b"N").unwrap();
    succeeded(&get(&server.addr, dir.path(), &longest));
    holds(dir.path(), &[(&longest, b"N")]);

    let error = one_error(&get(&server.addr, dir.path(), &(longest + "n")));
    assert!(error.ends_with("give it a shorter name on the server"), "{error}");
}

// ---- Two clients and one folder ----

#[test]
fn the_second_of_two_clients_in_one_folder_is_told_to_wait() {
    let (go_on, told) = mpsc::channel();
    let server = Raw::new(move |listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        told.recv_timeout(PATIENCE).unwrap();
        stream.write_all(rest).unwrap();
        until_it_leaves(&mut stream);
    });
    let dir = folder(None);
    thread::scope(|scope| {
        let addr = &server.addr;
        let first = scope.spawn(|| get(addr, dir.path(), "x.bin"));
        let unfinished = dir.path().join("x.bin.unfinished");
        wait_for_length(&unfinished, content().len() - 100);
        let error = one_error(&get_x(&server, &dir));
        let wanted = format!(
            "another client is downloading x.bin into {}; wait for it, or \
             choose another folder with --dir",
            dir.path().display()
        );
        assert_eq!(error, wanted);
        go_on.send(()).unwrap();
        succeeded(&first.join().unwrap());
    });
    holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn twenty_clients_in_one_folder_leave_one_whole_file() {
    let (_share, server) = share();
    let dir = folder(None);
    let done: Vec<Finished> = thread::scope(|scope| {
        let clients: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| get(&server.addr, dir.path(), "x.bin")))
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert!(done.iter().any(|done| done.status == 0));
    for failed in done.iter().filter(|done| done.status != 0) {
        let error = one_error(failed);
        assert!(error.starts_with("another client is downloading"), "{error}");
    }
    holds(dir.path(), &[("x.bin", &content())]);
}

// ---- The download folder ----

#[test]
fn a_folder_that_is_missing_is_created() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let deep = dir.path().join("not/yet/there");
    succeeded(&get(&server.addr, &deep, "x.bin"));
    holds(&deep, &[("x.bin", &content())]);
}

#[test]
fn a_folder_that_is_a_file_is_an_error() {
    let (_share, server) = share();
    let dir = folder(None);
    let file = dir.path().join("x.bin");
    let error = one_error(&get(&server.addr, &file, "x.bin"));
    let wanted = format!(
        "cannot create the folder {}; choose another with --dir: ",
        file.display()
    );
    assert!(error.starts_with(&wanted), "{error}");
    holds(dir.path(), &[("x.bin", EARLIER)]);
}

#[test]
fn a_folder_under_the_final_name_is_an_error() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let taken = dir.path().join("x.bin");
    fs::create_dir(&taken).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    let wanted = format!(
        "{} is a folder; move it away, or choose another with --dir",
        taken.display()
    );
    assert_eq!(error, wanted);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_not_writable_is_an_error() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let (_share, server) = share();
    let dir = folder(None);
    let mode = fs::Permissions::from_mode(0o555);
    fs::set_permissions(dir.path(), mode).unwrap();
    let mut client = client(&server.addr, dir.path(), &["get", "x.bin"]);
    if dir.path().metadata().unwrap().uid() == 0 {
        // Everything is writable for root: somebody else has to try.
        client.uid(65_534).gid(65_534);
    }
    let done = client.output();
    // So that the folder can be removed at the end.
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path(), mode).unwrap();
    let Ok(done) = done else {
        println!("skipped: root, and nobody else may run {BIN}");
        return;
    };
    let wanted = format!(
        "error: cannot write into {}; choose another with --dir: Permission \
         denied (os error 13)\n",
        dir.path().display()
    );
    assert_eq!(String::from_utf8(done.stderr).unwrap(), wanted);
    assert_eq!(done.status.code(), Some(1));
    holds(dir.path(), &[("x.bin", EARLIER)]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_vanishes_during_the_download_is_an_error() {
    let dir = folder(None);
    let path = dir.path().to_path_buf();
    let server = Raw::new(move |listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        wait_for_length(&path.join("x.bin.unfinished"), content().len() - 100);
        fs::remove_dir_all(path).unwrap();
        stream.write_all(rest).unwrap();
        until_it_leaves(&mut stream);
    });
    let error = one_error(&get_x(&server, &dir));
    let wanted = format!(
        "somebody has removed {} meanwhile; get it again",
        dir.path().join("x.bin.unfinished").display()
    );
    assert!(error.ends_with(&wanted), "{error}");
    server.end();
}

/// Who is told that another client is downloading may remove what that one writes.
#[cfg(unix)]
#[test]
fn a_beginning_that_somebody_has_replaced_is_not_taken_for_the_whole() {
    let dir = folder(None);
    let path = dir.path().join("x.bin.unfinished");
    let server = Raw::new(move |listener| {
        let mut stream = accept(&listener);
        request(&mut stream);
        let whole = reply(&content(), 0);
        let (begin, rest) = whole.split_at(whole.len() - 100);
        stream.write_all(begin).unwrap();
        wait_for_length(&path, content().len() - 100);
        fs::remove_file(&path).unwrap();
        fs::write(path, b"half of another one").unwrap();
        stream.write_all(rest).unwrap();
        until_it_leaves(&mut stream);
    });
    let error = one_error(&get_x(&server, &dir));
    assert!(error.contains("somebody has removed"), "{error}");
    let other: &[u8] = b"half of another one";
    holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", other)]);
    server.end();
}

#[cfg(unix)]
#[test]
fn a_link_under_the_unfinished_name_is_not_followed() {
    let (_share, server) = share();
    let dir = tempdir().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, EARLIER).unwrap();
    let link = dir.path().join("x.bin.unfinished");
    std::os::unix::fs::symlink("victim", link).unwrap();
    let error = one_error(&get(&server.addr, dir.path(), "x.bin"));
    assert!(error.ends_with("x.bin.unfinished is in the way; remove it"));
    assert_eq!(fs::read(victim).unwrap(), EARLIER);
}

/// `get a b | head -1` has seen enough, but still wants its files.
#[cfg(unix)]
#[test]
fn a_closed_pipe_does_not_stop_the_downloads() {
    let (share, server) = share();
    fs::write(share.path().join("y.bin"), b"y").unwrap();
    let dir = tempdir().unwrap();
    let mut child =
        client(&server.addr, dir.path(), &["get", "x.bin", "y.bin"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(dir.path().join("y.bin").exists());
}

// ---- The disk is full ----

/// A disk of one mebibyte, in memory.
#[cfg(target_os = "linux")]
struct SmallDisk(TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    /// None when this user cannot mount, as most cannot.
    fn mount() -> Option<Self> {
        let dir = tempdir().unwrap();
        let args = ["-t", "tmpfs", "-o", "size=1m", "tmpfs"];
        let mount = Command::new("mount").args(args).arg(dir.path()).output();
        mount.is_ok_and(|done| done.status.success()).then_some(Self(dir))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_earlier_file_and_what_has_come() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small tmpfs cannot be mounted by this user");
        return;
    };
    let dir = disk.0.path();
    fs::write(dir.join("x.bin"), EARLIER).unwrap();
    let content = content().repeat(5);
    let share = tempdir().unwrap();
    fs::write(share.path().join("x.bin"), &content).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);

    let error = one_error(&get(&server.addr, dir, "x.bin"));
    let wanted = format!(
        "cannot get x.bin from {}: cannot write the file; make room and get it \
         again: it goes on with what has come: No space left on device (os \
         error 28)",
        server.addr
    );
    assert_eq!(error, wanted);
    let kept = fs::read(dir.join("x.bin.unfinished")).unwrap();
    assert!(kept.len() > 1_000_000 && content.starts_with(&kept));
    holds(dir, &[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);

    let remount = ["-o", "remount,size=4m"];
    let room = Command::new("mount").args(remount).arg(dir).status().unwrap();
    assert!(room.success());
    succeeded(&get(&server.addr, dir, "x.bin"));
    holds(dir, &[("x.bin", &content)]);
}

// ---- A file that changes while it is sent ----

const MIB: u64 = 1 << 20;

/// Between the real server and the real client: lets the header through, then
/// changes the shared file, then lets the rest through. The file is much larger than
/// what the sockets hold, so that the server has not read its end by then.
fn changing(change: impl FnOnce(&Path) + Send + 'static) -> Changing {
    let share = tempdir().unwrap();
    let shared = share.path().join("x.bin");
    File::create(&shared).unwrap().set_len(16 * MIB).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);
    let (to, path) = (server.addr.clone(), shared.clone());
    let relay = Raw::new(move |listener| {
        let client = accept(&listener);
        let server = TcpStream::connect(to).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &client, &mut &server);
                let _ = server.shutdown(Shutdown::Write);
            });
            let header = request(&mut server.try_clone().unwrap());
            (&client).write_all(&frame(&header)).unwrap();
            change(&path);
            let _ = io::copy(&mut &server, &mut &client);
            let _ = client.shutdown(Shutdown::Write);
        });
    });
    let dir = folder(None);
    let done = get_x(&relay, &dir);
    relay.end();
    Changing { done, dir, server, shared, _share: share }
}

struct Changing {
    done: Finished,
    dir: TempDir,
    server: Server,
    shared: PathBuf,
    _share: TempDir,
}

fn writable(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_noticed() {
    let shrunk = changing(|shared| writable(shared).set_len(12 * MIB).unwrap());
    let error = one_error(&shrunk.done);
    let wanted = format!("ended {} bytes too early; ", 4 * MIB);
    assert!(error.contains(&wanted), "{error}");
    let kept = vec![0; 12 << 20];
    let dir = shrunk.dir.path();
    holds(dir, &[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);
    // What has come is all that there is now.
    succeeded(&get(&shrunk.server.addr, dir, "x.bin"));
    holds(dir, &[("x.bin", &fs::read(shrunk.shared).unwrap())]);
}

#[test]
fn a_file_that_grows_while_it_is_sent_arrives_as_it_was() {
    let grown = changing(|shared| writable(shared).set_len(20 * MIB).unwrap());
    succeeded(&grown.done);
    holds(grown.dir.path(), &[("x.bin", &vec![0; 16 << 20])]);
}

#[test]
fn a_file_that_is_written_to_while_it_is_sent_is_noticed() {
    let rewritten = changing(|shared| {
        let mut file = writable(shared);
        file.seek(SeekFrom::Start(14 * MIB)).unwrap();
        file.write_all(b"new").unwrap();
    });
    let error = one_error(&rewritten.done);
    assert!(error.contains("it was damaged or changed on its way"), "{error}");
    let dir = rewritten.dir.path();
    holds(dir, &[("x.bin", EARLIER)]);
    succeeded(&get(&rewritten.server.addr, dir, "x.bin"));
    holds(dir, &[("x.bin", &fs::read(rewritten.shared).unwrap())]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_it_is_sent_arrives_as_it_was() {
    let replaced = changing(|shared| {
        let new = shared.with_extension("new");
        fs::write(&new, b"new").unwrap();
        fs::rename(new, shared).unwrap();
    });
    succeeded(&replaced.done);
    holds(replaced.dir.path(), &[("x.bin", &vec![0; 16 << 20])]);
}

// ---- Memory ----

#[cfg(target_os = "linux")]
#[test]
fn a_large_file_takes_no_more_memory_than_a_small_one() {
    use std::io::{BufRead, BufReader};

    let share = tempdir().unwrap();
    let size = 256 * MIB;
    let big = File::create(share.path().join("big")).unwrap();
    big.set_len(size).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);
    let dir = tempdir().unwrap();
    let mut client = spawn(&server.addr, dir.path(), &[]);
    let mut stdin = client.stdin.take().unwrap();
    let mut stdout = BufReader::new(client.stdout.take().unwrap());
    let mut line = String::new();

    stdin.write_all(b"get big\n").unwrap();
    stdout.read_line(&mut line).unwrap();
    // Of 256 MiB of zeros, as md5sum prints it.
    let told = "big: 268435456 bytes, md5 1f5039e50bd66b290c56684d8550c6c2, ";
    assert!(line.starts_with(told), "{line}");
    for pid in [client.id(), server.id()] {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        assert!(kib.parse::<u64>().unwrap() < 16 * 1024, "{kib} KiB");
    }
    drop(stdin);
    assert!(client.wait().unwrap().success());
}

// ---- A client that can be looked at while it runs ----

#[cfg(unix)]
use std::process::{Child, Command, Stdio};

#[cfg(unix)]
fn client(addr: &str, dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command.args(["client", "--addr", addr, "--dir"]).arg(dir).args(args);
    command
}

#[cfg(unix)]
fn spawn(addr: &str, dir: &Path, args: &[&str]) -> Child {
    let mut command = client(addr, dir, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::null()).spawn().unwrap()
}
