//! What has been measured, as a table, as a chart, and beside what is promised.

use std::fmt;
use std::fmt::Write;

/// Megabytes per second, as 10^6 bytes.
const MEGA: f64 = 1e6;

pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 0 => (values[n / 2 - 1] + values[n / 2]) / 2.0,
        n => values[n / 2],
    }
}

/// Everybody who has moved the large file, or files that are as large together.
pub struct Table {
    size: u64,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    into: &'static str,
    verified: &'static str,
    seconds: Vec<f64>,
}

impl Row {
    fn ours(&self) -> bool {
        self.name.starts_with("get")
    }
}

impl Table {
    pub fn new(size: u64) -> Self {
        Self { size, rows: Vec::new() }
    }

    /// One more time of a row: `into` is where the copy went, `verified` is by what.
    pub fn add(
        &mut self,
        name: &str,
        into: &'static str,
        verified: &'static str,
        seconds: f64,
    ) {
        let same = |row: &&mut Row| row.name == name && row.into == into;
        match self.rows.iter_mut().find(same) {
            Some(row) => row.seconds.push(seconds),
            None => self.rows.push(Row {
                name: name.into(),
                into,
                verified,
                seconds: vec![seconds],
            }),
        }
    }

    /// The median of a row's speeds, in MB/s.
    pub fn speed(&self, name: &str, into: &str) -> Option<f64> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| row.name == name && row.into == into)?;
        Some(self.speed_of(row))
    }

    fn speed_of(&self, row: &Row) -> f64 {
        self.size as f64 / MEGA / median(&row.seconds)
    }

    /// The slowest and the fastest round of a row.
    fn range_of(&self, row: &Row) -> String {
        let speeds = row.seconds.iter().map(|s| self.size as f64 / MEGA / s);
        let slowest = speeds.clone().fold(f64::INFINITY, f64::min);
        format!("{slowest:.0}-{:.0}", speeds.fold(0.0, f64::max))
    }

    /// The rows of one place, the fastest first.
    fn sorted(&self, into: &str) -> Vec<&Row> {
        let mut rows: Vec<_> =
            self.rows.iter().filter(|row| row.into == into).collect();
        rows.sort_by(|a, b| self.speed_of(b).total_cmp(&self.speed_of(a)));
        rows
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ceiling =
            self.sorted("").first().map_or(f64::NAN, |row| self.speed_of(row));
        for into in ["", "memory", "disk"] {
            let rows = self.sorted(into);
            // Ours is verified: what counts is the best peer that is, too.
            let best = rows
                .iter()
                .find(|row| !row.ours() && !row.verified.is_empty())
                .map(|row| self.speed_of(row));
            if into.is_empty() {
                writeln!(
                    f,
                    "{:<44}{:>6}{:>12}{:>9}{:>11}  verified by",
                    "", "MB/s", "from-to", "/ceiling", "/best peer"
                )?;
            } else {
                writeln!(f, "to {into}")?;
            }
            for row in rows {
                let speed = self.speed_of(row);
                let to_best = match best {
                    Some(best) => format!("{:.2}", speed / best),
                    None => String::new(), // nobody is installed
                };
                let verified = match (into, row.verified) {
                    ("", _) => "",
                    (_, "") => "nothing",
                    (_, by) => by,
                };
                let line = format!(
                    "  {:<42}{speed:>6.0}{:>12}{:>9.2}{to_best:>11}  {verified}",
                    row.name,
                    self.range_of(row),
                    speed / ceiling
                );
                writeln!(f, "{}", line.trim_end())?;
            }
        }
        writeln!(f, "best peer: the fastest one that verifies the file, too")
    }
}

/// A promise, and how it went.
pub struct Bar {
    what: &'static str,
    limit: f64,
    at_least: bool,
    measured: Option<f64>,
}

impl Bar {
    pub fn least(
        what: &'static str,
        limit: f64,
        measured: Option<f64>,
    ) -> Self {
        Self { what, limit, at_least: true, measured }
    }

    pub fn most(what: &'static str, limit: f64, measured: Option<f64>) -> Self {
        Self { what, limit, at_least: false, measured }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit, at_least, measured } = self;
        let words = if *at_least { "at least" } else { "at most" };
        write!(f, "bar: {what:<40} {words} {limit:>5.2}: ")?;
        match measured {
            None => write!(f, "not measured here"),
            Some(n) if (n >= limit) == *at_least => write!(f, "{n:.2}, met"),
            Some(n) => write!(f, "{n:.2}, NOT met"),
        }
    }
}

/// The table as a picture: one bar for each row, the fastest on top.
pub fn chart(table: &Table, title: &str) -> String {
    const LEFT: usize = 290;
    const WIDTH: usize = 860;
    const STEP: usize = 24;
    let rows: Vec<_> =
        ["", "memory"].iter().flat_map(|into| table.sorted(into)).collect();
    let speeds = rows.iter().map(|row| table.speed_of(row));
    let longest = speeds.fold(1.0, f64::max);
    let height = 64 + STEP * rows.len() + 28;

    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"
 font-family="sans-serif" font-size="13">
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>
<text x="16" y="28" font-size="17" font-weight="bold">MB/s over loopback, to memory</text>
<text x="16" y="48" fill="#555555">{title}</text>
"##
    );
    for (n, row) in rows.iter().enumerate() {
        let y = 64 + STEP * n;
        let speed = table.speed_of(row);
        let length = speed / longest * (WIDTH - LEFT - 150) as f64;
        let color = match (row.ours(), row.into) {
            (_, "") => "#d0d0d0",
            (true, _) => "#c1440e",
            (false, _) => "#7d93a8",
        };
        let verified = match (row.into, row.verified) {
            ("", _) => "",
            (_, "") => "not verified",
            (_, by) => by,
        };
        let _ = writeln!(
            svg,
            r##"<text x="{}" y="{}" text-anchor="end">{}</text>
<rect x="{LEFT}" y="{y}" width="{length:.0}" height="17" fill="{color}"/>
<text x="{:.0}" y="{}">{speed:.0}<tspan
 dx="6" fill="#777777">{verified}</tspan></text>"##,
            LEFT - 8,
            y + 13,
            row.name,
            LEFT as f64 + length + 6.0,
            y + 13,
        );
    }
    let _ = writeln!(
        svg,
        r##"<text x="16" y="{}" fill="#555555">get: this lesson.
 cold: the server computes the digest first; repeated: it remembers it.</text>
</svg>"##,
        height - 12
    );
    svg
}
