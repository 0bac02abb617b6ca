//! What the tables of checks promise: which one stands before which, that no mistake
//! pays, and that what they tell to read is there.

use std::fs;

use grade::{Check, Lesson};

/// The checks of each kind of program.
fn kinds() -> impl Iterator<Item = &'static [Check]> {
    let all = Lesson::ALL.into_iter();
    all.flat_map(|lesson| [lesson.checks(), lesson.client_checks()])
}

fn points<'a>(checks: impl IntoIterator<Item = &'a Check>) -> u32 {
    checks.into_iter().map(|check| check.weight).sum()
}

/// A program with one mistake, and all else right, has no more points than the same one
/// without it, where everything that rests on that check is wrong as well. So a check is
/// worth about as much as what rests on it. (With more mistakes it is the same: less is
/// left over.)
#[test]
fn no_mistake_pays() {
    for all in kinds() {
        let usual = all.iter().filter(|check| !check.strict);
        for all in [Vec::from_iter(usual), Vec::from_iter(all)] {
            for check in &all {
                let mut hidden = vec![check.id];
                for other in &all {
                    if other.after.iter().any(|id| hidden.contains(id)) {
                        hidden.push(other.id);
                    }
                }
                hidden.remove(0);
                let most = points(all.iter().copied());
                let behind = all.iter().filter(|c| hidden.contains(&c.id));
                let right = most - points(behind.copied());
                let without = (right - check.weight) * most;
                let paid = format!("{} is worth too little", check.id);
                assert!(without <= right * right, "{paid}");
            }
        }
    }
}

/// What is behind a basis counts as failed with it, and so nothing has to name it.
#[test]
fn a_check_rests_on_checks_before_it_and_on_no_basis() {
    for all in kinds() {
        let mut before = Vec::new();
        for check in all {
            let unknown = check.after.iter().find(|id| !before.contains(*id));
            assert_eq!(unknown, None, "after of {}", check.id);
            before.extend((!check.basis).then_some(check.id));
        }
        assert_eq!(all.len() - before.len(), usize::from(!all.is_empty()));
    }
}

/// A step of a tour has its number; everything else is a heading, and an experiment below
/// it has its number, too.
#[test]
fn what_a_check_tells_to_read_stands_on_the_page() {
    for check in kinds().flatten() {
        let place = check.explained_by;
        let n: usize = place[7..8].parse().unwrap();
        let lesson = Lesson::ALL[n - 1].name();
        let page = fs::read_to_string(format!("../../{lesson}/README.md"));
        let page = page.unwrap().replace('`', "");
        if place[8..].starts_with(", step ") {
            continue;
        }
        let parts: Vec<_> = place.split('"').collect();
        let [_, heading, rest] = parts[..] else { panic!("{place}") };
        let is_heading = |l: &&str| l.starts_with('#') && l.contains(heading);
        let mut below = page.lines().skip_while(|l| !is_heading(l));
        assert!(below.next().is_some(), "{place}");
        let number = rest.strip_prefix(", ").and_then(|n| n.split(':').next());
        if let Some(number) = number {
            let title = format!("{number}. **");
            assert!(below.any(|l| l.starts_with(&title)), "{place}");
        }
    }
}
