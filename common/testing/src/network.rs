//! A network of one's own: the ports and buffers that a machine seldom has.

use std::process::{Command, Stdio};

use crate::program::{Finished, finish};

/// Runs a shell script where nobody else has a port, with these settings of Linux's
/// /proc/sys/net (`("ipv4/tcp_rmem", "4096 4096 4096")`); `None` where that is not
/// allowed.
pub fn in_a_network_of_its_own(
    settings: &[(&str, &str)],
    script: &str,
) -> Option<Finished> {
    let mut begin = "set -e; ip link set lo up".to_string();
    for (name, value) in settings {
        begin += &format!("; echo '{value}' > /proc/sys/net/{name}");
    }
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-rn", "sh", "-c", script]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        finish(command, b"")
    };
    // No such program, or no such right.
    let unshare = Command::new("unshare").arg("--version").output();
    if unshare.is_err() || run(&begin).status != 0 {
        return None;
    }
    Some(run(&format!("{begin}; set +e; {script}")))
}
