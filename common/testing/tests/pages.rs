//! Every page of the repository, compared with the sources, the other pages and itself.
//! (Each lesson's own tests compare its transcripts and pictures with what it prints.)
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

use std::fs;
use std::path::{Path, PathBuf};

use testing::command::Command;
use testing::finding::{Finding, settle};
use testing::page::{Kind, Page};
use testing::picture::Picture;
use testing::{links, minutes, quote, translation};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Looks at every page; fails with what was found on all of them.
fn on_every_page(mut look: impl FnMut(&Path) -> Vec<Finding>) {
    let pages = links::pages(&root());
    assert!(pages.len() >= 5, "{pages:?}");
    let settled = pages.iter().map(|path| {
        let found = look(path);
        settle(&path.to_string_lossy(), found)
    });
    let said: Vec<String> = settled.filter_map(Result::err).collect();
    assert!(said.is_empty(), "{}", said.concat());
}

/// The English page of a translation.
fn english(path: &Path) -> Option<PathBuf> {
    let name = path.to_string_lossy();
    let english = name.strip_suffix(".zh-CN.md")?;
    Some(format!("{english}.md").into())
}

#[test]
fn the_readmes_and_all_pages_quote_the_sources_as_they_are() {
    on_every_page(|path| {
        let folder = path.parent().unwrap_or(path);
        quote::check(&Page::read(path), folder)
    });
}

#[test]
fn the_readmes_translations_are_in_step_with_the_english_pages() {
    on_every_page(|path| match english(path) {
        Some(english) => {
            translation::check(&Page::read(path), &Page::read(english))
        }
        None => Vec::new(),
    });
}

#[test]
fn every_link_and_picture_leads_somewhere() {
    let root = root();
    on_every_page(|path| links::check(path, &root));
}

#[test]
fn the_minutes_of_every_lesson_add_up() {
    on_every_page(|path| {
        minutes::check(&Page::read(path)).into_iter().collect()
    });
}

#[test]
fn every_command_with_a_transcript_or_a_picture_is_run_by_its_lessons_tests() {
    let root = root();
    on_every_page(|path| {
        if english(path).is_some() {
            return Vec::new(); // compared with the English page
        }
        let page = Page::read(path);
        let mut findings = Vec::new();
        for element in &page.elements {
            let command = match &element.kind {
                Kind::Code(code) if code.language == "console" => {
                    let first = page.body(code).into_iter().next();
                    first.and_then(|line| Some(line.strip_prefix("$ ")?.into()))
                }
                Kind::Comment(text, _) => match Picture::parse(text) {
                    Some(picture) => picture.ok().map(|p| p.command),
                    None => continue,
                },
                _ => continue,
            };
            let command = Command::parse(&command.unwrap_or_default());
            let what = match command {
                Ok(command) if is_compared(path, &command.lesson, &root) => {
                    continue;
                }
                Ok(command) => format!(
                    "no test of {} compares this page: check_readme(\"{}\", …)",
                    command.lesson,
                    from_the_lesson(path, &command.lesson, &root)
                ),
                Err(what) => what,
            };
            findings.push(Finding::new(element.line, what));
        }
        findings
    });
}

/// The folder of a lesson, or of `grade`.
fn folder(lesson: &str, root: &Path) -> PathBuf {
    let folder = root.join(lesson);
    if folder.is_dir() { folder } else { root.join("common").join(lesson) }
}

/// The page's path as that lesson's tests name it. (Those of `grade` go to the root
/// first: the commands that it grades are typed there.)
fn from_the_lesson(path: &Path, lesson: &str, root: &Path) -> String {
    let own = path.strip_prefix(folder(lesson, root));
    let other = path.strip_prefix(root).unwrap_or(path);
    let up = if root.join(lesson).is_dir() { ".." } else { "" };
    let other = Path::new(up).join(other);
    let name = own.unwrap_or(&other);
    name.to_string_lossy().replace('\\', "/")
}

/// Does a test of that lesson compare the page?
fn is_compared(path: &Path, lesson: &str, root: &Path) -> bool {
    let name = from_the_lesson(path, lesson, root);
    let call = format!("check_readme(\"{name}\"");
    let Ok(tests) = fs::read_dir(folder(lesson, root).join("tests")) else {
        return false;
    };
    let mut texts =
        tests.flatten().filter_map(|e| fs::read_to_string(e.path()).ok());
    texts.any(|text| text.contains(&call))
}

#[test]
fn every_picture_that_is_kept_is_made_from_a_run_and_shown() {
    let root = root();
    let (mut made, mut shown) = (Vec::new(), Vec::new());
    for path in links::pages(&root) {
        let folder = path.parent().unwrap_or(&root).to_path_buf();
        for element in Page::read(&path).elements {
            match element.kind {
                Kind::Comment(text, _) => match Picture::parse(&text) {
                    Some(Ok(picture)) => made.push(folder.join(picture.file)),
                    Some(Err(e)) => panic!("{}: {e}", path.display()),
                    None => {}
                },
                Kind::Link(link) => shown.push(folder.join(link)),
                _ => {}
            }
        }
    }
    let resolved = |paths: &[PathBuf]| -> Vec<PathBuf> {
        paths.iter().filter_map(|path| path.canonicalize().ok()).collect()
    };
    let (made, shown) = (resolved(&made), resolved(&shown));
    for path in pictures(&root) {
        assert!(made.contains(&path), "no page makes {}", path.display());
        assert!(shown.contains(&path), "no page shows {}", path.display());
    }
}

/// Every picture in a folder `pictures`, one level down.
fn pictures(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).unwrap().flatten();
    let folders = folders.map(|folder| folder.path().join("pictures"));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok());
    files.flatten().flatten().map(|file| file.path()).collect()
}
