//! The real server, and raw bytes on a socket: every lie that a client can tell.
//!
//! The frames are written by hand here, so that a mistake in the course's own frames
//! cannot hide itself.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use testing::{PATIENCE, Server, run};
use socket2::SockRef;
use tempfile::TempDir;

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

/// What `md5sum` and `sha256sum` say of the three bytes `abc`.
const MD5_OF_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";
const SHA256_OF_ABC: &str =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// More than the buffers of two sockets hold, on every system: whoever has received
/// the header of so long a file knows that the server is still sending it.
const LONG: u64 = 64 << 20;

/// A server, and the folder that it shares: `abc.txt` is in it.
struct Sharing {
    server: Server,
    folder: TempDir,
}

impl Sharing {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("abc.txt"), "abc").unwrap();
        let dir = ["--dir", folder.path().to_str().unwrap()];
        let server = Server::start(BIN, &[&dir, options].concat());
        Self { server, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// A file of zeros that takes no room on the disk.
    fn write_zeros(&self, name: &str, size: u64) {
        File::create(self.path(name)).unwrap().set_len(size).unwrap();
    }
}

impl Deref for Sharing {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// A connection without our client in between.
fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.addr).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends the bytes, says that they are all, and returns all that comes back.
fn exchange(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(server);
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(stream)
}

/// Everything up to the end of the stream.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

fn frame(json: impl AsRef<[u8]>) -> Vec<u8> {
    let json = json.as_ref();
    let length = u32::try_from(json.len()).unwrap();
    [&length.to_be_bytes(), json].concat()
}

/// Takes the next frame, and nothing behind it.
fn read_frame(stream: &mut TcpStream) -> String {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut json = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut json).unwrap();
    String::from_utf8(json).unwrap()
}

/// Text as JSON writes it, between quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn get(name: &str) -> Vec<u8> {
    frame(format!(r#"{{"command":"get","filename":{}}}"#, quoted(name)))
}

fn get_from(name: &str, offset: impl ToString) -> Vec<u8> {
    let offset = offset.to_string();
    frame(format!(
        r#"{{"command":"get","filename":{},"offset":{offset}}}"#,
        quoted(name)
    ))
}

fn list() -> Vec<u8> {
    frame(r#"{"command":"list"}"#)
}

/// The header that announces a file.
fn header(name: &str, size: u64, md5: &str) -> String {
    format!(
        r#"{{"status":"file","filename":{},"file_size":{size},"md5":"{md5}"}}"#,
        quoted(name)
    )
}

/// The whole reply that brings a file which contains `abc`.
fn abc(name: &str) -> Vec<u8> {
    [&frame(header(name, 3, MD5_OF_ABC)), &b"abc"[..]].concat()
}

/// The whole reply that lists these files.
fn listing(files: &[(&str, u64)]) -> Vec<u8> {
    let count = files.len();
    let mut bytes = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
    for (name, size) in files {
        let name = quoted(name);
        bytes.extend(frame(format!(
            r#"{{"filename":{name},"file_size":{size}}}"#
        )));
    }
    bytes
}

fn error(message: &str) -> Vec<u8> {
    frame(format!(r#"{{"status":"error","message":{}}}"#, quoted(message)))
}

/// Exactly these bytes? When not, both are shown as text.
#[track_caller]
fn assert_same(got: &[u8], wanted: &[u8]) {
    let shown = |bytes: &[u8]| {
        let start = &bytes[..bytes.len().min(2000)];
        format!("{} bytes: {}", bytes.len(), start.escape_ascii())
    };
    assert!(got == wanted, "\n{}\ninstead of\n{}", shown(got), shown(wanted));
}

/// Whatever somebody else has done: the next client gets its file.
#[track_caller]
fn assert_serves(server: &Server) {
    assert_same(&exchange(server, &get("abc.txt")), &abc("abc.txt"));
}

// ---- The wire ----

#[test]
fn a_file_comes_behind_a_header_with_its_md5() {
    let sharing = Sharing::start(&[]);
    assert_same(
        &exchange(&sharing, &get("abc.txt")),
        b"\x00\x00\x00\x5d{\"status\":\"file\",\"filename\":\"abc.txt\",\
          \"file_size\":3,\"md5\":\"900150983cd24fb0d6963f7d28e17f72\"}abc",
    );
}

#[test]
fn checksum_sha256_puts_a_sha256_in_place_of_the_md5() {
    let sharing = Sharing::start(&["--checksum", "sha256"]);
    let header = header("abc.txt", 3, MD5_OF_ABC)
        .replace("md5", "sha256")
        .replace(MD5_OF_ABC, SHA256_OF_ABC);
    let wanted = [&frame(header), &b"abc"[..]].concat();
    assert_same(&exchange(&sharing, &get("abc.txt")), &wanted);
}

#[test]
fn a_listing_is_a_count_and_then_the_files_by_name() {
    let sharing = Sharing::start(&[]);
    sharing.write("empty", "");
    sharing.write("粘包.txt", "12345");
    sharing.write("B", "1");
    fs::create_dir(sharing.path("folder")).unwrap();
    assert_same(
        &exchange(&sharing, &list()),
        &listing(&[("B", 1), ("abc.txt", 3), ("empty", 0), ("粘包.txt", 5)]),
    );
}

#[test]
fn an_empty_folder_is_an_empty_listing() {
    let sharing = Sharing::start(&[]);
    fs::remove_file(sharing.path("abc.txt")).unwrap();
    assert_same(&exchange(&sharing, &list()), &listing(&[]));
}

#[test]
fn a_file_that_is_not_there_is_an_error_and_the_connection_goes_on() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &[get("b.txt"), get("abc.txt")].concat());
    let message = b"{\"status\":\"error\",\"message\":\"no such file: b.txt\"}";
    let wanted = [&frame(message)[..], &abc("abc.txt")].concat();
    assert_same(&reply, &wanted);
}

#[test]
fn a_goodbye_between_two_frames_is_answered_by_nothing() {
    let sharing = Sharing::start(&[]);
    assert_same(&exchange(&sharing, b""), b"");
    sharing.said(|log| log.contains(" closed\n"));
    assert_serves(&sharing);
}

#[test]
fn five_requests_in_one_write_are_five_replies_in_their_order() {
    let sharing = Sharing::start(&[]);
    sharing.write("x", "abc");
    let requests = [get("x"), list(), get("y"), get("abc.txt"), get("x")];
    let replies = [
        abc("x"),
        listing(&[("abc.txt", 3), ("x", 3)]),
        error("no such file: y"),
        abc("abc.txt"),
        abc("x"),
    ];
    assert_same(&exchange(&sharing, &requests.concat()), &replies.concat());
}

#[test]
fn a_request_that_comes_one_byte_at_a_time_is_a_request() {
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    for byte in [get("abc.txt"), list()].concat() {
        stream.write_all(&[byte]).unwrap();
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let wanted = [abc("abc.txt"), listing(&[("abc.txt", 3)])].concat();
    assert_same(&rest(stream), &wanted);
}

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let sharing = Sharing::start(&[]);
    let requests = [
        r#"{"command":"get","filename":"abc.txt","color":{"red":[1]}}"#,
        r#"{"filename":"abc.txt","md5":null,"command":"get"}"#,
        " {\"command\" : \"get\",\r\n\t\"filename\": \"\\u0061bc.txt\" } ",
        r#"{"command":"list","filename":7}"#,
    ];
    let replies = [
        abc("abc.txt"),
        abc("abc.txt"),
        abc("abc.txt"),
        listing(&[("abc.txt", 3)]),
    ];
    let requests = requests.map(frame).concat();
    assert_same(&exchange(&sharing, &requests), &replies.concat());
}

#[test]
fn the_longest_frame_is_a_request_like_any_other() {
    let sharing = Sharing::start(&[]);
    let request = r#"{"command":"get","filename":"abc.txt"}"#;
    let request = request.to_string() + &" ".repeat(65_536 - request.len());
    assert_same(&exchange(&sharing, &frame(request)), &abc("abc.txt"));
}

// ---- Names that must work ----

/// Asserts that a file of this name is listed, and sent.
#[track_caller]
fn assert_works(name: &str) {
    let sharing = Sharing::start(&[]);
    sharing.write(name, "abc");
    assert_same(&exchange(&sharing, &get(name)), &abc(name));
    let mut files = [("abc.txt", 3), (name, 3)];
    files.sort();
    assert_same(&exchange(&sharing, &list()), &listing(&files));
}

#[test]
fn a_name_with_spaces_works() {
    assert_works(" two  words and a half .txt");
}

#[test]
fn a_chinese_name_works() {
    assert_works("粘包.txt");
}

#[test]
fn an_emoji_works() {
    assert_works("👩‍💻🦀.txt");
}

#[test]
fn parentheses_and_quotes_work() {
    assert_works("(test).txt");
    assert_works("it's {100%} #1 & $HOME; `x` ~[y]!.txt");
}

#[test]
fn dots_inside_a_name_and_before_it_work() {
    assert_works("a..b");
    assert_works(".hidden");
    assert_works("..two");
    assert_works("...three.dots.txt");
}

#[test]
fn names_that_begin_like_devices_work() {
    for name in ["null.txt", "COM", "com10", "console.log", "auxiliary"] {
        assert_works(name);
    }
}

/// Windows has a limit for the whole path besides, which comes first.
#[cfg(not(windows))]
#[test]
fn the_longest_name_that_a_file_can_have_works() {
    assert_works(&"n".repeat(255));
    assert_works(&"包".repeat(85)); // 255 bytes on Linux, 85 units elsewhere
}

// ---- Names that lie ----

/// Asserts that asking for this name gets this error, that the connection goes on
/// afterwards, and that others are served.
#[track_caller]
fn assert_no_file(sharing: &Sharing, name: &str, message: &str) {
    let reply = exchange(sharing, &[get(name), get("abc.txt")].concat());
    assert_same(&reply, &[error(message), abc("abc.txt")].concat());
    assert_serves(sharing);
}

/// The same for a name that no shared file can have.
#[track_caller]
fn assert_no_name(name: &str, why: &str) {
    assert_no_name_in(&Sharing::start(&[]), name, why);
}

#[track_caller]
fn assert_no_name_in(sharing: &Sharing, name: &str, why: &str) {
    let shown: String = name.chars().take(40).collect();
    let message =
        format!("{shown:?} cannot be the name of a shared file: {why}");
    assert_no_file(sharing, name, &message);
}

const LEADS_AWAY: &str = "it leads into another folder";
const ENDS_IN_DOT: &str =
    "Windows drops a dot or a space at its end, and opens another file";
const DEVICE: &str = "it is a device on Windows";

#[test]
fn the_folder_above_is_not_shared() {
    assert_no_name("../x", LEADS_AWAY);
    assert_no_name("../../../../../../../../etc/passwd", LEADS_AWAY);
    assert_no_name("./../x", LEADS_AWAY);
}

#[test]
fn an_absolute_path_is_no_name() {
    assert_no_name("/etc/passwd", LEADS_AWAY);
    assert_no_name("//server/share/x", LEADS_AWAY);
    assert_no_name("/", LEADS_AWAY);
    // Not even the one of a file that is shared.
    let sharing = Sharing::start(&[]);
    let path = sharing.path("abc.txt");
    assert_no_name_in(&sharing, path.to_str().unwrap(), LEADS_AWAY);
}

#[test]
fn a_file_in_a_folder_in_the_folder_is_not_shared() {
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    sharing.write("sub/x", "secret");
    assert_no_name_in(&sharing, "sub/x", LEADS_AWAY);
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
}

#[test]
fn a_folder_is_no_file() {
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    assert_no_file(&sharing, "sub", "not a file: sub");
}

#[test]
fn an_empty_name_is_no_name() {
    assert_no_name("", "it is empty");
}

#[test]
fn a_dot_is_no_name() {
    assert_no_name(".", "it is a folder");
}

#[test]
fn two_dots_are_no_name() {
    assert_no_name("..", "it is a folder");
}

#[test]
fn a_nul_byte_cuts_no_name_short() {
    assert_no_name("abc.txt\0.png", "it contains control characters");
}

#[test]
fn escape_codes_in_a_name_reach_no_terminal() {
    let sharing = Sharing::start(&[]);
    let name = "\x1b[31mred\u{9b}\n10.0.0.1 closed";
    assert_no_name_in(&sharing, name, "it contains control characters");
    let log = sharing.said(|log| log.contains(r"\u{1b}[31mred\u{9b}\n10."));
    assert!(!log.contains('\x1b') && !log.contains("\n10.0.0.1 closed"));
}

#[test]
fn a_name_of_5000_characters_is_no_name_and_fills_no_screen() {
    let sharing = Sharing::start(&[]);
    let why = "it is longer than the 255 bytes that a file's name can have";
    assert_no_name_in(&sharing, &"n".repeat(5000), why);
    assert_no_name_in(&sharing, &"n".repeat(256), why);
    let log = sharing.said(|log| log.contains("nnnnn"));
    assert!(log.lines().all(|line| line.len() < 600), "{log}");
}

#[test]
fn a_backslash_leads_into_another_folder_too() {
    assert_no_name(r"..\x", LEADS_AWAY);
    assert_no_name(r"sub\x", LEADS_AWAY);
    assert_no_name(r"\\server\share\x", LEADS_AWAY);
    assert_no_name(r"C:\x", LEADS_AWAY);
}

#[test]
fn a_colon_is_no_part_of_a_name() {
    let why = "a colon names a drive or a hidden stream on Windows";
    assert_no_name("C:x", why);
    assert_no_name("abc.txt::$DATA", why);
}

#[test]
fn the_devices_of_windows_are_no_names() {
    for name in ["NUL", "nul.txt", "COM1", "Con", "lpt9.tar.gz", "com¹", "AUX "]
    {
        let why = if name == "AUX " { ENDS_IN_DOT } else { DEVICE };
        assert_no_name(name, why);
    }
    assert_no_name("prn .txt", DEVICE);
    assert_no_name("CONIN$", DEVICE);
}

#[test]
fn a_dot_or_a_space_at_the_end_of_a_name_opens_no_other_file() {
    for name in ["abc.txt.", "abc.txt ", "abc.txt...", "...", " "] {
        assert_no_name(name, ENDS_IN_DOT);
    }
}

#[cfg(unix)]
mod unix {
    use std::sync::mpsc::{self, TryRecvError};

    use md5::{Digest, Md5};

    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn a_link_that_leads_out_is_refused_and_not_listed() {
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret");
        fs::write(&secret, "secret").unwrap();

        let sharing = Sharing::start(&[]);
        symlink(&secret, sharing.path("absolute")).unwrap();
        symlink("absolute", sharing.path("twice")).unwrap();
        symlink("/dev/zero", sharing.path("device")).unwrap();
        symlink(outside.path(), sharing.path("folder")).unwrap();
        symlink("..", sharing.path("above")).unwrap();
        let back = format!(
            "../{}/secret",
            outside.path().file_name().unwrap().to_str().unwrap()
        );
        symlink(back, sharing.path("relative")).unwrap();

        for name in
            ["absolute", "twice", "device", "folder", "above", "relative"]
        {
            let message = format!("{name} leads out of the shared folder");
            assert_no_file(&sharing, name, &message);
        }
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    }

    #[test]
    fn a_folder_whose_name_begins_like_the_shared_one_is_outside() {
        let around = tempfile::tempdir().unwrap();
        let (shared, other) =
            (around.path().join("share"), around.path().join("share-not"));
        fs::create_dir(&shared).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(other.join("x"), "secret").unwrap();
        symlink("../share-not/x", shared.join("x")).unwrap();

        let server = Server::start(BIN, &["--dir", shared.to_str().unwrap()]);
        let wanted = error("x leads out of the shared folder");
        assert_same(&exchange(&server, &get("x")), &wanted);
    }

    #[test]
    fn a_link_that_stays_inside_works_relative_and_absolute() {
        let sharing = Sharing::start(&[]);
        fs::create_dir(sharing.path("sub")).unwrap();
        sharing.write("sub/deep", "abc");
        symlink("abc.txt", sharing.path("relative")).unwrap();
        symlink(sharing.path("abc.txt"), sharing.path("absolute")).unwrap();
        symlink("sub/../sub/deep", sharing.path("deep")).unwrap();
        symlink("relative", sharing.path("twice")).unwrap();

        let names = ["absolute", "deep", "relative", "twice"];
        for name in names {
            assert_same(&exchange(&sharing, &get(name)), &abc(name));
        }
        let wanted = ["abc.txt", "absolute", "deep", "relative", "twice"];
        let wanted = listing(&wanted.map(|name| (name, 3)));
        assert_same(&exchange(&sharing, &list()), &wanted);
    }

    #[test]
    fn a_link_to_nothing_and_one_to_itself_are_no_files() {
        let sharing = Sharing::start(&[]);
        symlink("nothing", sharing.path("dangling")).unwrap();
        symlink("loop", sharing.path("loop")).unwrap();
        symlink(".", sharing.path("here")).unwrap();
        symlink("sub", sharing.path("to-sub")).unwrap();
        fs::create_dir(sharing.path("sub")).unwrap();
        assert_no_file(&sharing, "dangling", "no such file: dangling");
        assert_no_file(&sharing, "to-sub", "not a file: to-sub");
        assert_no_file(&sharing, "here", "no such file: here");
        // The system says why, each in its own words.
        let reply = exchange(&sharing, &get("loop"));
        let start = br#"{"status":"error","message":"cannot read loop: "#;
        assert_same(&reply[4..4 + start.len()], start);
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    }

    #[test]
    fn a_shared_folder_that_is_a_link_itself_is_a_folder() {
        let around = tempfile::tempdir().unwrap();
        fs::create_dir(around.path().join("real")).unwrap();
        fs::write(around.path().join("real/abc.txt"), "abc").unwrap();
        symlink("real", around.path().join("link")).unwrap();
        let dir = around.path().join("link");
        assert_serves(&Server::start(BIN, &["--dir", dir.to_str().unwrap()]));
    }

    #[test]
    fn a_pipe_and_a_socket_are_no_files_and_nobody_waits_for_them() {
        let sharing = Sharing::start(&[]);
        let made = Command::new("mkfifo").arg(sharing.path("pipe")).status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(sharing.path("socket")).unwrap();
        assert_no_file(&sharing, "pipe", "not a file: pipe");
        assert_no_file(&sharing, "socket", "not a file: socket");
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    }

    #[test]
    fn a_device_is_no_file() {
        let server = Server::start(BIN, &["--dir", "/dev"]);
        for name in ["zero", "null", "tty"] {
            let wanted = error(&format!("not a file: {name}"));
            assert_same(&exchange(&server, &get(name)), &wanted);
        }
        let files = exchange(&server, &list()).escape_ascii().to_string();
        assert!(
            files.contains("listing") && !files.contains("zero"),
            "{files}"
        );
    }

    #[test]
    fn a_file_that_may_not_be_read_is_an_error_and_not_listed() {
        let sharing = Sharing::start(&[]);
        sharing.write("locked", "secret");
        let nobody = PermissionsExt::from_mode(0o000);
        fs::set_permissions(sharing.path("locked"), nobody).unwrap();
        if File::open(sharing.path("locked")).is_ok() {
            eprintln!("skipped: the administrator may read every file");
            return;
        }
        assert_no_file(&sharing, "locked", "not permitted to read: locked");
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    }

    #[test]
    fn a_name_on_the_disk_that_no_request_can_have_is_not_listed() {
        let sharing = Sharing::start(&[]);
        for name in ["\x1b[31mred", "line\nbreak", r"a\b", "C:x", "NUL", "x."] {
            sharing.write(name, "secret");
        }
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    }

    /// macOS refuses to create such a file, and Windows has no such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_on_the_disk_that_is_not_utf_8_is_not_listed() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let sharing = Sharing::start(&[]);
        let name = OsStr::from_bytes(b"caf\xe9.txt");
        fs::write(sharing.folder.path().join(name), "x").unwrap();
        assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
        assert_no_file(
            &sharing,
            "caf\u{fffd}.txt",
            "no such file: caf\u{fffd}.txt",
        );
    }

    /// A file of zeros takes no room on Unix; a listing has to get its size right.
    #[test]
    fn a_file_of_more_than_4_gib_is_listed_with_its_size() {
        let sharing = Sharing::start(&[]);
        sharing.write_zeros("zeros", 5 << 30);
        let wanted = listing(&[("abc.txt", 3), ("zeros", 5_368_709_120)]);
        assert_same(&exchange(&sharing, &list()), &wanted);
    }

    #[test]
    fn a_file_replaced_by_one_of_the_same_size_and_time_has_its_own_digest() {
        let sharing = Sharing::start(&[]);
        let old = SystemTime::now() - Duration::from_secs(3600);
        sharing.write("new.txt", "xyz");
        for name in ["abc.txt", "new.txt"] {
            let file = File::options().write(true).open(sharing.path(name));
            file.unwrap().set_modified(old).unwrap();
        }
        assert_same(&exchange(&sharing, &get("abc.txt")), &abc("abc.txt"));
        fs::rename(sharing.path("new.txt"), sharing.path("abc.txt")).unwrap();
        let reply = exchange(&sharing, &get("abc.txt"));
        let md5_of_xyz = "d16fb36f0911f878998c136191af705e";
        let header = header("abc.txt", 3, md5_of_xyz);
        assert_same(&reply, &[&frame(header)[..], b"xyz"].concat());
    }

    #[test]
    fn a_link_that_is_swapped_in_while_we_look_leads_nowhere_either() {
        let sharing = Sharing::start(&[]);
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret");
        fs::write(&secret, "secret").unwrap();
        let swapped = sharing.path("swapped");
        fs::write(&swapped, "harmless").unwrap();
        let (stop, stopped) = mpsc::channel::<()>();
        let folder = sharing.folder.path().to_path_buf();
        let swapping = thread::spawn(move || {
            let new = folder.join("new");
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                std::os::unix::fs::symlink(&secret, &new).unwrap();
                fs::rename(&new, &swapped).unwrap();
                fs::write(&new, "harmless").unwrap();
                fs::rename(&new, &swapped).unwrap();
            }
        });
        let mut harmless = 0;
        for _ in 0..300 {
            let reply = exchange(&sharing, &get("swapped"));
            let reply = String::from_utf8(reply).unwrap();
            assert!(!reply.ends_with("secret"), "{reply}");
            harmless += usize::from(reply.ends_with("harmless"));
        }
        drop(stop);
        swapping.join().unwrap();
        assert!(harmless > 0);
    }

    #[test]
    fn a_file_that_grows_all_the_time_is_sent_as_long_as_it_was() {
        let sharing = Sharing::start(&[]);
        sharing.write_zeros("log", LONG);
        let mut log = File::options().append(true).open(sharing.path("log"));
        let (stop, stopped) = mpsc::channel::<()>();
        let growing = thread::spawn(move || {
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                log.as_mut().unwrap().write_all(b"one more line\n").unwrap();
            }
        });
        let mut stream = connect(&sharing);
        stream.write_all(&get("log")).unwrap();
        let header = read_frame(&mut stream);
        drop(stop);
        growing.join().unwrap();

        stream.shutdown(Shutdown::Write).unwrap();
        let file = rest(stream);
        let digest = Md5::digest(&file);
        let digest: String =
            digest.iter().map(|b| format!("{b:02x}")).collect();
        let size = file.len();
        let wanted = format!(r#""file_size":{size},"md5":"{digest}"}}"#);
        assert!(header.ends_with(&wanted), "{header} is not {wanted}");
    }

    #[test]
    fn a_file_that_is_replaced_while_it_is_sent_arrives_as_it_was() {
        let sharing = Sharing::start(&[]);
        sharing.write("long", vec![b'a'; LONG as usize]);
        let mut stream = connect(&sharing);
        stream.write_all(&get("long")).unwrap();
        let header_of_old = read_frame(&mut stream);

        sharing.write("new", "abc");
        fs::rename(sharing.path("new"), sharing.path("long")).unwrap();

        let mut old = vec![0; LONG as usize];
        stream.read_exact(&mut old).unwrap();
        assert!(old == vec![b'a'; LONG as usize]);
        stream.write_all(&get("long")).unwrap();
        assert_eq!(read_frame(&mut stream), header("long", 3, MD5_OF_ABC));
        assert!(header_of_old.contains("\"file_size\":67108864,"));
    }
}

// ---- Requests that lie ----

/// What every peer is told that does not speak the protocol.
const A_REQUEST: &str = "; a request is the length of its JSON as four bytes, \
                         highest first, and then the JSON, such as \
                         {\\\"command\\\":\\\"list\\\"}\"}";

/// Asserts that the bytes get one error frame, which begins with `why` and goes on to
/// explain a request, that the connection ends, and that others are served.
#[track_caller]
fn assert_breaks_the_protocol(bytes: &[u8], why: &str) {
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    stream.write_all(bytes).unwrap();
    let reply = read_frame(&mut stream);
    let start = format!(r#"{{"status":"error","message":"{why}"#);
    assert!(reply.starts_with(&start), "{reply}");
    assert!(reply.ends_with(A_REQUEST), "{reply}");
    assert_same(&rest(stream), b"");

    let log = sharing.said(|log| log.contains("dropped: "));
    assert!(log.replace('"', "\\\"").contains(&format!("dropped: {why}")));
    assert_serves(&sharing);
}

#[test]
fn a_length_of_0_is_no_length() {
    let why = "a frame of length 0 (1 is the least); ";
    assert_breaks_the_protocol(b"\0\0\0\0", why);
}

#[test]
fn a_length_of_one_more_than_the_most_is_refused_at_once() {
    let why = "a frame of 65537 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(&65_537_u32.to_be_bytes(), why);
}

#[test]
fn a_length_of_4_gib_is_refused_at_once() {
    let why = "a frame of 4294967295 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(b"\xff\xff\xff\xff", why);
}

#[test]
fn a_length_with_its_lowest_byte_first_is_refused_at_once() {
    let why = "a frame of 301989888 bytes announced (65536 is the most); ";
    let request = [&18_u32.to_le_bytes(), &list()[4..]].concat();
    assert_breaks_the_protocol(&request, why);
}

#[test]
fn the_original_client_without_frames_is_told_what_a_frame_is() {
    // "get " read as a number.
    let why = "a frame of 1734702112 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(b"get a.txt", why);
}

#[test]
fn the_explanation_reaches_a_peer_that_is_still_sending() {
    // A connection that is closed with bytes unread is reset: the peer can then
    // send no more, and its system may throw away what has come for it.
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    SockRef::from(&stream).set_send_buffer_size(4096).unwrap();
    let mut post = b"POST /a.txt HTTP/1.1\r\n\r\n".to_vec();
    post.resize(1 << 20, b'x');
    stream.write_all(&post).unwrap();
    let reply = read_frame(&mut stream);
    let why = "a frame of 1347375956 bytes announced (65536 is the most); ";
    assert!(reply.contains(why) && reply.ends_with(A_REQUEST), "{reply}");
    assert_same(&rest(stream), b"");
    assert_serves(&sharing);
}

const NOT_JSON: &str = "not the JSON that was expected: ";

#[test]
fn bytes_that_are_not_utf_8_are_no_request() {
    assert_breaks_the_protocol(&frame(b"\xff\xfe\xfd"), NOT_JSON);
    let name = b"{\"command\":\"get\",\"filename\":\"\xff.txt\"}";
    assert_breaks_the_protocol(&frame(name), NOT_JSON);
    let unknown = b"{\"command\":\"list\",\"x\":\"\xc3\"}";
    assert_breaks_the_protocol(&frame(unknown), NOT_JSON);
}

#[test]
fn text_that_is_not_json_is_no_request() {
    for text in ["get a.txt", "{", "\0", "{\"command\":\"list\"} x", "'list'"] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn two_messages_in_one_frame_are_no_request() {
    let text = r#"{"command":"list"}{"command":"list"}"#;
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn json_of_another_shape_is_no_request() {
    for text in [
        "null",
        "7",
        "[]",
        "{}",
        r#""list""#,
        r#"{"command":"get"}"#,
        r#"{"command":"put","filename":"a.txt"}"#,
        r#"{"command":"List"}"#,
        r#"{"filename":"a.txt"}"#,
        r#"{"status":"listing","count":0}"#,
        r#"["list"]"#, // serde by itself would take these for requests
        r#"["get","abc.txt",2]"#,
    ] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn fields_of_another_type_are_no_request() {
    for text in [
        r#"{"command":7}"#,
        r#"{"command":null}"#,
        r#"{"command":["list"]}"#,
        r#"{"command":"get","filename":7}"#,
        r#"{"command":"get","filename":null}"#,
        r#"{"command":"get","filename":["abc.txt"]}"#,
        r#"{"command":"get","filename":"abc.txt","offset":"1"}"#,
        r#"{"command":"get","filename":"abc.txt","offset":1.5}"#,
        r#"{"command":"get","filename":"abc.txt","offset":null}"#,
        r#"{"command":"get","filename":"\ud800"}"#,
    ] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn a_field_that_comes_twice_is_no_request() {
    let text = r#"{"command":"get","filename":"a.txt","filename":"abc.txt"}"#;
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn a_negative_offset_is_no_request() {
    assert_breaks_the_protocol(&get_from("abc.txt", -1), NOT_JSON);
}

#[test]
fn an_offset_that_no_64_bits_hold_is_no_request() {
    let offset = "18446744073709551616";
    assert_breaks_the_protocol(&get_from("abc.txt", offset), NOT_JSON);
}

#[test]
fn json_nested_as_deep_as_a_frame_allows_overflows_no_stack() {
    assert_breaks_the_protocol(&frame("[".repeat(65_536)), NOT_JSON);
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let field = format!(r#"{{"command":"list","x":{deep}}}"#);
    assert_breaks_the_protocol(&frame(field), NOT_JSON);
    let objects = "{\"a\":".repeat(13_000);
    assert_breaks_the_protocol(&frame(objects), NOT_JSON);
}

#[test]
fn an_endless_command_is_not_repeated_to_its_end() {
    // Every quote is two bytes, in the request and in the error about it: the
    // error with the whole command in it would be too long for a frame.
    let command = "\\\"".repeat(32_700);
    let text = format!(r#"{{"command":"{command}"}}"#);
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn a_command_with_a_line_break_forges_no_line_in_the_log() {
    let sharing = Sharing::start(&[]);
    let text = r#"{"command":"\u001b[2J\n10.0.0.1:80 connected"}"#;
    let reply = exchange(&sharing, &frame(text));
    let wanted = br"unknown variant `\\x1b[2J\\n10.0.0.1:80 connected`";
    assert!(reply.windows(wanted.len()).any(|part| part == wanted));
    let log = sharing.said(|log| log.contains("dropped: not the JSON"));
    assert!(log.contains(r"`\x1b[2J\n10.0.0.1:80 connected`"), "{log}");
    assert_serves(&sharing);
}

// ---- Peers that stop in the middle ----

#[test]
fn half_a_length_and_then_the_end_is_an_error_that_says_how_much_is_missing() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &list()[..2]);
    let message = "the stream ended inside a frame: 2 of the 4 bytes of its \
                   length are missing; a request is the length of its JSON as \
                   four bytes, highest first, and then the JSON, such as \
                   {\"command\":\"list\"}";
    assert_same(&reply, &error(message));
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_the_end_is_an_error_that_says_how_much_is_missing() {
    let sharing = Sharing::start(&[]);
    // What came before it is answered all the same.
    let reply = exchange(&sharing, &[&get("abc.txt"), &list()[..15]].concat());
    let message = "the stream ended inside a frame: 7 of the 18 bytes of its \
                   payload are missing; a request is the length of its JSON as \
                   four bytes, highest first, and then the JSON, such as \
                   {\"command\":\"list\"}";
    assert_same(&reply, &[abc("abc.txt"), error(message)].concat());
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_a_close_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    connect(&sharing).write_all(&list()[..10]).unwrap();
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_silence_is_told_so_and_dropped() {
    let sharing = Sharing::start(&["--timeout", "0.1"]);
    let message = "the client has stopped in the middle (timed out)";
    let mut streams = Vec::new();
    for part in [&list()[..2], &list()[..10]] {
        let mut stream = connect(&sharing);
        stream.write_all(part).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        assert_same(&reply, &error(message));
        streams.push(stream); // silent, and still there
    }
    let told = format!("dropped: {message}\n");
    sharing.said(|log| log.matches(&told).count() == 2);
    assert_serves(&sharing);
}

#[test]
fn a_client_idle_at_its_prompt_is_not_dropped() {
    let sharing = Sharing::start(&["--timeout", "0.1"]);
    let mut idle = connect(&sharing);
    let mut used = connect(&sharing);
    used.write_all(&get("abc.txt")).unwrap();
    let mut reply = vec![0; abc("abc.txt").len()];
    used.read_exact(&mut reply).unwrap();
    sharing.said(|log| log.matches("connected").count() == 2);

    // Who came later and has begun a request is dropped before them.
    let mut silent = connect(&sharing);
    silent.write_all(&[0]).unwrap();
    sharing.said(|log| log.contains("dropped"));

    for stream in [&mut idle, &mut used] {
        stream.write_all(&get("abc.txt")).unwrap();
        stream.read_exact(&mut reply).unwrap();
        assert_same(&reply, &abc("abc.txt"));
    }
}

#[test]
fn a_reset_in_the_middle_of_a_download_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn a_close_in_the_middle_of_a_download_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    drop(stream);
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn a_reader_that_never_reads_holds_its_place_no_longer_than_the_timeout() {
    let sharing = Sharing::start(&["--timeout", "0.1", "--max-clients", "1"]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    sharing.said(|log| {
        log.contains(
            "dropped: the client has stopped in the middle (timed out)",
        )
    });
    assert_serves(&sharing);
}

#[test]
fn one_client_too_many_is_told_so_and_is_served_once_another_has_left() {
    let sharing = Sharing::start(&["--max-clients", "2"]);
    let mut served = [connect(&sharing), connect(&sharing)];
    for stream in &mut served {
        stream.write_all(&get("b.txt")).unwrap();
        read_frame(stream);
    }
    let refusal =
        error("no more than 2 at a time are served here; try again later");
    // Told so at once, or when it has asked already; and dropped.
    assert_same(&exchange(&sharing, b""), &refusal);
    assert_same(&exchange(&sharing, &get("abc.txt")), &refusal);
    sharing.said(|log| {
        log.matches("dropped: no more than 2 at a time").count() == 2
    });

    // One that is refused and does not go away takes nobody's place.
    let mut refused = connect(&sharing);
    let mut reply = vec![0; refusal.len()];
    refused.read_exact(&mut reply).unwrap();
    assert_same(&reply, &refusal);

    let [first, mut second] = served;
    drop(first);
    sharing.said(|log| log.contains(" closed\n"));
    assert_serves(&sharing);

    second.write_all(&get("abc.txt")).unwrap();
    second.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(second), &abc("abc.txt"));
}

// ---- Resuming ----

/// The reply to `get abc.txt` from an offset, which the header repeats.
fn abc_from(offset: usize) -> Vec<u8> {
    let header = header("abc.txt", 3, MD5_OF_ABC)
        .replace(",\"md5\"", &format!(",\"offset\":{offset},\"md5\""));
    [&frame(header), &b"abc"[offset..]].concat()
}

#[test]
fn an_offset_gets_the_bytes_from_there_and_the_digest_of_the_whole() {
    let sharing = Sharing::start(&[]);
    for offset in [1, 2] {
        let reply = exchange(&sharing, &get_from("abc.txt", offset));
        assert_same(&reply, &abc_from(offset));
    }
}

#[test]
fn an_offset_at_the_end_gets_a_header_and_no_bytes() {
    let sharing = Sharing::start(&[]);
    let requests = [get_from("abc.txt", 3), get("abc.txt")].concat();
    let wanted = [abc_from(3), abc("abc.txt")].concat();
    assert_same(&exchange(&sharing, &requests), &wanted);
}

#[test]
fn an_offset_beyond_the_end_gets_the_whole_file() {
    let sharing = Sharing::start(&[]);
    for offset in [4, 1 << 32, 1 << 63, u64::MAX] {
        let reply = exchange(&sharing, &get_from("abc.txt", offset));
        assert_same(&reply, &abc("abc.txt"));
    }
}

#[test]
fn an_offset_of_0_is_no_offset() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &get_from("abc.txt", 0));
    assert_same(&reply, &abc("abc.txt"));
}

// ---- Files that change ----

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_too_early() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    let file = File::options().write(true).open(sharing.path("long")).unwrap();
    file.set_len(1).unwrap();

    let came = rest(stream).len() as u64;
    assert!(came < LONG, "{came}");
    let missing = LONG - came;
    sharing.said(|log| {
        log.contains(&format!("\"long\" became {missing} bytes shorter"))
    });
    assert_serves(&sharing);
}

#[test]
fn a_file_that_grows_while_it_is_sent_brings_no_more_than_announced() {
    let sharing = Sharing::start(&[]);
    let size = LONG + 1; // the server's last read could bring more than a byte
    sharing.write_zeros("long", size);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    let mut file =
        File::options().append(true).open(sharing.path("long")).unwrap();
    file.write_all(b"and more").unwrap();

    let mut long = vec![1; size as usize];
    stream.read_exact(&mut long).unwrap();
    assert!(long == vec![0; size as usize]);
    // The next thing in the stream is the next reply.
    stream.write_all(&get("abc.txt")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(stream), &abc("abc.txt"));
}

/// Lets a file get so old that its digest is remembered. Nothing can set that time, so
/// this waits.
fn grow_old() {
    thread::sleep(Duration::from_millis(2100));
}

#[test]
fn a_remembered_digest_is_forgotten_when_the_file_changes() {
    let sharing = Sharing::start(&[]);
    sharing.write("x", "xyz");
    grow_old();
    let xyz = header("x", 3, "d16fb36f0911f878998c136191af705e");
    let wanted = [&frame(xyz), &b"xyz"[..]].concat();
    for _ in 0..2 {
        assert_same(&exchange(&sharing, &get("x")), &wanted);
    }
    sharing.write("x", "abc"); // of the same size
    for _ in 0..2 {
        assert_same(&exchange(&sharing, &get("x")), &abc("x"));
    }
    grow_old();
    for _ in 0..2 {
        assert_same(&exchange(&sharing, &get("x")), &abc("x"));
    }
}

#[test]
fn a_file_that_changes_twice_in_one_tick_of_the_clock_gets_two_digests() {
    let sharing = Sharing::start(&[]);
    let soon = SystemTime::now() + Duration::from_secs(3600);
    for (content, md5) in
        [("xyz", "d16fb36f0911f878998c136191af705e"), ("abc", MD5_OF_ABC)]
    {
        sharing.write("x", content);
        let file = File::options().write(true).open(sharing.path("x")).unwrap();
        file.set_modified(soon).unwrap();
        let wanted = [&frame(header("x", 3, md5)), content.as_bytes()].concat();
        assert_same(&exchange(&sharing, &get("x")), &wanted);
    }
}

#[test]
fn a_shared_folder_that_vanishes_is_an_error_until_it_is_back() {
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    fs::remove_dir_all(sharing.folder.path()).unwrap();
    for request in [get("abc.txt"), list()] {
        stream.write_all(&request).unwrap();
        assert_eq!(
            read_frame(&mut stream),
            r#"{"status":"error","message":"cannot open the shared folder"}"#
        );
    }
    fs::create_dir(sharing.folder.path()).unwrap();
    sharing.write("abc.txt", "abc");
    stream.write_all(&get("abc.txt")).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(stream), &abc("abc.txt"));
    assert_serves(&sharing);
}

// ---- Sizes and numbers ----

#[test]
fn files_around_one_buffer_arrive_to_the_byte() {
    let sharing = Sharing::start(&[]);
    for (size, md5) in [
        (0, "d41d8cd98f00b204e9800998ecf8427e"),
        (1, "9dd4e461268c8034f5c8564e155c67a6"),
        (65_535, "465343584a4bb82ce18ba0afea0a58f6"),
        (65_536, "598bf98d5c865461aef3eaa8d95a0fd9"),
        (65_537, "558715a61caa9d0cd83b83b0e7f7db34"),
    ] {
        let content = "x".repeat(size);
        sharing.write("x", &content);
        let header = header("x", size as u64, md5);
        let wanted = [&frame(header), content.as_bytes()].concat();
        // Twice: what follows the file has to begin where it ends.
        let reply = exchange(&sharing, &[get("x"), get("x")].concat());
        assert_same(&reply, &[&wanted[..], &wanted].concat());
    }
}

/// Downloads a file of zeros, and asserts that the server's memory stays flat.
#[track_caller]
fn assert_flat(size: u64, sha256: &str) {
    let sharing = Sharing::start(&["--checksum", "sha256"]);
    sharing.write_zeros("zeros", size);
    let mut stream = connect(&sharing);
    stream.set_read_timeout(None).unwrap(); // the digest takes its time
    stream.write_all(&get("zeros")).unwrap();
    assert_eq!(
        read_frame(&mut stream),
        header("zeros", size, sha256).replace("md5", "sha256")
    );
    stream.shutdown(Shutdown::Write).unwrap();
    let mut buffer = vec![0; 1 << 20];
    let mut came = 0;
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            n => came += n as u64,
        }
    }
    assert_eq!(came, size);

    // The most that it ever had, as Linux tells it.
    #[cfg(target_os = "linux")]
    {
        let status =
            fs::read_to_string(format!("/proc/{}/status", sharing.id()));
        let status = status.unwrap();
        let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let most = most.unwrap().trim().strip_suffix(" kB").unwrap();
        eprintln!("{size} bytes sent with {most} KiB of memory");
        assert!(most.parse::<u64>().unwrap() < 16 * 1024, "{most}");
    }
}

#[test]
fn memory_stays_flat_while_256_mib_are_sent() {
    assert_flat(
        256 << 20,
        "a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484",
    );
}

#[test]
#[ignore = "half a minute: cargo test -p file-transfer --test server -- --ignored"]
fn memory_stays_flat_while_5_gib_are_sent() {
    assert_flat(
        5 << 30,
        "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5",
    );
}

#[test]
fn a_file_that_thirty_clients_ask_for_at_once_is_hashed_once() {
    let sharing = Sharing::start(&[]);
    let content = "x".repeat(65_537);
    sharing.write("x", &content);
    grow_old();
    let header = header("x", 65_537, "558715a61caa9d0cd83b83b0e7f7db34");
    let wanted = [&frame(header), content.as_bytes()].concat();

    let mut streams: Vec<_> = (0..30).map(|_| connect(&sharing)).collect();
    let before = bytes_read(&sharing);
    for stream in &mut streams {
        stream.write_all(&get("x")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    thread::scope(|scope| {
        for stream in streams {
            scope.spawn(|| assert_same(&rest(stream), &wanted));
        }
    });
    if let (Some(before), Some(after)) = (before, bytes_read(&sharing)) {
        // Once for the digest, and once for each client; the rest is little.
        let files = (after - before) as f64 / 65_537.0;
        assert!((31.0..32.0).contains(&files), "{files} times read");
    }
}

/// How many bytes the server has read, from files and sockets: Linux counts them.
fn bytes_read(server: &Server) -> Option<u64> {
    let path = format!("/proc/{}/io", server.id());
    let counts = fs::read_to_string(path).ok()?;
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    Some(read.unwrap().parse().unwrap())
}

#[test]
fn two_hundred_clients_at_once_are_all_served() {
    let sharing = Sharing::start(&[]);
    let streams: Vec<_> = (0..200).map(|_| connect(&sharing)).collect();
    for mut stream in streams {
        stream.write_all(&get("abc.txt")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_same(&rest(stream), &abc("abc.txt"));
    }
}

// ---- The command line ----

#[test]
fn a_second_server_on_the_same_address_says_what_to_do() {
    let sharing = Sharing::start(&[]);
    let addr = &sharing.addr;
    let done = run(BIN, &["server", "--addr", addr], b"");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: {addr} is taken by another program (address in use); stop \
             that program, or choose another port with --addr (port 0 takes a \
             free one)\n"
        )
    );
    assert_serves(&sharing);
}

#[test]
fn a_folder_to_share_that_is_missing_or_a_file_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for dir in [missing, file] {
        let dir = dir.to_str().unwrap();
        let args = ["server", "--addr", "127.0.0.1:0", "--dir", dir];
        let done = run(BIN, &args, b"");
        let wanted = format!(
            "error: {dir} is not a folder; choose the one to share with --dir\n"
        );
        assert_eq!((done.status, done.stderr), (1, wanted));
    }
}

#[test]
fn the_log_says_who_asks_for_what() {
    let sharing = Sharing::start(&[]);
    let stream = connect(&sharing);
    let peer = stream.local_addr().unwrap();
    (&stream).write_all(&[get("粘包"), list()].concat()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(stream);
    let wanted = format!(
        "{peer} connected\n{peer} get \"粘包\"\n{peer} list\n{peer} closed\n"
    );
    sharing.said(|log| log.ends_with(&wanted));
}
