//! How checks have ended, and what that is worth.

use crate::check::Check;
use crate::finding::Finding;

/// How a check has ended.
pub enum Outcome {
    Passed,
    Failed(Box<Finding>),
    /// It fails, too, and the mistake is the one that this check has found.
    SeeAbove(Check),
    /// The program does not let it be tried, for this reason.
    NotTried(String),
    /// It cannot be tried here, for this reason, which is not the program's.
    LeftOut(String),
}

/// A check, and how it has ended.
pub struct Done {
    pub check: Check,
    pub outcome: Outcome,
}

impl Done {
    /// The check that has found the mistake for which this one may fail, too.
    pub fn reason_for(&self, check: &Check) -> Option<Check> {
        let above = self.check.basis || check.after.contains(&self.check.id);
        match self.outcome {
            Outcome::Failed(_) if above => Some(self.check),
            Outcome::SeeAbove(first) if above => Some(first),
            _ => None,
        }
    }
}

/// What a grading is worth.
#[derive(Default)]
pub struct Marks {
    /// How many checks have ended in each way, in the order of `Outcome`.
    pub many: [usize; 5],
    /// How many points they are worth.
    points: [u32; 5],
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let mut marks = Self::default();
        for Done { check, outcome } in all {
            let way = match outcome {
                Outcome::Passed => 0,
                Outcome::Failed(_) => 1,
                Outcome::SeeAbove(_) => 2,
                Outcome::NotTried(_) => 3,
                Outcome::LeftOut(_) => 4,
            };
            marks.many[way] += 1;
            marks.points[way] += check.weight;
        }
        marks
    }

    /// How many points there are.
    pub fn most(&self) -> u32 {
        self.points[..4].iter().sum()
    }

    /// How many of them: what a mistake costs is counted once, so those that say "see
    /// above" count as the others do. Rounded to a tenth.
    pub fn points(&self) -> f64 {
        let [earned, lost, _, not_tried, _] = self.points;
        let tried = f64::from((earned + lost + not_tried).max(1));
        let points = f64::from(earned) * f64::from(self.most()) / tried;
        (points * 10.0).round() / 10.0
    }

    /// Is nothing wrong with the program?
    pub fn all_passed(&self) -> bool {
        matches!(self.many, [passed, 0, 0, 0, _] if passed > 0)
    }
}
