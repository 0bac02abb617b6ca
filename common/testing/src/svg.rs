//! Text in the colours of a terminal, as a picture that GitHub shows in light and in
//! dark.

use anstyle_svg::Term;

/// The colours, on light paper and on dark. Of two rules for one class the later one
/// counts, so these stand behind those of the library. Black words on a coloured block
/// can be read on both.
const COLOURS: &str = include_str!("colours.css");

/// Text with the colours of a terminal, as a picture that follows the reader's theme.
/// A screen reader says the title. With a view box the picture shrinks on a narrow page,
/// and is not cut.
pub fn svg(title: &str, ansi: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let svg = Term::new().min_width_px(0).render_svg(ansi);
    let number = |name: &str| {
        let (_, behind) = svg.split_once(&format!("{name}=\"")).unwrap();
        behind.split_once("px\"").unwrap().0
    };
    let view =
        format!("viewBox=\"0 0 {} {}\"", number("width"), number("height"));
    svg.replacen('>', &format!(" {view}>\n  <title>{title}</title>"), 1)
        .replacen("  </style>", &format!("{COLOURS}  </style>"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_colours_of_both_themes() {
        let svg = svg("a < b", "\x1b[32mgreen\x1b[0m\n");
        for wanted in [
            "px\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 62 56\">",
            "    .fg-green { fill: #116329 }\n",
            "    @media (prefers-color-scheme: dark) {\n",
            "      .fg-green { fill: #3FB950 }\n",
            ">green</tspan>",
            "<title>a &lt; b</title>",
        ] {
            assert!(svg.contains(wanted), "{wanted}: {svg}");
        }
    }
}
