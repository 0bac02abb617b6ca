//! What a player's line says, whatever the keyboard and the input method.

use common::printable::printable;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};

/// Is it this message? Its zeros can be written in several ways.
pub fn is_message(line: &str, message: &[u8]) -> bool {
    let shown = printable(message);
    let zeros = ["\\x00", "\\0", "00", "0", "?", "␀"];
    zeros.iter().any(|zero| is_text(line, &shown.replace("\\x00", zero)))
}

/// Is it as much of this message as there are keys for? Nobody types half a
/// character, or a zero that nobody has sent.
pub fn is_typeable_part(line: &str, message: &[u8]) -> bool {
    let valid = message.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
    let typeable: String = valid.filter(|c| !c.is_control()).collect();
    is_text(line, &typeable)
}

/// Is it this text, in quotes or without?
pub fn is_text(line: &str, text: &str) -> bool {
    let (line, text) = (plain(line), plain(text));
    let quotes = |part: &str| part.chars().all(|c| c == QUOTE);
    line.match_indices(&text).any(|(at, text)| {
        quotes(&line[..at]) && quotes(&line[at + text.len()..])
    })
}

/// The one number in it: `3`, `３`, `"3"`, `3 calls`, `1,250`, `three`, `三`.
pub fn number(line: &str) -> Option<usize> {
    let line = plain(line).replace([',', QUOTE], "");
    if let Some(number) = in_words(&line) {
        return Some(number);
    }
    let mut numbers = line.split(|c: char| !c.is_ascii_digit());
    let number = numbers.find(|digits| !digits.is_empty())?;
    let is_only_one = numbers.all(str::is_empty);
    let is_negative = line.contains(&format!("-{number}"));
    number.parse().ok().filter(|_| is_only_one && !is_negative)
}

/// Which of the columns with these titles it names, by number or by title: `2 4`,
/// `2、4`, `24`, `1-4`, `busy, newline`, `all`, `0`. `None` when it says something
/// else, or nothing.
pub fn columns(line: &str, titles: &[&str]) -> Option<Vec<bool>> {
    let mut line = plain(line);
    if ["all", "everywhere", "全部"].contains(&line.as_str()) {
        return Some(vec![true; titles.len()]);
    }
    for (i, title) in titles.iter().enumerate() {
        line = line.replace(&plain(title), &(i + 1).to_string());
    }
    for (words, sign) in SIGNS {
        line = words.split(' ').fold(line, |line, w| line.replace(w, sign));
    }
    let mut named = vec![false; titles.len()];
    let (mut last, mut is_range) = (None, false);
    for c in line.chars() {
        if c.is_alphanumeric() {
            let number =
                in_words(&c.to_string()).filter(|n| *n <= titles.len())?;
            let first = last.filter(|_| is_range).unwrap_or(number);
            let range = first.min(number).max(1)..=first.max(number);
            range.for_each(|column| named[column - 1] = true);
            last = Some(number);
        }
        is_range = ['-', '~'].contains(&c);
    }
    last.map(|_| named)
}

/// What words between the numbers of columns mean.
const SIGNS: [(&str, &str); 3] =
    [("nowhere none 没有 无", "0"), ("to 到 至", "-"), ("and 和 与", ",")];

/// A number up to ten in words, or in one digit.
fn in_words(word: &str) -> Option<usize> {
    const WORDS: [&str; 4] = [
        "0 1 2 3 4 5 6 7 8 9",
        "zero one two three four five six seven eight nine ten",
        "零 一 二 三 四 五 六 七 八 九 十",
        "〇 壹 两 叁 肆 伍 陆 柒 捌 玖 拾",
    ];
    let mut places =
        WORDS.iter().map(|words| words.split(' ').position(|w| w == word));
    places.find_map(|place| place)
}

/// Stands for every quotation mark.
const QUOTE: char = '"';

/// A text as it is compared: its characters as the plainest keyboard has them, no
/// capitals, and no spaces. An input method puts some between two scripts, and at an
/// end nobody sees them.
fn plain(text: &str) -> String {
    let seen = text.chars().filter(|c| {
        !c.is_whitespace() && c.general_category() != Category::Format
    });
    seen.map(plain_char).flat_map(char::to_lowercase).collect()
}

fn plain_char(c: char) -> char {
    let narrow = match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    match narrow {
        '\'' | '`' | '´' | '′' | '″' | '״' | '׳' => QUOTE,
        '、' | '､' | '،' => ',',
        '。' | '｡' => '.',
        '〜' => '~',
        ascii if ascii.is_ascii() => ascii,
        other => match other.general_category() {
            Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation => QUOTE,
            Category::DashPunctuation => '-',
            Category::DecimalNumber => ascii_digit(other),
            _ => other,
        },
    }
}

/// The digits of each script follow each other, from 0 to 9.
fn ascii_digit(c: char) -> char {
    let is_digit = |c: char| c.general_category() == Category::DecimalNumber;
    let before = |n| char::from_u32(u32::from(c) - n).is_some_and(is_digit);
    let value = (1..10).take_while(|n| before(*n)).count();
    char::from_digit(value as u32, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_answer_is_right_in_whatever_quotes_it_is_typed() {
        let glued = "hello你好ok";
        let quotes = "\"\"''``“”‘’”“„“«»‹›「」『』｢｣《》〝〞＂＂＇＇״״“\"\u{200f}\u{3000}";
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
        let zeros = "hel\\x00\\x00|hel\\X00\\X00|hel\\0\\0|hel 00 00|hel??";
        let typed = "hello 你好 ok|Hello你好OK|ｈｅｌｌｏ你好ｏｋ|“hello你好ok|「“hello你好ok”」";
        for (message, right, wrong) in [
            ("hello你好ok", typed, "hello|ok|hello你好|hello你好ok!|\"\"|"),
            ("\"a\"b", "\"a\"b|“a”b|\"\"a\"b\"|「“a”b」", "ab|a"),
            ("\"a\"", "\"a\"|'\"a\"'|“a”|“「a」”", "a|"),
            ("\"", "\"|”|\"\"\"", "|a"),
            ("a,b", "a,b|a，b|a、b|“a,b”|a, b", "ab"),
            ("it's", "it's|it’s|“it’s”", "its"),
            ("a  ", "a|a  |\"a  \"|\" a\"", "a.|"),
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
    fn a_number_is_read_in_every_script() {
        for (lines, wanted) in [
            ("3| 3\n|03|３|٣|۳|३|๓|\"3\"|“３”|3.|３。|(3)", Some(3)),
            ("3 calls|3次|=3|three|Three|THREE|三|叁", Some(3)),
            ("1250|1,250|1，250|1 250|１，２５０", Some(1250)),
            ("0|０|零", Some(0)),
            ("|\n|many|-1|－1|1.5|1 or 2|\u{7f}|十三", None),
        ] {
            for line in lines.split('|') {
                assert_eq!(number(line), wanted, "{line}");
            }
        }
    }

    #[test]
    fn columns_are_named_by_number_or_title_with_anything_between_them() {
        let titles = ["idle", "busy", "long", "newline", "1 byte", "random"];
        for (lines, wanted) in [
            ("2 4|4,2|24|２，４|２、４|２ ４|٢،٤|2;4|2；4|2/4|2.4.", "-+-+--"),
            ("2 and 4|2和4|二、四|“2 4”|BUSY, 4|2 busy, 4 newline", "-+-+--"),
            ("1-4|１〜４|1 – 4|1到4|1 to 4|4-1|1-3, 4", "++++--"),
            ("5|1 byte|5 1 byte", "----+-"),
            ("all|ALL|1-6", "++++++"),
            ("0|０|nowhere|None.|无", "------"),
            ("| |,|7|seven|2 x|?|\u{7f}", ""),
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
