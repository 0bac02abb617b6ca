//! What a player's line says, whatever the keyboard and the input method.

use common::printable::printable;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup as Group, UnicodeGeneralCategory,
};

/// Is it this text? Letters, digits and emoji count, and nothing else.
pub fn is_text(line: &str, text: &str) -> bool {
    plain(line) == plain(text)
}

/// Is it this message? Its zeros can be written in several ways.
pub fn is_message(line: &str, message: &[u8]) -> bool {
    let shown = printable(message);
    let zeros = ["\\x00", "\\0", "00"];
    zeros.iter().any(|zero| is_text(line, &shown.replace("\\x00", zero)))
}

/// Is it as much of this message as there are keys for? Nobody types half a
/// character, or a zero that nobody has sent.
pub fn is_typeable_part(line: &str, message: &[u8]) -> bool {
    let valid = message.utf8_chunks().map(|chunk| chunk.valid());
    is_text(line, &valid.collect::<String>())
}

/// What counts of a text, as the plainest keyboard has it. An input method has quotes,
/// dashes and spaces of its own, makes letters wide, and begins with a capital.
fn plain(text: &str) -> String {
    let counts = |c: &char| {
        [Group::Letter, Group::Mark, Group::Number]
            .contains(&c.general_category_group())
            || c.general_category() == GeneralCategory::OtherSymbol // emoji
    };
    text.chars().filter(counts).nfkc().flat_map(char::to_lowercase).collect()
}

/// The one number in it: `3`, `３`, `③`, `"3"`, `3 calls`, `1,250`.
pub fn number(line: &str) -> Option<usize> {
    let text: String = line.nfkc().filter(|c| *c != ',').collect();
    let mut numbers =
        text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
    let number = numbers.next()?;
    numbers.next().is_none().then(|| number.parse().ok())?
}

/// Which of the columns with these titles it names, by number or by title: `2 4`,
/// `2、4`, `24`, `busy, newline`, `all`, `0` for none. `None` when it says something
/// else, or nothing.
pub fn columns(line: &str, titles: &[&str]) -> Option<Vec<bool>> {
    let mut line = line.nfkc().collect::<String>().to_lowercase();
    let numbers: Vec<_> = (1..=titles.len()).map(|n| n.to_string()).collect();
    for (title, number) in titles.iter().zip(&numbers) {
        line = line.replace(title, number);
    }
    line = line.replace("all", &numbers.concat()).replace("none", "0");

    let mut named = None;
    for c in line.chars().filter(|c| !c.is_whitespace() && !",、;".contains(*c))
    {
        let number = c.to_digit(10).filter(|n| *n as usize <= titles.len())?;
        let named = named.get_or_insert_with(|| vec![false; titles.len()]);
        if number > 0 {
            named[number as usize - 1] = true;
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_answer_is_right_in_whatever_quotes_it_is_typed() {
        let glued = "hello你好ok";
        let quotes = "\"\"''``´´“”‘’”“„“«»‹›「」『』｢｣《》〝〞＂＂＇＇״״“\"\u{200f}\u{3000}";
        for pair in quotes.chars().collect::<Vec<_>>().chunks(2) {
            let [open, close] = [pair[0], pair[1]];
            let is_right = |said: &str, message: &str| {
                is_message(
                    &format!("{open}{said}{close}\r\n"),
                    message.as_bytes(),
                )
            };
            assert!(is_right(glued, glued) && is_right("", ""), "{pair:?}");
            assert!(!is_right("hello", glued), "{pair:?}");
        }
    }

    #[test]
    fn what_a_message_is_made_of_counts_and_not_how_it_is_typed() {
        let zeros = "hel\\x00\\x00|hel\\X00\\X00|hel\\0\\0|hel 00 00";
        let typed = "hello 你好 ok|Hello你好OK|ｈｅｌｌｏ你好ｏｋ|“hello你好ok|「“hello你好ok”」";
        for (message, right, wrong) in [
            ("hello你好ok", typed, "hello|ok|hello你好|hello你好okk|\"\"|"),
            ("\"a\"b", "\"a\"b|“a”b|\"\"a\"b\"|「“a”b」", "a"),
            ("a,b", "a,b|a，b|a、b|“a,b”|a, b", "a"),
            ("it's", "it's|it’s|“it’s”", "it"),
            ("café", "cafe\u{301}|CAFÉ", "cafe"),
            ("a(b)…", "a(b)...|a（b）…|“a（b）…”", "a"),
            ("a  ", "a|a  |\"a  \"|\" a\"", "b"),
            ("a-b~c", "a-b~c|a−b〜c|a－b～c|a—b∼c", "a-b"),
            ("1+1<3", "1+1<3|１＋１＜３|1 + 1《3", "1+1"),
            ("👍", "👍|“👍”", "👎|"),
            ("hel\0\0", zeros, "hel"),
        ] {
            let is_right = |line: &str| is_message(line, message.as_bytes());
            assert!(right.split('|').all(is_right), "{message}: {right}");
            assert!(!wrong.split('|').any(is_right), "{message}: {wrong}");
        }
        let cut = &"你好".as_bytes()[..5];
        assert!(is_typeable_part("hel", b"hel\0\0"));
        assert!(
            is_typeable_part("“你”", cut) && !is_typeable_part("你好", cut)
        );
    }

    #[test]
    fn a_number_is_one_however_wide_and_with_whatever_words() {
        for (lines, wanted) in [
            ("3| 3\n|03|３|\"3\"|“３”|3.|３。|(3)|③|⑶|³", Some(3)),
            ("3 calls|3次|=3|三次：3", Some(3)),
            ("1250|1,250|1，250|１，２５０", Some(1250)),
            ("0|０", Some(0)),
            ("|\n|many|1.5|1 or 2|2-3|\u{7f}|三|99999999999999999999", None),
        ] {
            for line in lines.split('|') {
                assert_eq!(number(line), wanted, "{line}");
            }
        }
    }

    #[test]
    fn columns_are_named_by_number_or_title_and_anything_else_is_asked_again() {
        let titles = ["idle", "busy", "long", "newline", "1 byte", "random"];
        for (lines, wanted) in [
            (
                "2 4|4,2|24|２，４|２、４|２ ４|2;4|2；4|②④|busy, newline",
                "-+-+--",
            ),
            ("BUSY, 4|2 busy, 4 newline|2 4\r\n|0 2 4", "-+-+--"),
            ("5|1 byte|5 1 byte", "----+-"),
            ("all|ALL|123456", "++++++"),
            ("0|０|none", "------"),
            ("| |,|7|seven|2 x|all but 3|?|\u{7f}", ""),
            // A range would be read as its two ends.
            ("1-4|1–4|1〜4|1..4|1 to 4|1到4", ""),
        ] {
            for line in lines.split('|') {
                let named = columns(line, &titles).unwrap_or_default();
                let mark = |named: bool| if named { '+' } else { '-' };
                let named: String = named.into_iter().map(mark).collect();
                assert_eq!(named, wanted, "{line}");
            }
        }
    }
}
