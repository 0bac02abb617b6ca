//! What the command line and the errors have to know of this lesson.

use common::lesson::Lesson;

/// Port 9901 is the original's.
pub const LESSON: Lesson =
    Lesson { name: "file-transfer", addr: "127.0.0.1:9901" };
