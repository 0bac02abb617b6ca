//! The progress bar of a download: on a terminal only.

use common::printable::printable;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::digest::BUFFER;
use crate::wire::Header;

/// A bar that is removed again when it is dropped. indicatif draws it twenty times a
/// second, however often it advances.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for the file of this header. A small file needs none, and between the lines
    /// of a trace it would be in the way: then it draws nothing.
    pub fn start(name: &str, header: &Header, traced: bool) -> Self {
        // Hidden until all is set, since every change draws it.
        let bar = ProgressBar::hidden().with_position(header.offset);
        if header.file_size <= BUFFER as u64 || traced {
            return Self(bar);
        }
        let terminal = ProgressDrawTarget::stderr();
        if terminal.is_hidden() {
            return Self(bar);
        }
        bar.set_length(header.file_size);
        bar.set_message(printable(name.as_bytes()));
        let template = "{msg} [{wide_bar}] {percent}% of {total_bytes}, \
                        {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.reset_eta(); // what was here before has not come at this rate
        bar.set_draw_target(terminal);
        Self(bar)
    }

    pub fn advance(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }

    /// All bytes have come, and are being read again.
    pub fn verifying(&self) {
        self.0.set_message("verifying");
        self.0.force_draw();
    }
}
