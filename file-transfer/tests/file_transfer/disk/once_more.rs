//! A wrong digest: the file is fetched once more, and not a third time.

use testing::RawServer;

use crate::disk::content::*;
use crate::files::assert_holds;
use crate::messages::{file, file_from};
use crate::programs::{EARLIER, messages};

/// What the client logs before that.
const ONCE_MORE: &str = "The digest is wrong: once more, from the start.\n";

#[test]
fn a_wrong_digest_is_asked_for_once_more_and_not_a_third_time() {
    let right = file("x.bin", &changed());
    let mut damaged = right.clone();
    *damaged.last_mut().unwrap() ^= 1;
    // The whole file, and the rest of one that has changed in between.
    let rest = file_from("x.bin", &changed(), CUT);
    for (unfinished, request, first) in [
        (None, GET, damaged.clone()),
        (Some(&content()[..CUT]), GET_THE_REST, rest),
    ] {
        for (second, arrives) in [(&right, true), (&damaged, false)] {
            let server = RawServer::expecting([
                (request, first.clone()),
                (GET, second.clone()),
            ]);
            let dir = folder(unfinished);
            let done = get_x(&server.addr, dir.path());
            assert_eq!(done.status == 0, arrives);
            let said = messages(&done);
            let error = said.strip_prefix(ONCE_MORE).unwrap();
            let wanted =
                "it was damaged or changed on its way, two times: its md5 ";
            assert_eq!(error.contains(wanted), !arrives, "{error}");
            let here = if arrives { changed() } else { EARLIER.to_vec() };
            assert_holds(dir.path(), &[("x.bin", &here)]);
            server.end();
        }
    }
}
