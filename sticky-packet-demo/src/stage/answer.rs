//! What a player's line says, whatever the keyboard and the input method.

use common::printable::printable;
use unicode_normalization::UnicodeNormalization;
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

/// The one number in it: `3`, `３`, `③`, `"3"`, `3 calls`, `1,250`, `three`, `三次`.
pub fn number(line: &str) -> Option<usize> {
    let text = plain(line).replace([',', QUOTE], "");
    let mut numerals =
        text.split(|c| !is_numeral(c)).filter(|part| !part.is_empty());
    match (numerals.next(), numerals.next()) {
        (Some(one), None) if !text.contains(&format!("-{one}")) => {
            one.parse().ok().or_else(|| chinese(one))
        }
        (None, _) => line.split_whitespace().find_map(|word| {
            ENGLISH.iter().position(|n| *n == plain(word).replace(QUOTE, ""))
        }),
        _ => None,
    }
}

/// Which of the columns with these titles it names, by number or by title: `2 4`,
/// `2、4`, `24`, `1-4`, `busy, newline`, `all`, `0`. `None` when it says something
/// else, or nothing.
pub fn columns(line: &str, titles: &[&str]) -> Option<Vec<bool>> {
    let mut line = plain(line);
    let mut say = |words: &str, meaning: &str| {
        for word in words.split(' ') {
            line = line.replace(word, meaning);
        }
    };
    // What can be a part of another word comes after it: one of none, and of random.
    say("nowhere none nothing 没有 无", "0");
    for (n, word) in ENGLISH.iter().enumerate().take(titles.len() + 1) {
        say(word, &n.to_string());
    }
    for (i, title) in titles.iter().enumerate() {
        say(&plain(title), &(i + 1).to_string());
    }
    say("everywhere all 全部 所有 都", &format!("1-{}", titles.len()));
    say("columns column and 和 与 第 列", ",");
    say("to 到 至 .. → ~", "-");

    let mut named = vec![false; titles.len()];
    let (mut last, mut is_range) = (None, false);
    for c in line.chars() {
        if c.is_alphanumeric() {
            let number =
                chinese(&c.to_string()).filter(|n| *n <= titles.len())?;
            let first = last.filter(|_| is_range).unwrap_or(number);
            let range = first.min(number).max(1)..=first.max(number);
            range.for_each(|column| named[column - 1] = true);
            (last, is_range) = (Some(number), false);
        }
        is_range |= c == '-';
    }
    last.map(|_| named)
}

const ENGLISH: [&str; 11] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight",
    "nine", "ten",
];

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit()
        || chinese(&c.to_string()).is_some()
        || "百千万".contains(c)
}

/// A number below a hundred, such as 三, 十三 or 二十五; or one digit.
fn chinese(text: &str) -> Option<usize> {
    const DIGITS: [&str; 4] = [
        "0123456789",
        "零一二三四五六七八九",
        "〇壹两叁肆伍陆柒捌玖",
        "零壹贰叄",
    ];
    let digit = |c| DIGITS.iter().find_map(|d| d.chars().position(|n| n == c));
    let one = |text: &str| digit(text.parse().ok()?);
    match text.split_once(['十', '拾']) {
        None => one(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { one(tens)? };
            let ones = if ones.is_empty() { 0 } else { one(ones)? };
            Some(10 * tens + ones)
        }
    }
}

/// Stands for every quotation mark.
const QUOTE: char = '"';

/// A text as it is compared: its characters as the plainest keyboard has them, in one
/// Unicode form, no capitals, and no spaces. An input method puts some between two
/// scripts, and at an end nobody sees them.
fn plain(text: &str) -> String {
    // NFKC makes two characters of this quotation mark, and of 3, ３ and ③ the same one.
    let chars = text.chars().map(|c| if c == '´' { QUOTE } else { c }).nfkc();
    let seen = chars.filter(|c| {
        !c.is_whitespace() && c.general_category() != Category::Format
    });
    seen.map(plain_char).flat_map(char::to_lowercase).collect()
}

fn plain_char(c: char) -> char {
    match c {
        '\'' | '`' | '′' | '״' | '׳' => QUOTE,
        '、' | '،' => ',',
        '。' => '.',
        '〜' | '∼' => '~',
        '−' => '-',
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
            ("café", "cafe\u{301}|CAFÉ", "cafe"),
            ("a(b)…", "a(b)...|a（b）…|“a（b）…”", "a"),
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
            ("3 calls|3次|=3|three|Three|THREE|三|叁|③|⑶|³", Some(3)),
            ("three calls|“three” reads|三次|三个|大概三次", Some(3)),
            ("13|十三|⑬", Some(13)),
            ("25|二十五|２５次|25.", Some(25)),
            ("1250|1,250|1，250|1 250|１，２５０", Some(1250)),
            ("0|０|零", Some(0)),
            ("|\n|many|-1|－1|−1|1.5|1 or 2|\u{7f}|一百|sixteen", None),
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
            (
                "two and four|②④|columns 2, 4|第2列、第4列|2 and 4|2和4|二、四|“2 4”|BUSY, 4|\
                 2 busy, 4 newline",
                "-+-+--",
            ),
            (
                "1..4|1…4|1−4|1->4|1 → 4|1∼4|one to four|1-4|１〜４|1 – 4|1到4|1 to 4|4-1|\
                 1-3, 4",
                "++++--",
            ),
            ("5|1 byte|one byte|5 1 byte", "----+-"),
            ("all|ALL|1-6|全部|都", "++++++"),
            ("0|０|nowhere|None.|nothing|无", "------"),
            ("| |,|7|seven|2 x|all but 3|?|\u{7f}", ""),
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
