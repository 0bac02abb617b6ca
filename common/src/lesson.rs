//! What the command line and the errors of a lesson have to know of it.

use crate::addr::Addr;

/// A lesson with a server: each has a constant of this type in its `lesson.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The name of its package, for the commands that an error advises.
    pub name: &'static str,
    /// Where its server listens unless told otherwise.
    pub addr: &'static str,
}

impl Lesson {
    /// The command that starts this lesson's server at this address.
    pub fn server_command(&self, addr: &Addr) -> String {
        let command = format!("cargo run -p {} -- server", self.name);
        if addr.to_string() == self.addr {
            return command;
        }
        format!("{command} --addr {}", addr.in_a_command())
    }
}
