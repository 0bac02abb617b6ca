//! The tour.
use anyhow::Result;
use common::trace::Trace;
pub fn run(_trace: &Trace) -> Result<()> {
    Ok(())
}
