//! A TCP relay that forwards the same bytes, in the same order, in other pieces.
