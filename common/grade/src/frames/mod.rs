//! The checks of a server of lesson 3, which sends each frame back in upper case.

mod clients;
mod cuts;
mod limits;

use common::frame::write_frame;

use crate::check::Check;
use crate::visit::Visit;

const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const GLUED: &str = "lesson 3, act \"broken\": an idle reader";
const LIMITS: &str = "lesson 3, 'Why these four bytes?': why a limit";

/// The first one is also asked whether a server still answers.
pub const CHECKS: &[Check] = &[
    Check::server(
        "a frame comes back in upper case",
        "lesson 3, act \"half-fixed\": a length in front",
        clients::one,
    ),
    Check::server(
        "a client that closes ends its own connection only",
        "lesson 1, step 5 of its tour: an orderly close",
        clients::closes,
    ),
    Check::server(
        "frames that come in one piece are told apart",
        GLUED,
        clients::glued,
    ),
    Check::server(
        "two frames come back, wherever the stream is cut",
        CUTS,
        cuts::every_cut,
    ),
    Check::server(
        "frames that come one byte at a time come back",
        CUTS,
        cuts::single_bytes,
    ),
    Check::server(
        "the longest frame, of 65536 bytes, comes back",
        CUTS,
        cuts::longest,
    ),
    Check::server(
        "a hundred frames in random pieces come back in order",
        CUTS,
        cuts::many,
    ),
    Check::server(
        "a length of 0 gets no answer and harms nobody else",
        LIMITS,
        limits::zero,
    ),
    Check::server(
        "a length of 4 GiB is refused, and not waited for",
        LIMITS,
        limits::giant,
    ),
    Check::server(
        "a stream that ends inside a frame harms nobody else",
        LIMITS,
        limits::cut,
    ),
    Check::server(
        "three clients at once are answered, the silent one last",
        "lesson 1, one thread for each connection: try two clients",
        clients::three,
    ),
    Check::server(
        "a goodbye between two frames is answered by nothing but an end",
        "lesson 3, act \"fixed\": None when the sender has finished",
        limits::goodbye,
    )
    .strict(),
];

/// The frame of this payload. (`write_frame` refuses none that a check uses.)
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = write_frame(&mut bytes, payload);
    bytes
}

/// Random frames one behind the other, and the answer to them.
fn frames(visit: &mut Visit, lengths: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut wanted) = (Vec::new(), Vec::new());
    for length in lengths {
        let payload = visit.letters(*length);
        sent.extend(frame(&payload));
        wanted.extend(frame(&payload.to_ascii_uppercase()));
    }
    (sent, wanted)
}
