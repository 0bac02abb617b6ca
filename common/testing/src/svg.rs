//! Text in the colours of a terminal, as a picture that GitHub shows in light and in
//! dark.

use anstyle_svg::Term;

/// The colours, on light paper and on dark. Of two rules for one class the later one
/// counts, so these stand behind those of the library. Black words on a coloured block
/// can be read on both.
const COLOURS: &str = "    .fg { fill: #1F2328 }
    .bg { fill: #F6F8FA }
    .fg-black { fill: #1F2328 }
    .fg-red { fill: #CF222E }
    .fg-green { fill: #116329 }
    .fg-yellow { fill: #7D4E00 }
    .fg-blue { fill: #0969DA }
    .fg-magenta { fill: #8250DF }
    .fg-cyan { fill: #1B7C83 }
    .bg-red { fill: #FFABA8; stroke: #FFABA8 }
    .bg-green { fill: #7EE787; stroke: #7EE787 }
    .bg-yellow { fill: #F2CC60; stroke: #F2CC60 }
    .bg-blue { fill: #79C0FF; stroke: #79C0FF }
    .bg-magenta { fill: #D2A8FF; stroke: #D2A8FF }
    .bg-cyan { fill: #76E3EA; stroke: #76E3EA }
    @media (prefers-color-scheme: dark) {
      .fg { fill: #E6EDF3 }
      .bg { fill: #161B22 }
      .fg-red { fill: #FF7B72 }
      .fg-green { fill: #3FB950 }
      .fg-yellow { fill: #D29922 }
      .fg-blue { fill: #58A6FF }
      .fg-magenta { fill: #BC8CFF }
      .fg-cyan { fill: #39C5CF }
    }
  </style>";

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
        .replacen("  </style>", COLOURS, 1)
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
