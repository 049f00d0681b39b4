//! Questions in both languages, and what is understood of them.
use super::*;
