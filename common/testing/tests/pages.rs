//! Every page of the repository, compared with the sources, the other pages and itself.
//! (Each lesson's own tests compare its transcripts and pictures with what it prints.)
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::path::{Path, PathBuf};

use testing::finding::{Finding, settle};
use testing::page::Page;
use testing::{coverage, links, minutes, quote, translation};

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
fn the_minutes_of_every_lesson_and_plan_add_up() {
    on_every_page(|path| minutes::check(&Page::read(path)));
}

#[test]
fn every_command_with_a_transcript_or_a_picture_is_run_by_its_lessons_tests() {
    let root = root();
    on_every_page(|path| match english(path) {
        Some(_) => Vec::new(), // compared with the English page
        None => coverage::uncompared(path, &root),
    });
}

#[test]
fn every_picture_that_is_kept_is_made_from_a_run_and_shown() {
    assert_eq!(coverage::stray_pictures(&root()), Vec::<String>::new());
}

#[test]
fn the_core_exercises_of_the_four_lessons_take_75_minutes() {
    let pages = links::pages(&root());
    let exercises = pages.iter().filter(|p| p.ends_with("exercises/README.md"));
    let minutes = exercises.map(|path| {
        let page = std::fs::read_to_string(path).unwrap();
        let core = page.lines().find(|line| line.contains("minutes: the core"));
        let minutes = core.unwrap().split(' ').next().unwrap();
        minutes.parse::<u32>().unwrap()
    });
    assert_eq!(minutes.sum::<u32>(), 75);
}
