//! A client and a server as two lines down the page, and between them an arrow for each
//! thing that one tells the other: as a picture.

use crate::svg::{escaped, style};

/// What happens at one moment, or stands above all of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rung {
    /// Which moment, where that is known.
    pub time: String,
    /// What the client does.
    pub client: String,
    /// What one tells the other.
    pub arrow: Option<Arrow>,
    /// What the server does.
    pub server: String,
}

/// What one end tells the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The words above it.
    pub says: String,
    /// From the client to the server?
    pub to_the_right: bool,
}

/// Pixels: a letter of the widest of the fonts, the margin, and the space between two
/// columns.
const LETTER: usize = 9;
const MARGIN: usize = 12;
const GAP: usize = 12;
/// How high a rung is: an arrow has its words above it.
const WITH_ARROW: usize = 34;
const WITHOUT: usize = 20;

/// Where the columns stand.
struct Columns {
    /// The client's calls end here, and here its line is.
    client: [usize; 2],
    words: usize,
    /// Here is the server's line, and here its calls begin.
    server: [usize; 2],
}

/// The picture: these heads, and the rungs below them, the first one first.
pub fn draw(heads: &[Rung], rungs: &[Rung]) -> String {
    let all = || heads.iter().chain(rungs);
    let width = |text: fn(&Rung) -> &str| {
        let letters = all().map(|rung| text(rung).chars().count()).max();
        letters.unwrap_or(0) * LETTER
    };
    let time = width(|rung| &rung.time);
    let says = width(|rung| rung.arrow.as_ref().map_or("", |a| &a.says));
    let client = MARGIN + time + GAP + width(|rung| &rung.client);
    let line = client + GAP;
    let other = line + 2 * GAP + says + 2 * GAP;
    let columns = Columns {
        client: [client, line],
        words: line + 2 * GAP,
        server: [other, other + GAP],
    };
    let right = columns.server[1] + width(|rung| &rung.server) + MARGIN;

    let mut y = MARGIN;
    let mut drawn = Vec::new();
    for head in heads {
        y += WITHOUT;
        drawn.extend(draw_rung(head, y, &columns));
    }
    let top = y + GAP;
    for rung in rungs {
        y += if rung.arrow.is_some() { WITH_ARROW } else { WITHOUT };
        drawn.extend(draw_rung(rung, y + GAP / 2, &columns));
    }
    let bottom = y + WITHOUT;
    let lines = [("green", line), ("yellow", other)].map(|(colour, x)| {
        format!(r#"<path class="{colour} line" d="M{x} {top}V{bottom}" />"#)
    });
    let height = bottom + MARGIN;
    format!(
        r#"<svg width="{right}px" height="{height}px" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {height}">
  <style>
{}    text {{
      fill: currentColor;
      font: 14px SFMono-Regular, Consolas, Liberation Mono, Menlo, monospace;
      white-space: pre;
    }}
    .end {{ text-anchor: end }}
    .line {{ fill: none; stroke: currentColor; stroke-width: 1.5 }}
    .point {{ fill: currentColor }}
  </style>

  <rect width="100%" height="100%" rx="4.5" class="paper" fill="currentColor" />
  {}
  {}
</svg>
"#,
        style(),
        lines.join("\n  "),
        drawn.join("\n  "),
    )
}

/// The words of a rung, and its arrow.
fn draw_rung(rung: &Rung, y: usize, columns: &Columns) -> Vec<String> {
    let [client, left] = columns.client;
    let [right, server] = columns.server;
    let mut drawn = Vec::new();
    for (class, x, y, text) in [
        ("ink", MARGIN, y, &rung.time),
        ("green end", client, y, &rung.client),
        ("yellow", server, y, &rung.server),
    ] {
        drawn.extend(words(class, x, y, text));
    }
    if let Some(arrow) = &rung.arrow {
        let y = y - 4; // the middle of the small letters
        drawn.extend(words("ink", columns.words, y - 7, &arrow.says));
        let (colour, from, to, back) = match arrow.to_the_right {
            true => ("green", left, right, "-9"),
            false => ("yellow", right, left, "9"),
        };
        drawn.push(format!(
            r#"<path class="{colour} line" d="M{from} {y}H{to}" />"#
        ));
        drawn.push(format!(
            r#"<path class="{colour} point" d="M{to} {y}l{back} -5v10z" />"#
        ));
    }
    drawn
}

fn words(class: &str, x: usize, y: usize, text: &str) -> Option<String> {
    let words = escaped(text);
    (!text.is_empty()).then(|| {
        format!(
            r#"<text class="{class}" x="{x}" y="{y}" xml:space="preserve">{words}</text>"#
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_goes_from_the_end_that_tells_to_the_other() {
        let rung = |says: &str, to_the_right| Rung {
            client: "a".into(),
            arrow: Some(Arrow { says: says.into(), to_the_right }),
            server: "b <".into(),
            ..Rung::default()
        };
        let picture = draw(&[], &[rung("one", true), rung("two", false)]);
        // The lines stand at 45 and 120.
        for wanted in [
            r#"class="green line" d="M45 "#,
            r#"class="yellow line" d="M120 "#,
            r#"<path class="green line" d="M45 48H120" />"#,
            r#"<path class="yellow line" d="M120 82H45" />"#,
            r#"<text class="ink" x="69" y="41" xml:space="preserve">one</text>"#,
            ">b &lt;</text>",
        ] {
            assert!(picture.contains(wanted), "{wanted}: {picture}");
        }
    }
}
