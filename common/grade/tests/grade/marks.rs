//! The points of a lesson: no mistake pays.

use grade::{Check, Lesson};

fn points<'a>(checks: impl IntoIterator<Item = &'a Check>) -> u32 {
    checks.into_iter().map(|check| check.weight).sum()
}

/// A program with one mistake, and all else right, has no more points than the same one
/// without it, where everything that rests on that check is wrong as well. So a check is
/// worth about as much as what rests on it. (With more mistakes it is the same: less is
/// left over.)
#[test]
fn no_mistake_pays() {
    for lesson in Lesson::ALL {
        for all in [lesson.checks(), lesson.client_checks()] {
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
}

/// What is behind a basis counts as failed with it, and so nothing has to name it.
#[test]
fn each_kind_of_program_has_one_basis_which_no_check_names() {
    for lesson in Lesson::ALL {
        for all in [lesson.checks(), lesson.client_checks()] {
            let basis = all.iter().filter(|check| check.basis);
            let basis = Vec::from_iter(basis.map(|check| check.id));
            assert_eq!(basis.len(), usize::from(!all.is_empty()));
            let rests = all
                .iter()
                .find(|c| c.after.iter().any(|id| basis.contains(id)));
            assert!(rests.is_none());
        }
    }
}
