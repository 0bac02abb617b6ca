//! The lesson's own folders, found when the program runs: a checkout can be moved, and an
//! installed program has none.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The sample files, for the tour: a program may have no checkout.
pub const SAMPLES: [(&str, &[u8]); 5] = [
    ("empty.txt", b""),
    ("hello.txt", include_bytes!("../share/hello.txt")),
    ("numbers.txt", include_bytes!("../share/numbers.txt")),
    ("two words.txt", include_bytes!("../share/two words.txt")),
    ("粘包.txt", include_bytes!("../share/粘包.txt")),
];

/// The folder that a server shares: this one, or else the lesson's.
pub fn share(chosen: Option<&PathBuf>) -> Result<PathBuf> {
    let lessons = || Some(lesson()?.join("share"));
    chosen.cloned().or_else(lessons).context(
        "no folder to share: there is no folder `share` beside this program, \
         and no checkout around it; give one with --dir",
    )
}

/// The folder that a client saves in: this one, or else beside the sample files, or in
/// the working directory. Seen from there, where it is inside: so it is shown.
pub fn download(chosen: Option<&PathBuf>) -> PathBuf {
    let lessons = || lesson().unwrap_or_default().join("download");
    let folder = chosen.cloned().unwrap_or_else(lessons);
    let here = env::current_dir().unwrap_or_default();
    match folder.strip_prefix(here) {
        Ok(inside) if inside != Path::new("") => inside.to_path_buf(),
        _ => folder,
    }
}

/// The lesson's folder, in the checkout that `cargo run` names (it can be started from
/// anywhere), or around the working directory, or around the program. Or that of the
/// program itself, with `share` beside it.
fn lesson() -> Option<PathBuf> {
    let cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = env::current_dir().ok();
    let program = env::current_exe().ok();
    let places = cargo.iter().chain(&here).chain(&program);
    let around = places.flat_map(|path| path.ancestors());
    let checkouts = around.map(|folder| folder.join("file-transfer"));
    let own = program.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    checkouts.chain(own).find(|folder| folder.join("share").is_dir())
}
