//! What the command line and the errors have to know of this lesson.

use common::lesson::Lesson;

/// Port 8080 is the original's.
pub const LESSON: Lesson = Lesson { name: "udp-echo", addr: "127.0.0.1:8080" };
