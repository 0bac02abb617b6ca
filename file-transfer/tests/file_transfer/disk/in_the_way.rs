//! What lies in the download folder: it is named, and left alone.

use std::fs;
use std::path::Path;

use crate::disk::content::*;
use crate::downloads::{EARLIER, Folder};
#[cfg(unix)]
use crate::programs::{allow, by_nobody, make_pipe};

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
        dir.get(&sharing.addr, "x.bin").failed(words);
        let victim = fs::read(dir.path.join("victim")).unwrap();
        let no_file = !dir.path.join("x.bin").is_file();
        assert!(victim == EARLIER && no_file, "{words}");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_is_named_the_folder_or_the_file_in_it() {
    let Some(nobody) = by_nobody() else { return };
    let sharing = share();
    let folder = "cannot write into DIR (permission denied); choose another folder \
                  with --dir";
    let file = "DIR/x.bin.unfinished is in the way (permission denied); move it away, \
                or choose another folder with --dir";
    for (mode, there, words) in
        [(0o555, "x", folder), (0o777, "x.bin.unfinished", file)]
    {
        let dir = Folder::with(&[(there, EARLIER)]);
        allow(&dir.path.join(there), 0o444);
        allow(&dir.path, mode);
        let ended = dir.get_by(&nobody, &sharing.addr, "x.bin");
        allow(&dir.path, 0o755);
        ended.failed(words);
        dir.holds(&[(there, EARLIER)]);
    }
}

/// Some of FUSE count no name of a file. Here the file has none: it is mounted where its
/// name would be, and so it can be written, but not renamed.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_counts_no_name_is_gone_on_with() {
    let dir = Folder::with(&[("x.bin.unfinished", &content()[..7])]);
    // In a namespace of its own: when the client goes, the mount goes, too.
    let mount = "cd $0 && cp x.bin.unfinished x && mount --bind x x.bin.unfinished && \
                 rm x && [ `stat -c %h x.bin.unfinished` = 0 ] && exec \"$@\"";
    let path = dir.path.to_str().unwrap();
    let words = ["unshare", "-rm", "sh", "-c", mount, path];
    let Some(words) = crate::programs::by(&words) else { return };
    dir.get_by(&words, &share().addr, "x.bin").failed(
        "cannot write DIR/x.bin (resource busy); it has arrived whole: ",
    );
}

#[test]
fn a_folder_that_is_missing_is_made_for_a_file_that_arrives() {
    let (sharing, around) = (share(), Folder::with(&[("file", EARLIER)]));
    let deep = Folder::at(around.path.join("not/yet/there"));
    deep.get(&sharing.addr, "missing").failed("no such file: missing");
    around.holds(&[("file", EARLIER)]);
    // The last of them cannot be made: of the others nothing stays.
    let long = Folder::at(around.path.join("not/yet").join("n".repeat(300)));
    long.get(&sharing.addr, "x.bin").failed(" with --dir");
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
