//! The progress bar of a download: on a terminal only.

use common::printable::printable;
use common::trace::Trace;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::digest::BUFFER;
use crate::wire::Header;

/// A bar that is removed again when it is dropped. indicatif draws it twenty times a
/// second, however often it advances.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar for the file of this header: none for a small one, and none between the
    /// lines of a trace.
    pub fn start(header: &Header, trace: &Trace) -> Self {
        if header.file_size <= BUFFER as u64 || !trace.is_off() {
            return Self(None);
        }
        // Hidden until all is set, since every change draws it.
        let bar = ProgressBar::hidden().with_position(header.offset);
        bar.set_length(header.file_size);
        bar.set_message(printable(header.filename.as_bytes()));
        let template = "{msg} [{wide_bar}] {percent}% of {total_bytes}, \
                        {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.reset_eta(); // what was here before has not come at this rate
        bar.set_draw_target(ProgressDrawTarget::stderr());
        Self(Some(bar))
    }

    pub fn advance(&self, bytes: usize) {
        self.0.iter().for_each(|bar| bar.inc(bytes as u64));
    }

    /// All bytes have come, and are being read again.
    pub fn verifying(&self) {
        if let Some(bar) = &self.0 {
            bar.set_message("verifying");
            bar.force_draw();
        }
    }
}
