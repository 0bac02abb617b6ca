//! Bytes as they may be shown.

use common::output::without_newline;
use common::printable::printable;

#[test]
fn text_in_any_language_is_shown_as_it_is() {
    for text in ["hello", "粘包 naïve Ж", "it's \"1\\2\"", "👍"] {
        assert_eq!(printable(text.as_bytes()), text);
    }
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    for (bytes, shown) in [
        (&b"a\r\n\tb"[..], r"a\r\n\tb"),
        (b"\x1b[31mred\x07\x00\x7f", r"\x1b[31mred\x07\x00\x7f"),
        ("\u{9b}31m".as_bytes(), r"\u{9b}31m"), // an escape in one character
        ("\u{202e}gpj.exe".as_bytes(), r"\u{202e}gpj.exe"), // right to left
        ("\u{200b}\u{feff}".as_bytes(), r"\u{200b}\u{feff}"), // invisible
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
