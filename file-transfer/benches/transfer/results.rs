//! What has been measured: a table, and a chart.

use std::collections::BTreeMap;
use std::fmt;

pub const MBPS: &str = "MB/s"; // a MB is 10^6 bytes
pub const CPU: &str = "server, ns of CPU a byte";
pub const RATE: &str = "times a second";
pub const KIB: &str = "KiB";

/// A number for each round, by unit and name.
#[derive(Default)]
pub struct Results(BTreeMap<(&'static str, String), Vec<f64>>);

/// The smallest number, the middle one and the largest.
fn range(values: &[f64]) -> [f64; 3] {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1; // a row begins with its first number
    let median = (values[last / 2] + values[last.div_ceil(2)]) / 2.0;
    [values[0], median, values[last]]
}

impl Results {
    /// One more number of a row.
    pub fn add(&mut self, name: &str, unit: &'static str, number: f64) {
        self.0.entry((unit, name.into())).or_default().push(number);
    }

    pub fn median(&self, name: &str, unit: &'static str) -> Option<f64> {
        Some(range(self.0.get(&(unit, name.into()))?)[1])
    }

    /// The speeds as a picture, the fastest on top.
    pub fn chart(&self, title: &str) -> String {
        let mut rows: Vec<(f64, &String)> = self
            .0
            .iter()
            .filter(|((unit, _), _)| *unit == MBPS)
            .map(|((_, name), numbers)| (range(numbers)[1], name))
            .collect();
        rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let height = 68 + 24 * rows.len();
        let mut svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}"
 font-family="sans-serif" font-size="13">
<title>MB/s over loopback</title>
<rect width="760" height="{height}" fill="#ffffff"/>
<text x="16" y="28" font-size="17" font-weight="bold">MB/s over loopback</text>
<text x="16" y="48" fill="#555555">{title}</text>
"##
        );
        for (n, (speed, name)) in rows.iter().enumerate() {
            let (y, line) = (64 + 24 * n, 77 + 24 * n);
            let length = speed / rows[0].0 * 420.0;
            let end = length + 286.0;
            let color = match *name {
                bound if bound.contains("alone") => "#d0d0d0",
                ours if ours.contains("get") => "#c1440e",
                _ => "#7d93a8",
            };
            svg += &format!(
                r##"<text x="272" y="{line}" text-anchor="end">{name}</text>
<rect x="280" y="{y}" width="{length:.0}" height="17" fill="{color}"/>
<text x="{end:.0}" y="{line}">{speed:.0}</text>
"##
            );
        }
        svg + "</svg>\n"
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<36}  median  from-to", "")?;
        for ((unit, name), numbers) in &self.0 {
            let [least, median, most] = range(numbers);
            let digits = if most < 100.0 { 2 } else { 0 };
            write!(f, "{name:<36}{median:>8.digits$}  ")?;
            writeln!(f, "{least:.digits$}-{most:.digits$} {unit}")?;
        }
        Ok(())
    }
}
