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
    words.join(" ")
}
