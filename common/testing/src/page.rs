//! A Markdown page as GitHub reads it: its headings, code blocks, comments and links,
//! each with the line where it stands.

use std::fs;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page, and what stands on it, in order.
pub struct Page {
    /// Its text, line by line.
    pub lines: Vec<String>,
    /// What stands on it.
    pub elements: Vec<Element>,
}

/// Something on a page. Lines count from 0.
pub struct Element {
    /// The line where it begins.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What can stand on a page.
pub enum Kind {
    /// A heading, without markup.
    Heading(String),
    /// A code block between fences.
    Code(Code),
    /// An HTML comment that stands alone.
    Comment(String),
    /// A link or a picture: where it leads.
    Link(String),
}

/// A code block between fences.
#[derive(Clone)]
pub struct Code {
    /// The word behind the first fence.
    pub language: String,
    /// The line behind the first fence.
    pub first: usize,
    /// How far the block is indented (in a list).
    pub indent: usize,
    /// The lines between the fences, without that.
    pub lines: Vec<String>,
}

impl Page {
    /// Reads a page from a file.
    pub fn read(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = fs::read_to_string(path)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self::parse(&text)
    }

    /// Reads a page.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        let newlines: Vec<usize> =
            text.match_indices('\n').map(|(at, _)| at).collect();
        let mut elements = Vec::new();
        let mut title: Option<String> = None;
        for (event, range) in
            Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter()
        {
            let line = newlines.partition_point(|at| *at < range.start);
            let mut add = |kind| elements.push(Element { line, kind });
            match event {
                Event::Start(Tag::Heading { .. }) => {
                    title = Some(String::new())
                }
                Event::End(TagEnd::Heading(_)) => {
                    add(Kind::Heading(title.take().unwrap_or_default()));
                }
                Event::Text(more) | Event::Code(more) => {
                    if let Some(title) = &mut title {
                        title.push_str(&more);
                    }
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(
                    language,
                ))) => {
                    let inside = text[range].trim_end().matches('\n').count();
                    let indent =
                        lines[line].len() - lines[line].trim_start().len();
                    let bare = |line: &String| {
                        line.get(indent..).unwrap_or_default().to_string()
                    };
                    let body = &lines[line + 1..line + inside];
                    add(Kind::Code(Code {
                        language: language.to_string(),
                        first: line + 1,
                        indent,
                        lines: body.iter().map(bare).collect(),
                    }));
                }
                Event::Start(
                    Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. },
                ) => {
                    add(Kind::Link(dest_url.to_string()));
                }
                Event::Start(Tag::HtmlBlock) => {
                    let comment = text[range].trim().strip_prefix("<!--");
                    if let Some(comment) =
                        comment.and_then(|text| text.strip_suffix("-->"))
                    {
                        add(Kind::Comment(comment.trim().into()));
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    for name in [" src=\"", " href=\""] {
                        let behind = html.split(name).skip(1);
                        let links = behind.filter_map(|b| b.split('"').next());
                        links.for_each(|link| add(Kind::Link(link.into())));
                    }
                }
                _ => {}
            }
        }
        let page = Self { lines, elements };
        page.assert_that_every_fence_is_one();
        page
    }

    /// The code blocks.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        self.elements.iter().filter_map(|element| match &element.kind {
            Kind::Code(code) => Some(code),
            _ => None,
        })
    }

    /// Else a block would not be compared: GitHub shows it as text, or to the end of the
    /// page.
    fn assert_that_every_fence_is_one(&self) {
        let is_fence = |line: &&String| line.trim().starts_with("```");
        let fences = self.lines.iter().filter(is_fence).count();
        let blocks = self.codes().count();
        assert_eq!(
            fences,
            2 * blocks,
            "{fences} fences for {blocks} blocks: has each of them its end, and an \
             empty line in front of it?"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_folded_away_or_in_a_list_is_found() {
        let page = Page::parse(
            "<details><summary>answer</summary>\n\n```console\n$ a\n```\n\n\
             </details>\n\n1. one:\n   ```sh\n   b\n   ```\n",
        );
        let bodies: Vec<_> = page.codes().map(|c| &c.lines).collect();
        assert_eq!(bodies, [&["$ a"], &["b"]]);
    }

    #[test]
    #[should_panic(expected = "2 fences for 0 blocks")]
    fn a_fence_that_github_shows_as_text_is_an_error() {
        Page::parse("<details>\n```console\n$ a\n```\n</details>\n");
    }

    #[test]
    #[should_panic(expected = "1 fences for 1 blocks")]
    fn a_fence_without_an_end_is_an_error() {
        Page::parse("text\n\n```sh\na\n");
    }
}
