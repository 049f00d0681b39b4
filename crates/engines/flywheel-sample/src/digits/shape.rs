//! The shapes of the ten digits: what a hand aims at when it writes each of them.

use super::pen::Pen;
use super::whim::Whim;

mod eight;
mod five;
mod four;
mod nine;
mod one;
mod seven;
mod six;
mod three;
mod two;
mod zero;

/// Draws one digit in one of the ways in which people write it.
pub type Shape = fn(&mut Pen, &mut Whim);

/// The shapes of the digits, each at its own index.
pub const SHAPES: [Shape; 10] = [
    zero::draw,
    one::draw,
    two::draw,
    three::draw,
    four::draw,
    five::draw,
    six::draw,
    seven::draw,
    eight::draw,
    nine::draw,
];
