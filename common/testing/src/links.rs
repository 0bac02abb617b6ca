//! Do the links and pictures of the pages lead anywhere?

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::Finding;
use crate::page::{Element, Kind, Page};

/// Every page (`*.md`) below this folder, without what cargo and git keep there.
pub fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let kept = entries.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && name != "target" && !path.is_symlink()
    });
    let found = kept.flat_map(|path| match path.is_dir() {
        true => pages(&path),
        false => vec![path],
    });
    let is_page = |path: &PathBuf| path.extension().is_some_and(|e| e == "md");
    let mut found: Vec<PathBuf> = found.filter(is_page).collect();
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

/// The file that a link leads to.
fn follow(link: &str, from: &Path, root: &Path) -> Result<PathBuf, String> {
    let elsewhere = ["http://", "https://", "mailto:"];
    if elsewhere.iter().any(|scheme| link.starts_with(scheme)) {
        return Ok(link.into());
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let file = file.replace("%20", " ");
    let path = match file.strip_prefix('/') {
        Some(file) => root.join(file), // GitHub takes it from the top
        None if file.is_empty() => from.to_path_buf(),
        None => from.parent().unwrap_or(root).join(&file),
    };
    let path = path.canonicalize().map_err(|_| "there is no such file")?;
    if !path.starts_with(root.canonicalize().unwrap_or_default()) {
        return Err("leads out of the repository".into());
    }
    if anchor.is_empty() {
        return Ok(path);
    }
    if path.extension().is_none_or(|extension| extension != "md") {
        return Err("a line number moves with every edit: quote it".into());
    }
    match anchors(&Page::read(&path)).contains(anchor) {
        true => Ok(path),
        false => Err("there is no such heading".into()),
    }
}

/// The pictures in the folders `pictures` that no page shows.
pub fn pictures_not_shown(root: &Path) -> Vec<PathBuf> {
    let mut shown = HashSet::new();
    for path in pages(root) {
        for element in Page::read(&path).elements {
            if let Kind::Link(link) = &element.kind {
                shown.extend(follow(link, &path, root));
            }
        }
    }
    let folders = fs::read_dir(root).unwrap().flatten();
    let pictures = folders
        .filter_map(|folder| fs::read_dir(folder.path().join("pictures")).ok());
    let files = pictures.flatten().flatten().map(|file| file.path());
    files
        .filter(|f| f.canonicalize().is_ok_and(|f| !shown.contains(&f)))
        .collect()
}

/// What `#…` can name on a page: its headings as GitHub writes them, and `<a id="…">`.
fn anchors(page: &Page) -> HashSet<String> {
    let mut anchors = HashSet::new();
    for element in &page.elements {
        match &element.kind {
            Kind::Heading(title) => {
                let slug = slug(title);
                let numbered = (1..).map(|n| format!("{slug}-{n}"));
                let mut names = std::iter::once(slug.clone()).chain(numbered);
                anchors.extend(names.find(|name| !anchors.contains(name)));
            }
            Kind::Anchor(name) => {
                anchors.insert(name.clone());
            }
            _ => {}
        }
    }
    anchors
}

/// Lower case, no punctuation, and a hyphen for each space.
fn slug(title: &str) -> String {
    let title = title.trim().to_lowercase();
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    title.chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_heading_as_github_writes_it() {
        let page = Page::parse(
            "# `read()`, and 0 bytes?\n\n## A & B\n\n## A & B\n\n## 粘包：是什么\n\n\
             <a id=\"here\"></a>\n",
        );
        let mut anchors: Vec<String> = anchors(&page).into_iter().collect();
        anchors.sort();
        let wanted =
            ["a--b", "a--b-1", "here", "read-and-0-bytes", "粘包是什么"];
        assert_eq!(anchors, wanted);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_named_with_its_line() {
        let root = std::env::temp_dir();
        let root = root.join(format!("links-{}", std::process::id()));
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(root.join("sub/a b.svg"), "").unwrap();
        let page = root.join("sub/page.md");
        let says = |text: &str| {
            fs::write(&page, format!("# Title\n\n{text}\n")).unwrap();
            let said = check(&page, &Page::read(&page), &root);
            let said =
                said.iter().map(|f| format!("{}: {}", f.line + 1, f.what));
            said.collect::<Vec<_>>().concat()
        };
        for good in [
            "[a](page.md#title) [b](#title) [c](https://x.org/#y) [d](../sub)",
            "![a](a%20b.svg) <img src=\"a b.svg\"> [e](/sub/page.md)",
            "`[a](nowhere)`",
            "[a][b]\n\n[b]: page.md\n",
        ] {
            assert_eq!(says(good), "");
        }
        for (bad, said) in [
            ("[a](gone.md)", "3: gone.md: there is no such file"),
            ("\n![a](gone.svg)", "4: gone.svg: there is no such file"),
            ("<img src=\"x.svg\">", "3: x.svg: there is no such file"),
            ("[a](#tittle)", "3: #tittle: there is no such heading"),
            ("[a][b]\n\n[b]: gone\n", "3: gone: there is no such file"),
            ("[a](../..)", "3: ../..: leads out of the repository"),
            (
                "[a](a%20b.svg#L3)",
                "3: a%20b.svg#L3: a line number moves with every edit: quote it",
            ),
        ] {
            assert_eq!(says(bad), said);
        }
        fs::create_dir(root.join("sub/pictures")).unwrap();
        fs::write(root.join("sub/pictures/c.svg"), "").unwrap();
        assert_eq!(pictures_not_shown(&root).len(), 1);
        fs::write(&page, "![c](pictures/c.svg)\n").unwrap();
        assert_eq!(pictures_not_shown(&root).len(), 0);
        fs::remove_dir_all(&root).unwrap();
    }
}
