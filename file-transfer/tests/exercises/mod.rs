//! What a right answer to each of this lesson's exercises does.

pub mod download;
pub mod gain;
pub mod one_pass;
pub mod speak_it;
