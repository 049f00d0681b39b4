//! Texts sorted into classes by a sparse linear model over words and pieces of words.
//!
//! ```
//! use flywheel_text::linear::{Linear, LinearSpec};
//!
//! let texts = ["where is my card", "my card has not come", "reset my password", "i forgot the password"];
//! let labels = ["card", "card", "password", "password"];
//! let model = Linear::train(&LinearSpec::default(), &texts, &labels);
//! assert_eq!(model.best("the card is not here"), Some("card"));
//! ```
//!
//! The [features](Features) are terms, pairs of terms and n-grams of characters, weighted by sublinear tf-idf and of
//! length one; the model is one support vector machine a class ([`Linear`]). Training sorts its examples first, so
//! that any order of them gives the same bits, and it reads no clock and no global chance.
//! A [`Linear`] is plain data for serde, and carries its features with it: one path from text to class.

mod feature;
mod model;
mod piece;

pub use feature::{FeatureSpec, Features, Sparse};
pub use model::{Linear, LinearSpec};
pub use piece::{Pieces, pieces};
