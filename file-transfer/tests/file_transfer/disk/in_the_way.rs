//! What lies in the download folder: it is named, and left alone.

use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

use crate::disk::content::*;
use crate::downloads::{EARLIER, Ended, Folder};
#[cfg(unix)]
use crate::programs::{as_nobody, make_pipe};

/// Getting x.bin has failed with these words, and changed no file.
#[track_caller]
fn assert_left_alone(dir: &Folder, ended: &Ended, words: &str) {
    ended.failed(words);
    for entry in dir.path.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let is_as_it_was =
            !path.is_file() || fs::read(path).unwrap() == EARLIER;
        assert!(is_as_it_was, "{words}");
    }
}

#[test]
fn what_is_in_the_way_is_named_and_left_alone() {
    type Row = (fn(&Path, &Path), &'static str);
    let sharing = share();
    let unfinished = "DIR/x.bin.unfinished is in the way (";
    let rows: &[Row] = &[
        (
            |dir, _| fs::create_dir(dir.join("x.bin")).unwrap(),
            "DIR/x.bin is in the way (it is a folder); move it away, or choose",
        ),
        (
            |dir, path| fs::hard_link(dir.join("victim"), path).unwrap(),
            unfinished,
        ),
        #[cfg(unix)]
        (|_, path| make_pipe(path), unfinished),
        #[cfg(unix)]
        (
            |_, path| std::os::unix::fs::symlink("victim", path).unwrap(),
            unfinished,
        ),
    ];
    for (prepare, words) in rows {
        let dir = Folder::with(&[("victim", EARLIER)]);
        prepare(&dir.path, &dir.path.join("x.bin.unfinished"));
        assert_left_alone(&dir, &dir.get(&sharing.addr, "x.bin"), words);
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_is_named_the_folder_or_the_file_in_it() {
    use std::os::unix::fs::PermissionsExt;

    let sharing = share();
    let folder = "cannot write into DIR (permission denied); choose another folder \
                  with --dir";
    let file = "DIR/x.bin.unfinished is in the way (permission denied); move it away, \
                or choose another folder with --dir";
    for (mode, there, words) in
        [(0o555, "x", folder), (0o777, "x.bin.unfinished", file)]
    {
        let dir = Folder::with(&[(there, EARLIER)]);
        let allow = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .unwrap();
        };
        allow(&dir.path.join(there), 0o444);
        allow(&dir.path, mode);
        let path = dir.path.to_str().unwrap();
        let args = ["client", "--addr", &sharing.addr, "--dir", path];
        let args = [&args[..], &["get", "x.bin"]].concat();
        let Some(args) = as_nobody(&args) else { return };
        let done = testing::run(args[0], &args[1..], b"");
        assert_left_alone(&dir, &dir.ended(done, &sharing.addr), words);
        allow(&dir.path, 0o755);
    }
}

/// Some of FUSE count no name of a file. Here the file has none: it is mounted where its
/// name would be, and so it can be written, but not renamed.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_counts_no_name_is_gone_on_with() {
    let sharing = share();
    let dir =
        Folder::with(&[("x", &content()[..7]), ("x.bin.unfinished", b"")]);
    let [from, to] = ["x", "x.bin.unfinished"].map(|n| dir.path.join(n));
    let mounted =
        Command::new("mount").arg("--bind").args([&from, &to]).output();
    if !mounted.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: a file cannot be mounted by this user");
        return;
    }
    fs::remove_file(from).unwrap();
    let names = to.metadata().unwrap().nlink();
    let ended = dir.get(&sharing.addr, "x.bin");
    let came = fs::read(&to).unwrap();
    let done = Command::new("umount").arg(to).status().unwrap();
    assert!(done.success() && names == 0 && came == content());
    ended.failed(
        "cannot write DIR/x.bin (resource busy); it has arrived whole: ",
    );
}

#[test]
fn a_folder_that_is_missing_is_made_for_a_file_that_arrives() {
    let (sharing, around) = (share(), Folder::with(&[("file", EARLIER)]));
    let deep = Folder::at(around.path.join("not/yet/there"));
    deep.get(&sharing.addr, "missing").failed("no such file: missing");
    around.holds(&[("file", EARLIER)]);
    deep.get(&sharing.addr, "x.bin").succeeded();
    deep.holds(&[("x.bin", &content())]);
    let no_folder = Folder::at(around.path.join("file"));
    no_folder.get(&sharing.addr, "x.bin").failed(" with --dir");
    assert_eq!(fs::read(&no_folder.path).unwrap(), EARLIER);
}

/// Linux keeps both files. Windows and most Macs have one place for both names.
#[test]
fn a_name_that_differs_in_capitals_alone_replaces_no_file() {
    let sharing = share();
    let dir = Folder::with(&[("X.bin", EARLIER)]);
    let one_place = dir.path.join("x.bin").exists();
    let ended = dir.get(&sharing.addr, "x.bin");
    if one_place {
        let wanted = "DIR/X.bin is in the way (this system takes x.bin for the same \
                      name); move it away, or choose another folder with --dir";
        assert_eq!(ended.error(), wanted);
        dir.holds(&[("X.bin", EARLIER)]);
    } else {
        ended.succeeded();
        dir.holds(&[("X.bin", EARLIER), ("x.bin", &content())]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_under_the_final_name_is_replaced_and_not_followed() {
    let (dir, elsewhere) = (Folder::new(), folder(None));
    let target = elsewhere.path.join("x.bin");
    std::os::unix::fs::symlink(&target, dir.path.join("x.bin")).unwrap();
    dir.get(&share().addr, "x.bin").succeeded();
    dir.holds(&[("x.bin", &content())]);
    elsewhere.holds(&[("x.bin", EARLIER)]);
}

/// Of each pair the first is there. Some system takes the second for the same name.
#[test]
fn two_spellings_of_a_name_are_found_in_every_alphabet() {
    use crate::spelling::{other_spelling, taken_for};

    for (there, name) in [
        ("README", "readme"),
        ("Ж", "ж"),
        ("é", "É"),
        ("e\u{301}", "\u{e9}"),
        ("e\u{301}.txt", "\u{e9}.txt"),
        ("ΟΔΟΣ", "οδοσ"),
    ] {
        let dir = Folder::with(&[(there, EARLIER)]);
        let found = taken_for(&dir.path, name);
        assert_eq!(found.as_deref(), Some(there), "{name}");
    }
    let dir = Folder::with(&[("straße", EARLIER)]);
    let found = other_spelling(&dir.path, "STRASSE");
    assert_eq!(found.as_deref(), Some("straße"));
}

/// On Unix a file can be replaced while a program reads it.
#[cfg(windows)]
#[test]
fn a_file_that_another_program_has_open_is_not_replaced() {
    use std::os::windows::fs::OpenOptionsExt;

    let sharing = share();
    let dir = folder(None);
    let path = dir.path.join("x.bin");
    let mut alone = fs::OpenOptions::new();
    let open = alone.read(true).share_mode(0).open(&path).unwrap();
    dir.get(&sharing.addr, "x.bin").failed(
        "close it in other programs, then get it again; or choose another folder \
         with --dir",
    );
    drop(open);
    let content = content();
    dir.holds(&[("x.bin", EARLIER), ("x.bin.unfinished", &content)]);
    dir.get(&sharing.addr, "x.bin").succeeded();
    dir.holds(&[("x.bin", &content)]);
}
