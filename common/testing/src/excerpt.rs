//! Is a text what it claims to be: another one, or parts of it in order?

/// Where the shown lines stop being the real ones; `None` when they never do.
///
/// Where `is_gap` accepts a shown line, it stands for one line at least that is left out.
/// The rest must follow in order. `whole`: the first line is the real text's first, and
/// the last its last; otherwise it can begin and end anywhere.
pub fn differs<T: PartialEq>(
    shown: &[T],
    real: &[T],
    is_gap: impl Fn(&T) -> bool,
    whole: bool,
) -> Option<usize> {
    let mut furthest = 0;
    let pieces: Vec<&[T]> = shown.split(is_gap).collect();
    let starts = if whole { 0..=0 } else { 0..=real.len() };
    for start in starts {
        match follow(&pieces, &real[start..], whole) {
            Ok(()) => return None,
            Err(line) => furthest = furthest.max(line),
        }
    }
    Some(furthest.min(shown.len().saturating_sub(1)))
}

/// Follows the pieces from the real text's first line; else says how far they went.
fn follow<T: PartialEq>(
    pieces: &[&[T]],
    real: &[T],
    whole: bool,
) -> Result<(), usize> {
    let (first, rest) = pieces.split_first().ok_or(0_usize)?;
    let mut at = common(first, real);
    let mut line = at; // of the shown text
    if at < first.len() {
        return Err(line);
    }
    for (i, piece) in rest.iter().enumerate() {
        line += 1; // the gap
        at += 1;
        let last = whole && i + 1 == rest.len();
        let from = match last {
            // Only the end of the real text will do.
            true => at.max(real.len().saturating_sub(piece.len())),
            false => at,
        };
        let starts = from..=real.len();
        let fits = |start: &usize| real[*start..].starts_with(piece);
        let Some(start) = starts.clone().find(fits) else {
            let same = |start: usize| common(piece, &real[start..]);
            return Err(line + starts.map(same).max().unwrap_or(0));
        };
        at = start + piece.len();
        line += piece.len();
    }
    if whole && at != real.len() { Err(line) } else { Ok(()) }
}

/// How many lines are the same at the beginning.
fn common<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(shown: &str, real: &str, whole: bool) -> Option<usize> {
        let shown: Vec<&str> = shown.split_whitespace().collect();
        let real: Vec<&str> = real.split_whitespace().collect();
        differs(&shown, &real, |line| *line == "...", whole)
    }

    #[test]
    fn a_shortened_text_shows_lines_in_order_from_the_first_to_the_last() {
        for shown in ["a b c d e", "a ... e", "... c d ...", "a b ... d e"] {
            assert_eq!(differ(shown, "a b c d e", true), None, "{shown}");
        }
        for (shown, line) in [
            ("a b c d", 3),         // the end is missing
            ("a b ... c d e", 3),   // nothing is left out here
            ("... d ... c ...", 3), // not in order
            ("a ... x ... e", 2),   // not in the text
            ("a ... d", 2),         // not the end
            ("b ... e", 0),         // not the beginning
            ("a b c d e ...", 5),   // nothing is left out here either
        ] {
            assert_eq!(differ(shown, "a b c d e", true), Some(line), "{shown}");
        }
    }

    #[test]
    fn the_last_lines_are_looked_for_at_the_end() {
        assert_eq!(differ("a ... b c", "a b c b c", true), None);
        assert_eq!(differ("a ... c", "a c", true), Some(2));
    }

    #[test]
    fn an_excerpt_begins_and_ends_anywhere() {
        assert_eq!(differ("b c", "a b c d", false), None);
        assert_eq!(differ("b ... d", "a b c d e", false), None);
        assert_eq!(differ("b x", "a b c d", false), Some(1));
        assert_eq!(differ("b d", "a b b d c", false), None);
    }
}
