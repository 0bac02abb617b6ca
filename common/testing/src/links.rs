//! Do the links and pictures of the pages lead anywhere?

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::finding::Finding;
use crate::page::{Kind, Page};

/// Every page (`*.md`) below this folder, without what cargo and git keep there.
///
/// # Panics
///
/// When a folder cannot be read.
pub fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// Follows every link on a page that leads to a file or a heading of the repository at
/// `root`.
pub fn check(path: &Path, root: &Path) -> Vec<Finding> {
    let page = Page::read(path);
    let mut findings = Vec::new();
    for element in &page.elements {
        let Kind::Link(link) = &element.kind else { continue };
        if let Err(what) = follow(link, path, root) {
            findings
                .push(Finding::new(element.line, format!("{link}: {what}")));
        }
    }
    findings
}

fn follow(link: &str, from: &Path, root: &Path) -> Result<(), String> {
    let elsewhere = ["http://", "https://", "mailto:"];
    if elsewhere.iter().any(|scheme| link.starts_with(scheme)) {
        return Ok(());
    }
    let (file, anchor) = match link.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (link, None),
    };
    let file = decoded(file);
    let path = match file.strip_prefix('/') {
        Some(file) => root.join(file), // GitHub takes it from the top
        None if file.is_empty() => from.to_path_buf(),
        None => from.parent().unwrap_or(root).join(&file),
    };
    let path = plain(&path);
    if !path.starts_with(plain(root)) {
        return Err("leads out of the repository".into());
    }
    if !path.exists() {
        return Err("there is no such file".into());
    }
    let Some(anchor) = anchor else { return Ok(()) };
    if path.extension().is_none_or(|extension| extension != "md") {
        return Err("a line number moves with every edit: quote it".into());
    }
    match anchors(&Page::read(&path)).contains(&decoded(anchor)) {
        true => Ok(()),
        false => Err("there is no such heading".into()),
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// `%20` is a space.
fn decoded(link: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = link.as_bytes();
    while let [first, behind @ ..] = rest {
        let hex =
            link.get(link.len() - behind.len()..).and_then(|l| l.get(..2));
        let value = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, value) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What `#…` can name on a page: its headings as GitHub writes them, and `<a id="…">`.
fn anchors(page: &Page) -> HashSet<String> {
    let mut anchors = HashSet::new();
    for element in &page.elements {
        match &element.kind {
            Kind::Heading(_, title) => {
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
            let said = check(&page, &root);
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
            ("[a](../../etc)", "3: ../../etc: leads out of the repository"),
            (
                "[a](a%20b.svg#L3)",
                "3: a%20b.svg#L3: a line number moves with every edit: quote it",
            ),
        ] {
            assert_eq!(says(bad), said);
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
