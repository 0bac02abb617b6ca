//! The next files: they are asked for while one is on its way.

use std::collections::VecDeque;

use crate::client::connection::Connection;
use crate::client::download::Download;
use crate::client::folder::Folder;

/// How many files are asked for ahead.
const MOST: usize = 8;

/// The files whose requests have left already, in their order.
#[derive(Default)]
pub struct Ahead(VecDeque<Download>);

impl Ahead {
    /// The file whose turn has come, if it was asked for ahead.
    pub fn next(&mut self) -> Option<Download> {
        self.0.pop_front()
    }

    /// Asks for the files of these names in one write, when those before have come. One
    /// that is here in part, or cannot be saved, has to wait until its turn comes.
    pub fn ask(
        &mut self,
        names: &[String],
        folder: &mut Folder,
        connection: &mut Connection,
    ) {
        if !self.0.is_empty() {
            return;
        }
        let new = |name: &String| {
            let download = Download::open(folder, name).ok()?;
            (download.len() == 0).then_some(download)
        };
        let ahead: VecDeque<_> =
            names.iter().take(MOST).map_while(new).collect();
        let requests: Vec<_> = ahead.iter().map(Download::request).collect();
        if connection.ask_ahead(&requests).is_ok() {
            self.0 = ahead;
        }
    }
}
