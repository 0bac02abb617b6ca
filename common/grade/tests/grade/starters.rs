//! The starters in the lessons' `exercises`, in Python: grade's first message about each
//! says what to do next, TODO by TODO, and what is solved passes.

use std::fs;
use std::path::Path;

use testing::Finished;

use crate::program::{PYTHON, grade_in};

/// A TODO: the check that fails before it is done, a part of its message, and the lines
/// that do it in the place of others.
type Todo = (&'static str, &'static str, &'static str, &'static str);

const PASS: &str = "        pass\n";
const NOT_YET: &str = r#"    send_message(conn, {"status": "error", "message": "not yet"})
"#;
const ONE_RECV: &str = "    return conn.recv(length) or None\n";

const TCP_SERVER: &[Todo] = &[
    (
        "tcp-echo.line",
        "Read what has come",
        PASS,
        "        conn.sendall(conn.recv(1024).upper())\n",
    ),
    (
        "tcp-echo.two-lines",
        "read in a loop",
        "        conn.sendall(conn.recv(1024).upper())\n",
        "        while piece := conn.recv(1024):
            conn.sendall(piece.upper())\n",
    ),
    (
        "tcp-echo.reset",
        "and not the server",
        "    talk(conn)\n",
        "    threading.Thread(target=talk, args=[conn], daemon=True).start()\n",
    ),
];

const UDP_SERVER: &[Todo] = &[
    (
        "udp-echo.datagram",
        "Send each datagram back",
        "    # TODO 2",
        "    server.sendto(datagram.upper(), client)\n    # TODO 2",
    ),
    (
        "udp-echo.1025-bytes",
        "65535 bytes",
        "recvfrom(1024)\n",
        "recvfrom(65_535)\n",
    ),
];

const ONE_TRY: &str =
    "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(question, server)
        return sock.recvfrom(65_535)[0]\n";
const ANYBODY: &str = "            try:
                return sock.recvfrom(65_535)[0]
            except TimeoutError:
                pass\n";

// (A fifth of a second in the place of one, since a test need not wait so long.)
const UDP_CLIENT: &[Todo] = &[
    ("udp-echo.client-line", "Send it there", "    return None\n", ONE_TRY),
    (
        "udp-echo.client-lost",
        "ask again",
        ONE_TRY,
        "    for tries in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            sock.sendto(question, server)
            try:
                return sock.recvfrom(65_535)[0]
            except TimeoutError:
                pass\n",
    ),
    (
        "udp-echo.client-stranger",
        "Ignore them",
        ANYBODY,
        "            end = time.monotonic() + 0.2
            while (left := end - time.monotonic()) > 0:
                sock.settimeout(left)
                try:
                    answer, sender = sock.recvfrom(65_535)
                except TimeoutError:
                    break
                if sender == server:
                    return answer\n",
    ),
];

const FRAME_SERVER: &[Todo] = &[
    (
        "sticky-packet-demo.frame",
        "Answer a frame with a frame",
        "            # TODO 1",
        "            conn.sendall(prefix + message.upper())\n            # TODO 1",
    ),
    (
        "sticky-packet-demo.cut",
        "read on until",
        ONE_RECV,
        "    part = b\"\"
    while len(part) < length:
        piece = conn.recv(length - len(part))
        if not piece:
            return None
        part += piece
    return part\n",
    ),
    (
        "sticky-packet-demo.empty-frame",
        "a length of 0 is a mistake",
        "            message = read_whole",
        "            if not 1 <= length <= 65_536:
                return
            message = read_whole",
    ),
];

const FILE_SERVER: &[Todo] = &[
    (
        "file-transfer.list",
        "asks for a listing",
        NOT_YET,
        "    files = [e for e in os.scandir(folder) if e.is_file(follow_symlinks=False)]
    if request[\"command\"] == \"list\":
        send_message(conn, {\"status\": \"listing\", \"count\": len(files)})
        for e in files:
            size = e.stat().st_size
            send_message(conn, {\"filename\": e.name, \"file_size\": size})
        return\n",
    ),
    (
        "file-transfer.get",
        "header",
        "        return\n\n\ndef talk",
        "        return
    name = request[\"filename\"]
    with open(os.path.join(folder, name), \"rb\") as file:
        whole = file.read()
    md5 = hashlib.md5(whole).hexdigest()
    header = {\"status\": \"file\", \"filename\": name, \"file_size\": len(whole)}
    send_message(conn, header | {\"md5\": md5})
    conn.sendall(whole)


def talk",
    ),
    (
        "file-transfer.missing",
        "\"status\":\"error\"",
        "    with open(",
        "    if name not in [e.name for e in files]:
        return send_message(conn, {\"status\": \"error\", \"message\": \"no such file\"})
    with open(",
    ),
];

const FILE_CLIENT: &[Todo] = &[
    (
        "file-transfer.client-saves",
        "Ask it with a frame",
        "    pass\n",
        "    send_message(conn, {\"command\": \"get\", \"filename\": name})
    header = read_message(conn)
    if header[\"status\"] != \"file\":
        sys.exit(header[\"message\"])\n",
    ),
    (
        "file-transfer.client-saves",
        "in the folder DIR",
        "        sys.exit(header[\"message\"])\n",
        "        sys.exit(header[\"message\"])
    kind = \"md5\" if header.get(\"md5\") else \"sha256\"
    digest, left = hashlib.new(kind), header[\"file_size\"]
    with open(finished + \".unfinished\", \"wb\") as file:
        while left:
            piece = read_whole(conn, min(left, 262_144))
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
    os.replace(finished + \".unfinished\", finished)\n",
    ),
    (
        "file-transfer.client-wrong-digest",
        "compute the digest",
        "    os.replace",
        "    if digest.hexdigest() != header.get(kind):
        sys.exit(\"wrong digest\")
    os.replace",
    ),
];

/// Grades it; what follows its name tells whether it is a client.
fn graded(
    lesson: &str,
    options: &[&str],
    text: &str,
    places: &[&str],
) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("starter.py"), text).unwrap();
    let client = if places.contains(&"HOST") { &["--client"][..] } else { &[] };
    let command = [PYTHON.as_deref().unwrap(), "-S", "starter.py"];
    let all = [&[lesson][..], client, options, &command, places].concat();
    grade_in(folder.path(), &all)
}

fn fails(lesson: &str, text: &str, places: &[&str], (check, words, ..): Todo) {
    let options = ["--patience", "2", "--only", check];
    let done = graded(lesson, &options, text, places);
    let said = done.text();
    let said = Vec::from_iter(said.split_whitespace()).join(" ");
    assert_eq!(done.status, 1, "{check}: {said}");
    assert!(said.contains(words), "{check}: {said}");
}

#[track_caller]
fn starter(lesson: &str, file: &str, places: &[&str], todos: &[Todo]) {
    if PYTHON.is_none() {
        return;
    }
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = course.join(lesson).join("exercises").join(file);
    let mut text = fs::read_to_string(file).unwrap();
    let (lines, many) = (text.lines().count(), text.matches("# TODO ").count());
    assert_eq!(many, todos.len(), "{text}");
    std::thread::scope(|scope| {
        for (todo, number) in todos.iter().zip(1..) {
            assert!(text.contains(&format!("# TODO {number}: ")), "{text}");
            let before = text.clone();
            scope.spawn(move || fails(lesson, &before, places, *todo));
            let (_, _, place, solved) = todo;
            assert_eq!(text.matches(place).count(), 1, "{place}");
            text = text.replace(place, solved);
        }
        let written = text.lines().count() - lines;
        assert!(
            written <= 15,
            "{written} lines take more than fifteen minutes"
        );
        let done = graded(lesson, &["--patience", "20"], &text, places);
        assert_eq!(done.status, 0, "{}\n{text}", done.text());
    });
}

#[test]
fn the_starters_of_lessons_1_and_3_are_solved_todo_by_todo() {
    std::thread::scope(|scope| {
        scope.spawn(|| starter("tcp-echo", "server.py", &["PORT"], TCP_SERVER));
        let lesson = "sticky-packet-demo";
        scope.spawn(|| starter(lesson, "server.py", &["PORT"], FRAME_SERVER));
    });
}

#[test]
fn the_starters_of_lesson_2_are_solved_todo_by_todo() {
    std::thread::scope(|scope| {
        let (places, lesson) = (&["HOST", "PORT"], "udp-echo");
        scope.spawn(|| starter(lesson, "server.py", &["PORT"], UDP_SERVER));
        scope.spawn(|| starter(lesson, "client.py", places, UDP_CLIENT));
    });
}

#[test]
fn the_starters_of_lesson_4_are_solved_todo_by_todo() {
    std::thread::scope(|scope| {
        let (lesson, places) = ("file-transfer", &["PORT", "DIR"]);
        scope.spawn(|| starter(lesson, "server.py", places, FILE_SERVER));
        let places = &["HOST", "PORT", "NAME", "DIR"];
        scope.spawn(|| starter(lesson, "client.py", places, FILE_CLIENT));
    });
}
