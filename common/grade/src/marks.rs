//! What a grading is worth: a mistake costs once, and what rests on it does not count.

use crate::runner::Done;

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

    /// How many of them: the share that has passed of what counts, rounded to a tenth.
    /// What rests on a check that has failed does not count, and so a mistake costs once.
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
