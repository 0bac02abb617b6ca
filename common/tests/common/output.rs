//! Bytes as they may be shown.

use common::output::{one_line, without_newline};
use common::printable::{boundary, printable};
use common::wrap::paragraph;

#[test]
fn text_in_any_script_is_shown_as_it_is() {
    for text in [
        "hello",
        "粘包 naïve Ж",
        "it's \"1\\2\"",
        "👍",
        "ภาษาไทย",                  // vowels above and below
        "हिन्दी",                    // vowels that stand beside
        "e\u{301}te\u{301}",        // decomposed, as macOS has it
        "\u{1112}\u{1161}\u{11ab}", // the same for a Korean syllable
        "❤\u{fe0f}",                // a heart drawn as an emoji
        "1\u{fe0f}\u{20e3}",        // a keycap
        "👩\u{200d}👧",             // joined into a family
        "👋🏽",                       // a skin tone
        "🇨🇳",                       // a flag of two letters
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "می\u{200c}خواهم",  // Persian needs the non-joiner
        "全角\u{3000}空格", // a space two columns wide
        "12\u{a0}000",      // a space that does not break
        "\u{2801}\u{2800}\u{2801}", // a space in Braille
        "\u{2800}\u{2801}", // at either end of the text
        "\u{2801}\u{2800}",
        "\u{600}\u{661}\u{662}", // a sign around an Arabic number
        "שלום",
        "مرحبا",
    ] {
        assert_eq!(printable(text.as_bytes()), text);
    }
}

#[test]
fn what_nobody_could_see_is_escaped() {
    for (text, shown) in [
        ("\u{200b}\u{feff}", r"\u{200b}\u{feff}"), // spaces without width
        ("pay\u{200d}pal", r"pay\u{200d}pal"),     // joins nothing here
        ("粘\u{200d}a", r"粘\u{200d}a"),
        ("a\u{200c}粘", r"a\u{200c}粘"),
        ("\u{200d}", r"\u{200d}"),
        ("\u{200c}.txt", r"\u{200c}.txt"),
        ("\u{3164}\u{115f}", r"\u{3164}\u{115f}"), // fillers
        ("\u{ffa0}\u{1160}", r"\u{ffa0}\u{1160}"),
        ("\u{2800}", r"\u{2800}"), // Braille without Braille
        ("a\u{2800}b", r"a\u{2800}b"),
        ("\u{fe0f}", r"\u{fe0f}"), // chooses a look of nothing
        ("a\u{e0041}", r"a\u{e0041}"), // a hidden tag
        ("\u{ad}", r"\u{ad}"),
        ("\u{61c}\u{200e}\u{200f}", r"\u{61c}\u{200e}\u{200f}"),
    ] {
        assert_eq!(printable(text.as_bytes()), shown);
    }
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    for (bytes, shown) in [
        (&b"a\r\n\tb"[..], r"a\r\n\tb"),
        (b"\x1b[31mred\x07\x00\x7f", r"\x1b[31mred\x07\x00\x7f"),
        ("\u{9b}31m".as_bytes(), r"\u{9b}31m"), // an escape in one character
        ("\u{202e}gpj.exe".as_bytes(), r"\u{202e}gpj.exe"), // right to left
        ("\u{2066}a\u{2069}".as_bytes(), r"\u{2066}a\u{2069}"), // an isolate
        ("a\u{2028}b\u{2029}".as_bytes(), r"a\u{2028}b\u{2029}"), // line breaks
        ("\u{e000}\u{10ffff}".as_bytes(), r"\u{e000}\u{10ffff}"), // no text has it
        (b"\xff\xfeA", r"\xff\xfeA"),
        (&"粘".as_bytes()[..2], r"\xe7\xb2"), // half a character
    ] {
        assert_eq!(printable(bytes), shown);
        assert!(!printable(bytes).contains(char::is_control));
    }
}

#[test]
fn a_newline_is_that_of_unix_or_of_windows_and_only_the_last() {
    for (line, rest) in [
        (&b"a\n"[..], &b"a"[..]),
        (b"a\r\n", b"a"),
        (b"a", b"a"),
        (b"\n", b""),
        (b"\r\n", b""),
        (b"", b""),
        (b"a\n\n", b"a\n"),
        (b"a\r", b"a\r"),
    ] {
        assert_eq!(without_newline(line), rest);
    }
}

#[test]
fn one_byte_is_singular() {
    let shown = [0, 1, 2].map(common::output::bytes);
    assert_eq!(shown, ["0 bytes", "1 byte", "2 bytes"]);
}

#[test]
fn text_that_is_cut_between_two_characters_is_shown_as_if_it_were_whole() {
    for character in
        ["a", "é", "粘", "e\u{301}", "🇨🇳", "👩\u{200d}👧", "👋🏽", "\r\n"]
    {
        let text = character.repeat(6);
        for most in 0..text.len() {
            let (start, end) =
                text.as_bytes().split_at(boundary(text.as_bytes(), most));
            let near = most.saturating_sub(character.len())..=most;
            assert!(near.contains(&start.len()), "{most}: {}", start.len());
            let shown = printable(start) + &printable(end);
            assert_eq!(shown, printable(text.as_bytes()), "{most}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_and_endless_characters_are_cut_all_the_same() {
    let endless = format!("a{}", "\u{301}".repeat(500));
    for bytes in [&[0xff; 100][..], &[0x80; 100], endless.as_bytes()] {
        for most in 50..60 {
            let place = boundary(bytes, most);
            assert!((most - 3..=most).contains(&place), "{place} of {most}");
        }
    }
}

#[test]
fn a_long_error_keeps_its_start_and_its_remedy() {
    let long = "粘".repeat(5000);
    let told = one_line(format!("cannot write {long} (why); remedy"));
    assert!(told.starts_with("cannot write 粘"), "{told}");
    assert!(told.ends_with("粘 (why); remedy"), "{told}");
    assert!(told.len() < 510 && told.contains("..."), "{}", told.len());
    assert_eq!(one_line("a\nb\x1b"), r"a\nb\x1b");
}

#[test]
fn a_word_that_does_not_fit_goes_on_the_next_line_and_widths_are_columns() {
    for (text, width, wanted) in [
        ("one two three", 9, &["  one two", "  three"][..]),
        ("one two three", 8, &["  one", "  two", "  three"]),
        ("a-very-long-word b", 8, &["  a-very-long-word", "  b"]),
        ("你好 ok", 9, &["  你好 ok"]),
        ("你好 ok", 8, &["  你好", "  ok"]),
    ] {
        assert_eq!(paragraph("  ", text, width), wanted, "{text}");
    }
}
