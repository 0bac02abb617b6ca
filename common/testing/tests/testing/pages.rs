//! Every page of the repository, compared with the sources, the other pages and itself.
//! (Each lesson's own tests compare its transcripts and pictures with what it prints.)

use testing::finding::settle;
use testing::page::Page;
use testing::runs::root;
use testing::{exercises, links, quotes, translation};

use crate::LESSONS;

#[test]
fn the_page_of_each_lessons_exercises_and_their_files_agree() {
    LESSONS.into_iter().for_each(exercises::check);
}

#[test]
fn the_readmes_quote_the_sources_lead_somewhere_and_are_in_step_in_chinese() {
    let mut said = String::new();
    let root = root();
    for path in links::pages(&root) {
        let page = Page::read(&path);
        let mut found = quotes::check(&page, path.parent().unwrap());
        found.extend(links::check(&path, &page, &root));
        if let Some(name) = path.to_str().unwrap().strip_suffix(".zh-CN.md") {
            let english = Page::read(format!("{name}.md"));
            found.extend(translation::check(&page, &english));
        }
        said += &settle(&path, found);
    }
    assert!(said.is_empty(), "{said}");
}
