//! The listing: how many files there are, then one message for each.

use anyhow::{Context, Result};

use crate::client::Client;
use crate::shortage::MAX_LISTING;
use crate::wire::{Entry, Reply, Request};

impl Client {
    /// Shows every file that the server offers, as they come.
    pub fn list(
        &mut self,
        mut show: impl FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        let connection = &mut self.connection;
        let failed = format!("cannot list the files of {}", connection.addr);
        let mut receive = || {
            connection.ask(Request::List)?;
            let Reply::Listing { count } = connection.reply()? else {
                return Err(connection.other_answer());
            };
            if count > MAX_LISTING {
                let e =
                    format!("it lists {count} files, {MAX_LISTING} at most");
                return Err(connection.not_the_protocol(e));
            }
            for _ in 0..count {
                show(connection.message()?)?;
            }
            connection.done();
            Ok(())
        };
        receive().context(failed)
    }
}
