//! Do the minutes of a lesson's parts add up to those that its page states?

use crate::finding::Finding;
use crate::page::{Kind, Page};

/// Sums the minutes in the part "For the instructor" (`5 min` each), and compares them
/// with the first `N minutes` there. Nothing to say of a page without that part.
pub fn check(page: &Page) -> Option<Finding> {
    let mut headings = page.elements.iter().filter_map(|e| match &e.kind {
        Kind::Heading(level, title) => Some((e.line, *level, title.as_str())),
        _ => None,
    });
    let (start, level, _) =
        headings.find(|(_, _, title)| title.contains("For the instructor"))?;
    let end = headings.find(|(_, other, _)| *other <= level);
    let end = end.map_or(page.lines.len(), |(line, _, _)| line);
    let (mut sum, mut stated) = (0, None);
    for (line, text) in page.lines[..end].iter().enumerate().skip(start) {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(minutes) = pair[0].parse::<u32>() else { continue };
            match pair[1] {
                "min" => sum += minutes,
                "minutes" if stated.is_none() => stated = Some((line, minutes)),
                _ => {}
            }
        }
    }
    match stated {
        Some((_, stated)) if stated == sum => None,
        Some((line, stated)) => Some(Finding::new(
            line,
            format!("{stated} minutes, but the parts below add up to {sum}"),
        )),
        None => Some(Finding::new(start, "it does not say how many minutes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        let found = check(&Page::parse(text))?;
        Some(format!("{}: {}", found.line + 1, found.what))
    }

    #[test]
    fn minutes_that_do_not_add_up_are_named() {
        let page = |parts| {
            format!(
                "# A (1 min)\n\n## For the instructor\n\n20 minutes.\n\n{parts}\n\n\
                 ## Next\n\n- (9 min)\n"
            )
        };
        assert_eq!(
            said(&page("- **Demo** (5 min): a\n- **15 min. Ask**")),
            None
        );
        assert_eq!(
            said(&page("- **Demo** (5 min): wait for 30 minutes")).unwrap(),
            "5: 20 minutes, but the parts below add up to 5"
        );
        assert_eq!(
            said("## For the instructor\n\n- (5 min)\n").unwrap(),
            "1: it does not say how many minutes"
        );
        assert_eq!(said("# A page for nobody to teach\n"), None);
    }
}
