//! The next files: they are asked for while one is on its way.

use crate::client::{Client, folder};
use crate::wire::Request;

/// How many files are asked for ahead, in one write.
const MOST: usize = 8;

impl Client {
    /// Asks for the first of these, when those that were asked for ahead have come. One
    /// that is here in part, or cannot be saved, has to wait until its turn comes.
    pub fn ask_ahead(&mut self, names: &[String]) {
        let names = names.iter().take(MOST);
        let new = names.take_while(|name| folder::is_new(&self.folder, name));
        let requests =
            new.map(|name| Request::Get { filename: name.clone(), offset: 0 });
        // The file that is on its way may still come. The next one meets this error.
        let _ = self.connection.ask_ahead(requests);
    }
}
