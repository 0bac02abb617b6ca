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
        word.to_string()
    });
    let mut words: Vec<String> = words.collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', '.', ';', ')']);
        if ["s", "ms", "µs", "MB/s", "KiB/s", "MiB/s"].contains(&unit) {
            words[i - 1] = "N".into();
        }
    }
    forget_speed(&mut words);
    words.join(" ")
}

/// In the line of a progress bar, `[==> ] 50% of 16.00 MiB, 7.34 MiB/s, 1s left`, forgets
/// rate and time, and how long the bar is: as long as these allow.
fn forget_speed(words: &mut [String]) {
    let Some(bar) = words.iter().position(|word| word.starts_with("[=")) else {
        return;
    };
    let Some(left) = words.iter().position(|word| word == "left") else {
        return;
    };
    if left > bar + 3 && words[left - 2].ends_with("B/s,") {
        words[bar] = "[BAR".into();
        for word in &mut words[left - 3..left] {
            *word = "N".into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_the_same_at_every_speed() {
        let slow = stable("x [===>  ] 50% of 16.00 MiB, 7.34 MiB/s, 1s left");
        let fast = stable("x [==>   ] 50% of 16.00 MiB, 1.34 GiB/s, 2m left");
        assert_eq!(slow, fast);
        assert_ne!(
            slow,
            stable("x [==> ] 51% of 16.00 MiB, 7.34 MiB/s, 1s left")
        );
    }

    #[test]
    fn a_time_that_no_bar_shows_is_compared() {
        assert_ne!(stable("waits 5s, 1s left"), stable("waits 5s, 2s left"));
        assert_ne!(stable("[== 1s"), stable("[=== 1s"));
    }
}
