//! Do the minutes of the parts of a lesson, or of a plan, add up to those that are
//! stated?

use crate::finding::Finding;
use crate::page::{Kind, Page};

/// Sums the minutes (`5 min` each) of every part that states how many it takes: the part
/// "For the instructor" in its first `N minutes`, a plan in its heading ("45 minutes:
/// TCP").
pub fn check(page: &Page) -> Vec<Finding> {
    let headings = page.elements.iter().filter_map(|e| match &e.kind {
        Kind::Heading(level, title) => Some((e.line, *level, title.as_str())),
        _ => None,
    });
    let headings: Vec<_> = headings.collect();
    let mut findings = Vec::new();
    for (i, (start, level, title)) in headings.iter().enumerate() {
        let in_title = minutes(title, "minutes").next();
        if in_title.is_none() && !title.contains("For the instructor") {
            continue;
        }
        let next =
            headings[i + 1..].iter().find(|(_, other, _)| other <= level);
        let end = next.map_or(page.lines.len(), |(line, ..)| *line);
        let below = || (*start..end).zip(&page.lines[*start..end]);
        let sum: u32 = below().flat_map(|(_, text)| minutes(text, "min")).sum();
        let mut stated = below().flat_map(|(line, text)| {
            minutes(text, "minutes").map(move |minutes| (line, minutes))
        });
        match stated.next() {
            Some((_, stated)) if stated == sum => {}
            Some((line, stated)) => findings.push(Finding::new(
                line,
                format!(
                    "{stated} minutes, but the parts below add up to {sum}"
                ),
            )),
            None => findings
                .push(Finding::new(*start, "it does not say how many minutes")),
        }
    }
    findings
}

/// The numbers in front of this word.
fn minutes(text: &str, word: &str) -> impl Iterator<Item = u32> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let numbers = words.windows(2).filter(|pair| pair[1] == word);
    let numbers: Vec<u32> =
        numbers.filter_map(|pair| pair[0].parse().ok()).collect();
    numbers.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        let found = check(&Page::parse(text));
        let said = found.iter().map(|f| format!("{}: {}", f.line + 1, f.what));
        said.reduce(|all, next| all + "; " + &next)
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

    #[test]
    fn every_plan_of_a_page_is_summed() {
        let plan = "# Plans\n\n## 10 minutes: a\n\n| 4 min | b |\n| 6 min | c |\n\n\
                    ## 45 minutes: d\n\n| 5 min | wait for 2 minutes |\n";
        assert_eq!(
            said(plan).unwrap(),
            "8: 45 minutes, but the parts below add up to 5"
        );
    }
}
