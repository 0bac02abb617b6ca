//! Wrong: newlines are escaped, but backslashes are not. A backslash and an n of the
//! message become a newline.

pub use super::super::solutions::lines::Lines;

/// The line that carries this message, with the newline at its end.
pub fn line(message: &[u8]) -> Vec<u8> {
    let mut line = Vec::new();
    for byte in message {
        match byte {
            b'\n' => line.extend(b"\\n"),
            _ => line.push(*byte),
        }
    }
    line.push(b'\n');
    line
}
