//! Is every transcript and every picture compared with a run by some test?

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::finding::Finding;
use crate::links::pages;
use crate::page::{Kind, Page};
use crate::picture::{Picture, drawn_by};

/// The commands of this page that no lesson's tests run: none calls `check_readme` with
/// the page's path.
pub fn uncompared(path: &Path, root: &Path) -> Vec<Finding> {
    let page = Page::read(path);
    let mut findings = Vec::new();
    for element in &page.elements {
        let command = match &element.kind {
            Kind::Code(code) if code.language == "console" => {
                let first = page.body(code).into_iter().next();
                first.and_then(|line| Some(line.strip_prefix("$ ")?.into()))
            }
            Kind::Comment(text, _) => match Picture::parse(text) {
                Some(picture) => picture.ok().map(|picture| picture.command),
                None => continue,
            },
            _ => continue,
        };
        let what = match Command::parse(&command.unwrap_or_default()) {
            Ok(command) => {
                let name = from_the_lesson(path, &command.lesson, root);
                let call = format!("check_readme(\"{name}\"");
                if tests_contain(&call, &folder(&command.lesson, root)) {
                    continue;
                }
                let lesson = command.lesson;
                format!("no test of {lesson} compares this page: {call}, …)")
            }
            Err(what) => what,
        };
        findings.push(Finding::new(element.line, what));
    }
    findings
}

/// The folder of a lesson, or of `grade`.
fn folder(lesson: &str, root: &Path) -> PathBuf {
    let shared = root.join("common").join(lesson);
    if shared.is_dir() { shared } else { root.join(lesson) }
}

/// The page's path as that lesson's tests name it. (Those of `grade` go to the root
/// first: the commands that it grades are typed there.)
fn from_the_lesson(path: &Path, lesson: &str, root: &Path) -> String {
    let own = path.strip_prefix(folder(lesson, root));
    let other = path.strip_prefix(root).unwrap_or(path);
    let up = if folder(lesson, root).starts_with(root.join("common")) {
        ""
    } else {
        ".."
    };
    let other = Path::new(up).join(other);
    let name = own.unwrap_or(&other);
    name.to_string_lossy().replace('\\', "/")
}

fn tests_contain(call: &str, lesson: &Path) -> bool {
    let tests = fs::read_dir(lesson.join("tests"));
    let files = tests.into_iter().flatten().flatten();
    let mut texts = files.filter_map(|f| fs::read_to_string(f.path()).ok());
    texts.any(|text| text.contains(call))
}

/// What is wrong with the pictures that are kept: made by no page, or shown by none.
///
/// # Panics
///
/// When a folder cannot be read.
pub fn stray_pictures(root: &Path) -> Vec<String> {
    let (mut made, mut shown) = (Vec::new(), Vec::new());
    for path in pages(root) {
        let folder = path.parent().unwrap();
        let here = |file: &str| folder.join(file).canonicalize().ok();
        for element in Page::read(&path).elements {
            match element.kind {
                Kind::Comment(text, _) => {
                    let picture = Picture::parse(&text).and_then(Result::ok);
                    made.extend(picture.and_then(|p| here(&p.file)));
                    // A test that draws a picture has its path in it.
                    if let Some((file, test)) = drawn_by(&text)
                        && let Ok(test) = fs::read_to_string(folder.join(test))
                        && test.contains(file)
                    {
                        made.extend(here(file));
                    }
                }
                Kind::Link(link) => shown.extend(here(&link)),
                _ => {}
            }
        }
    }
    let mut strays = Vec::new();
    for picture in pictures(root) {
        for (list, verb) in [(&made, "makes"), (&shown, "shows")] {
            if !list.contains(&picture) {
                strays.push(format!("no page {verb} {}", picture.display()));
            }
        }
    }
    strays
}

/// Every file in a folder `pictures` one level down.
fn pictures(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).unwrap().flatten();
    let folders = folders.map(|folder| folder.path().join("pictures"));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok());
    let files = files.flatten().flatten().map(|file| file.path());
    files.filter_map(|file| file.canonicalize().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository of one lesson, with this page beside it.
    fn repository(name: &str, page: &str) -> PathBuf {
        let name = format!("coverage-{name}-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let lesson = root.join("echo");
        fs::create_dir_all(lesson.join("tests")).unwrap();
        fs::create_dir_all(lesson.join("pictures")).unwrap();
        let test = "check_readme(\"README.md\", BIN);\n\
                    check_readme(\"../page.md\", BIN);";
        fs::write(lesson.join("tests/a.rs"), test).unwrap();
        fs::write(root.join("page.md"), page).unwrap();
        root
    }

    #[test]
    fn a_command_that_no_test_runs_is_named() {
        let page = "```console\n$ cargo run -q -p echo\na\n```\n\n\
                    ```console\n$ cargo run -q -p files\na\n```\n\n\
                    ```console\n$ ls\n```\n\n\
                    <!-- picture: a.svg\n$ cargo run -q -p files -->\n";
        let root = repository("commands", page);
        let found = uncompared(&root.join("page.md"), &root);
        let said = found.iter().map(|f| format!("{}: {}", f.line + 1, f.what));
        let said: Vec<String> = said.collect();
        let unknown = "no test of files compares this page: \
                       check_readme(\"../page.md\", …)";
        assert_eq!(said[0], format!("6: {unknown}"));
        assert!(said[1].starts_with("11: a command that is compared is"));
        assert_eq!(said[2], format!("15: {unknown}"));
        assert_eq!(said.len(), 3);
        let own = root.join("echo/README.md");
        fs::write(&own, "```console\n$ cargo run -q -p echo\n```\n").unwrap();
        assert!(uncompared(&own, &root).is_empty());
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_picture_that_no_page_makes_or_shows_is_named() {
        let page = "<!-- picture: echo/pictures/a.svg\n$ cargo run -q -p echo\n-->\n\
                    ![a](echo/pictures/a.svg) ![b](echo/pictures/b.svg)\n\n\
                    <!-- drawn: echo/pictures/d.svg by echo/tests/d.rs -->\n\
                    ![d](echo/pictures/d.svg) ![e](echo/pictures/e.svg)\n\n\
                    <!-- drawn: echo/pictures/e.svg by echo/tests/d.rs -->\n";
        let root = repository("pictures", page);
        let draws_d = "keep(\"echo/pictures/d.svg\")";
        fs::write(root.join("echo/tests/d.rs"), draws_d).unwrap();
        for name in ["a.svg", "b.svg", "c.svg", "d.svg", "e.svg"] {
            fs::write(root.join("echo/pictures").join(name), "").unwrap();
        }
        let mut strays = stray_pictures(&root);
        strays.sort();
        let of = |stray: &String| {
            let words: Vec<&str> = stray.split(' ').collect();
            let file = Path::new(words[3]).file_name().unwrap();
            format!("{} {}", words[2], file.to_string_lossy())
        };
        let strays: Vec<String> = strays.iter().map(of).collect();
        let unmade = ["makes b.svg", "makes c.svg", "makes e.svg"];
        assert_eq!(strays, [&unmade[..], &["shows c.svg"]].concat());
        fs::remove_dir_all(&root).unwrap();
    }
}
