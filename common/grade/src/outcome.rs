//! How checks have ended, and what that is worth.

use crate::check::Check;

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Passed,
    Failed,
    /// It fails, too, for a mistake that another check has found.
    SeeAbove,
    /// The program does not let it be tried.
    NotTried,
    /// It cannot be tried here, for a reason that is not the program's.
    LeftOut,
}

/// A check, and how it has ended.
pub struct Done {
    pub check: Check,
    pub way: Way,
    /// The lines below it in a report.
    pub why: Vec<String>,
    /// The check that has found its mistake, where it fails.
    pub found_by: Option<Check>,
}

impl Done {
    /// The check that has found the mistake for which this one may fail, too.
    pub fn reason_for(&self, check: &Check) -> Option<Check> {
        let above = self.check.basis || check.after.contains(&self.check.id);
        self.found_by.filter(|_| above)
    }
}

/// What a grading is worth.
#[derive(Default)]
pub struct Marks {
    /// How many checks have ended in each way, in the order of `Way`.
    pub many: [usize; 5],
    /// How many points they are worth.
    points: [u32; 5],
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let mut marks = Self::default();
        for Done { check, way, .. } in all {
            marks.many[*way as usize] += 1;
            marks.points[*way as usize] += check.weight;
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
