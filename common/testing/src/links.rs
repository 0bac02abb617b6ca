//! Do the links and pictures of the pages lead anywhere?

use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::Finding;
use crate::page::{Element, Kind, Page};

/// Every page (`*.md`) below this folder, without what cargo, git and editors keep there.
pub fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let kept = entries.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (!name.starts_with('.') || name == ".github")
            && name != "target"
            && !path.is_symlink()
    });
    let is_page = |path: &PathBuf| path.extension().is_some_and(|e| e == "md");
    let mut found: Vec<PathBuf> = kept
        .flat_map(|path| if path.is_dir() { pages(&path) } else { vec![path] })
        .filter(is_page)
        .collect();
    found.sort();
    found
}

/// Follows every link on a page that leads to a file or a heading of the repository at
/// `root`.
pub fn check(path: &Path, page: &Page, root: &Path) -> Vec<Finding> {
    let finding = |element: &Element| {
        let Kind::Link(link) = &element.kind else { return None };
        let what = follow(link, path, root).err()?;
        Some(Finding::new(element.line, format!("{link}: {what}")))
    };
    page.elements.iter().filter_map(finding).collect()
}

fn follow(link: &str, from: &Path, root: &Path) -> Result<(), String> {
    let elsewhere = ["http://", "https://", "mailto:"];
    if elsewhere.iter().any(|scheme| link.starts_with(scheme)) {
        return Ok(());
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = match file.replace("%20", " ") {
        file if file.is_empty() => from.to_path_buf(),
        file => from.parent().unwrap_or(root).join(&file),
    }
    .canonicalize()
    .map_err(|_| "there is no such file")?;
    if !path.starts_with(root) {
        return Err("leads out of the repository".into());
    }
    if anchor.is_empty() {
        return Ok(());
    }
    if path.extension().is_none_or(|extension| extension != "md") {
        return Err("a line number moves with every edit: quote it".into());
    }
    let names = |element: &Element| match &element.kind {
        Kind::Heading(title) => slug(title) == anchor,
        _ => false,
    };
    let is_there = Page::read(&path).elements.iter().any(names);
    is_there.then_some(()).ok_or("there is no such heading".into())
}

/// A heading as GitHub names it: lower case, no punctuation, a hyphen for each space.
fn slug(title: &str) -> String {
    let title = title.trim().to_lowercase();
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    title.chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("sub")).unwrap();
        fs::write(root.join("sub/a b.svg"), "").unwrap();
        let page = root.join("sub/page.md");
        let says = |text: &str| -> String {
            let titles = "## `read()`, and 0 bytes?\n## 粘包：是什么\n";
            fs::write(&page, format!("{text}\n\n{titles}")).unwrap();
            let said = check(&page, &Page::read(&page), &root).into_iter();
            said.map(|f| format!("{}: {}\n", f.line + 1, f.what)).collect()
        };
        let good = "[a](page.md#粘包是什么) [b](#read-and-0-bytes) [d](../sub) \
                    [c](https://x.org/#y) ![a](a%20b.svg) <img src=\"a b.svg\"> \
                    `[a](nowhere)` [a][b]\n\n[b]: page.md\n";
        assert_eq!(says(good), "");
        for (bad, said) in [
            ("[a](gone.md)", "1: gone.md: there is no such file\n"),
            ("\n![a](gone.svg)", "2: gone.svg: there is no such file\n"),
            ("<img src=\"x.svg\">", "1: x.svg: there is no such file\n"),
            ("[a](#tittle)", "1: #tittle: there is no such heading\n"),
            ("[a][b]\n\n[b]: gone\n", "1: gone: there is no such file\n"),
            ("[a](../..)", "1: ../..: leads out of the repository\n"),
            ("[a](a%20b.svg#L3)", "1: a%20b.svg#L3: a line number moves "),
        ] {
            assert!(says(bad).starts_with(said), "{bad}");
        }
    }

    #[test]
    fn a_page_is_found_wherever_somebody_has_written_it() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |path: &str| folder.path().join(path);
        let found = [".github/a.md", "README.md", "sub/b.md"];
        let kept = ["target/c.md", ".git/d.md", "sub/e.txt"];
        for path in found.iter().chain(&kept) {
            fs::create_dir_all(inside(path).parent().unwrap()).unwrap();
            fs::write(inside(path), "").unwrap();
        }
        assert_eq!(pages(folder.path()), found.map(inside));
    }
}
