//! What a grading is worth: a mistake costs once, and what rests on it does not count.

use crate::runner::Done;

/// What a grading is worth.
pub struct Marks {
    /// How many checks have ended in each way, in the order of `Way`.
    pub many: [usize; 5],
    /// How many points there are.
    pub most: u32,
    /// How many of them: the share that has passed of what counts, rounded to a tenth.
    /// What rests on a check that has failed does not count, and so a mistake costs once.
    pub points: f64,
    /// Is nothing wrong with the program?
    pub all_passed: bool,
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let (mut many, mut worth) = ([0; 5], [0; 5]);
        for Done { check, way, .. } in all {
            many[*way as usize] += 1;
            worth[*way as usize] += check.weight;
        }
        let [earned, lost, behind, not_tried, _] = worth;
        let counts = earned + lost + not_tried;
        let most = counts + behind;
        let share = f64::from(earned) / f64::from(counts.max(1));
        let points = (share * f64::from(most) * 10.0).round() / 10.0;
        let all_passed = matches!(many, [passed, 0, 0, 0, _] if passed > 0);
        Self { many, most, points, all_passed }
    }
}
