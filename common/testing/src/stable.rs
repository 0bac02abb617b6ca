//! A line of a transcript without what differs from run to run.

/// A line without ports, measured numbers, padding.
pub fn stable(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        for host in ["127.0.0.1:", "0.0.0.0:"] {
            if let Some((before, rest)) = word.split_once(host) {
                let rest =
                    rest.trim_start_matches(|c: char| c.is_ascii_digit());
                return format!("{before}{host}PORT{rest}");
            }
        }
        if word.starts_with("[=") {
            return "[BAR".into(); // as long as the numbers behind it allow
        }
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if unit != word && ["s", "m", "h"].contains(&unit) {
            return "TIME".into(); // that is left, at a bar
        }
        word.to_string()
    });
    let mut words: Vec<String> = words.collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', '.', ';', ')']);
        if ["s", "ms", "µs", "MB/s", "KiB/s", "MiB/s"].contains(&unit) {
            words[i - 1] = "N".into();
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_the_same_at_every_speed() {
        let slow = stable("x [===>  ] 50% of 16.00 MiB, 7.34 MiB/s, 1s left");
        let fast = stable("x [==>   ] 50% of 16.00 MiB, 17.34 MiB/s, 2m left");
        assert_eq!(slow, fast);
        assert_ne!(
            slow,
            stable("x [==> ] 51% of 16.00 MiB, 7.34 MiB/s, 1s left")
        );
    }
}
