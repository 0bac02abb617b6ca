//! Lesson 4: names that no shared file can have.

use super::lies::next_is_served;
use super::share::{self, SECRET};
use super::wire::{self, Reply, wrong};
use crate::finding::{How, Meaning, Problem, Verdict};
use crate::visit::{Visit, skipped};

/// Asks for what is no name of a shared file: an error is wanted, and no bytes.
fn no_file(visit: &mut Visit, name: &str, meaning: &str) -> Verdict {
    let file = share::any(visit)?;
    let mut talk = visit.connect()?;
    talk.send(&wire::get(name))?;
    match wire::reply(&mut talk).when(How::Silence, meaning) {
        Ok(Reply::Error(_)) => {}
        // It may also end this connection.
        Err(Problem::Failed(f)) if f.how == How::Ended => {}
        Ok(other) => {
            let seen = format!("{name:?} was asked for; the reply is {other}.");
            return Err(wrong(seen, meaning).into());
        }
        Err(problem) => return Err(problem),
    }
    next_is_served(visit, &file, meaning)
}

pub fn leads_out(visit: &mut Visit) -> Verdict {
    let mut names = vec![
        format!("../{SECRET}"),
        "../../../../../../../../etc/passwd".into(),
        "/etc/passwd".into(),
        "folder/inside.txt".into(),
    ];
    if let Some(folder) = &visit.folder
        && let Some(above) = folder.parent()
    {
        names.push(above.join(SECRET).to_string_lossy().into_owned());
    }
    for name in names {
        no_file(
            visit,
            &name,
            "Nothing outside the shared folder is opened: a name has exactly one \
             part, without / in it, and is not \"..\".",
        )?;
    }
    Ok(())
}

pub fn no_files(visit: &mut Visit) -> Verdict {
    let folder = if visit.filled { "folder" } else { "." };
    for name in [folder, ".", "..", ""] {
        no_file(
            visit,
            name,
            "A folder is no file, and an empty name is none.",
        )?;
    }
    Ok(())
}

pub fn windows_names(visit: &mut Visit) -> Verdict {
    let long = "n".repeat(5000);
    for name in ["NUL", "C:x", "a\\b", "..\\x", "x.", "a\0b", "\x1b[31m", &long]
    {
        no_file(
            visit,
            name,
            "Some system takes this name for something else.",
        )?;
    }
    Ok(())
}

pub fn link(visit: &mut Visit) -> Verdict {
    if !visit.filled || cfg!(windows) {
        return skipped("only a folder that grade has filled has such a link");
    }
    let meaning = "leads-out.txt is a symbolic link to a file outside the folder: look \
                   where a name leads before you open it.";
    no_file(visit, "leads-out.txt", meaning)
}
