//! The listing: how many files there are, then one message for each.

use anyhow::Result;

use crate::client::connection::Connection;
use crate::wire::{Entry, MAX_LISTING, Reply, Request};

/// Asks for the listing, and shows each entry as it comes.
pub fn receive(
    connection: &mut Connection,
    mut show: impl FnMut(Entry) -> Result<()>,
) -> Result<()> {
    connection.ask(&Request::List)?;
    let Reply::Listing { count } = connection.reply()? else {
        return Err(connection.other_answer());
    };
    if count > MAX_LISTING {
        let e = format!("it lists {count} files, {MAX_LISTING} at most");
        return Err(connection.not_the_protocol(e));
    }
    for _ in 0..count {
        show(connection.entry()?)?;
    }
    connection.done();
    Ok(())
}
