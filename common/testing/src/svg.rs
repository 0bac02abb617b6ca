//! Text in the colours of a terminal, as a picture that GitHub shows in light and in
//! dark.

use anstyle_svg::Term;

/// A class of the picture, its colour where the paper is light, and where it is dark.
/// Black words on a coloured block can be read on both.
const COLOURS: [(&str, &str, &str); 15] = [
    (".fg", "1F2328", "E6EDF3"),
    (".bg", "F6F8FA", "161B22"),
    (".fg-black", "1F2328", "1F2328"),
    (".fg-red", "CF222E", "FF7B72"),
    (".fg-green", "116329", "3FB950"),
    (".fg-yellow", "7D4E00", "D29922"),
    (".fg-blue", "0969DA", "58A6FF"),
    (".fg-magenta", "8250DF", "BC8CFF"),
    (".fg-cyan", "1B7C83", "39C5CF"),
    (".bg-red", "FFABA8", "FFABA8"),
    (".bg-green", "7EE787", "7EE787"),
    (".bg-yellow", "F2CC60", "F2CC60"),
    (".bg-blue", "79C0FF", "79C0FF"),
    (".bg-magenta", "D2A8FF", "D2A8FF"),
    (".bg-cyan", "76E3EA", "76E3EA"),
];

/// Text with the colours of a terminal, as a picture that follows the reader's theme.
/// A screen reader says the title.
pub fn svg(title: &str, ansi: &str) -> String {
    let (mut lines, mut dark) = (Vec::new(), Vec::new());
    let svg = Term::new().min_width_px(0).render_svg(ansi);
    for (i, line) in svg.lines().enumerate() {
        let class = line.trim().split(" {").next();
        let colour = COLOURS.iter().find(|(name, ..)| Some(*name) == class);
        if let Some((_, on_light, on_dark)) = colour {
            lines.push(recoloured(line, on_light));
            dark.push(format!("  {}", recoloured(line, on_dark)));
        } else if line == "  </style>" {
            lines.push("    @media (prefers-color-scheme: dark) {".into());
            lines.append(&mut dark);
            lines.extend(["    }".into(), line.into()]);
        } else {
            lines.push(line.trim_end().into());
        }
        if i == 0 {
            lines = vec![with_view_box(line), titled(title)];
        }
    }
    lines.join("\n") + "\n"
}

fn titled(title: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!("  <title>{title}</title>")
}

/// A rule with this colour in place of its own.
fn recoloured(rule: &str, colour: &str) -> String {
    let mut parts = rule.split('#');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |rule, part| format!("{rule}#{colour}{}", &part[6..]))
}

/// With a view box the picture shrinks on a narrow page, and is not cut.
fn with_view_box(size: &str) -> String {
    let parts: Vec<&str> = size.split('"').collect();
    let [width, height] = [1, 3].map(|i| parts[i].trim_end_matches("px"));
    size.replace('>', &format!(r#" viewBox="0 0 {width} {height}">"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_colours_of_both_themes() {
        let svg = svg("a < b", "\x1b[32mgreen\x1b[0m\n");
        for wanted in [
            " viewBox=\"0 0 ",
            ".fg { fill: #1F2328 }",
            ".fg-green { fill: #116329 }",
            "@media (prefers-color-scheme: dark) {",
            "  .fg-green { fill: #3FB950 }",
            ">green</tspan>",
            "<title>a &lt; b</title>",
        ] {
            assert!(svg.contains(wanted), "{wanted}: {svg}");
        }
    }
}
