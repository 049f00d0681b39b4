//! Encoders small enough to be computed by hand, and a published one where it lies.

mod faults;
mod folder;
mod oracle;
mod published;
mod tokens;
mod vectors;
