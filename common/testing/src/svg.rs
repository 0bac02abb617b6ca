//! Text in the colours of a terminal, as a picture that GitHub shows in light and in
//! dark.

use anstyle::RgbColor;
use anstyle_svg::{Palette, Term};

/// The colours of one theme: paper and ink, then those of words, and those of blocks,
/// which black words stand on.
struct Theme {
    paper: RgbColor,
    ink: RgbColor,
    words: [RgbColor; 16],
    blocks: [RgbColor; 16],
}

const fn rgb(hex: u32) -> RgbColor {
    let [_, red, green, blue] = hex.to_be_bytes();
    RgbColor(red, green, blue)
}

/// Sixteen colours in the order of ANSI: eight, and eight bright ones.
const fn colours(eight: [u32; 8], bright: [u32; 8]) -> [RgbColor; 16] {
    let mut all = [RgbColor(0, 0, 0); 16];
    let mut i = 0;
    while i < 8 {
        all[i] = rgb(eight[i]);
        all[i + 8] = rgb(bright[i]);
        i += 1;
    }
    all
}

/// Black words on a coloured block are readable in both themes.
const BLACK: u32 = 0x1f_2328;

const LIGHT: Theme = Theme {
    paper: rgb(0xf6_f8fa),
    ink: rgb(BLACK),
    words: colours(
        [
            BLACK, 0xcf_222e, 0x11_6329, 0x7d_4e00, 0x09_69da, 0x82_50df,
            0x1b_7c83, 0x6e_7781,
        ],
        [
            0x57_606a, 0xa4_0e26, 0x1a_7f37, 0x63_3c01, 0x21_8bff, 0xa4_75f9,
            0x31_92aa, 0x8c_959f,
        ],
    ),
    blocks: BLOCKS,
};

const DARK: Theme = Theme {
    paper: rgb(0x16_1b22),
    ink: rgb(0xe6_edf3),
    words: colours(
        [
            BLACK, 0xff_7b72, 0x3f_b950, 0xd2_9922, 0x58_a6ff, 0xbc_8cff,
            0x39_c5cf, 0xb1_bac4,
        ],
        [
            0x6e_7681, 0xff_a198, 0x56_d364, 0xe3_b341, 0x79_c0ff, 0xd2_a8ff,
            0x56_d4dd, 0xff_ffff,
        ],
    ),
    blocks: BLOCKS,
};

const BLOCKS: [RgbColor; 16] = colours(
    [
        0xd0_d7de, 0xff_aba8, 0x7e_e787, 0xf2_cc60, 0x79_c0ff, 0xd2_a8ff,
        0x76_e3ea, 0xff_ffff,
    ],
    [
        0xd0_d7de, 0xff_c1ba, 0xaf_f5b4, 0xf8_e3a1, 0xa5_d6ff, 0xe2_c5ff,
        0xb3_f0ff, 0xff_ffff,
    ],
);

/// Text with the colours of a terminal, as a picture that follows the reader's theme.
pub fn svg(ansi: &str) -> String {
    let light = term(&LIGHT, &LIGHT.words).render_svg(ansi);
    let dark: String =
        rules(&DARK, ansi).iter().map(|rule| format!("  {rule}\n")).collect();
    let dark = format!(
        "    @media (prefers-color-scheme: dark) {{\n{dark}    }}\n  </style>"
    );
    let mut lines: Vec<String> = Vec::new();
    let mut rules = rules(&LIGHT, ansi).into_iter();
    for (i, line) in light.lines().enumerate() {
        lines.push(match line {
            size if i == 0 => with_view_box(size),
            "  </style>" => dark.clone(),
            rule if is_colour(rule) => rules.next().unwrap_or_default(),
            line => line.trim_end().into(),
        });
    }
    lines.join("\n") + "\n"
}

/// The rules for the colours: those of words, and those of blocks.
fn rules(theme: &Theme, ansi: &str) -> Vec<String> {
    let words = term(theme, &theme.words).render_svg(ansi);
    let blocks = term(theme, &theme.blocks).render_svg(ansi);
    let both = words.lines().zip(blocks.lines());
    let both = both.filter(|(rule, _)| is_colour(rule));
    both.map(|(words, blocks)| {
        let is_block = words.trim_start().starts_with(".bg-");
        if is_block { blocks } else { words }.to_string()
    })
    .collect()
}

fn is_colour(line: &str) -> bool {
    line.contains("{ fill:") || line.contains("{ stroke:")
}

fn term(theme: &Theme, colours: &[RgbColor; 16]) -> Term {
    Term::new()
        .palette(Palette(*colours))
        .fg_color(theme.ink.into())
        .bg_color(theme.paper.into())
        .min_width_px(0)
}

/// With a view box the picture shrinks on a narrow page, and is not cut.
fn with_view_box(svg: &str) -> String {
    let number = |name: &str| {
        let (_, rest) = svg.split_once(&format!("{name}=\""))?;
        Some(rest.split_once("px\"")?.0)
    };
    match (number("width"), number("height")) {
        (Some(width), Some(height)) => {
            svg.replace('>', &format!(r#" viewBox="0 0 {width} {height}">"#))
        }
        _ => svg.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_colours_of_both_themes() {
        let svg = svg("\x1b[32mgreen\x1b[0m\n");
        for wanted in [
            ".fg { fill: #1F2328 }",
            ".fg-green { fill: #116329 }",
            "@media (prefers-color-scheme: dark) {",
            "  .fg-green { fill: #3FB950 }",
            ">green</tspan>",
        ] {
            assert!(svg.contains(wanted), "{wanted}: {svg}");
        }
    }
}
