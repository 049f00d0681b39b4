//! The fast path: networks computed by kernels of our own, on this processor's widest vectors and on threads that stay.
//!
//! It covers every layer, loss and optimizer of a recipe and computes what Burn computes, within rounding.
//! What makes it fast: weights lie as the products read them and stay so ([`panels`]); bias and function are applied while a
//! result is in the first cache; a dense layer's gradient is spent by the optimizer as it comes, and never stored; an image
//! under a filter is read where it lies ([`layers::conv2d`]); bytes become numbers when the first layer loads them.
//!
//! What keeps it the same at any number of threads: work is cut by results, not by threads, and every sum has one order
//! ([`tile`], [`product`], [`pass`]).
//!
//! From the outside in: [`NativeEngine`] and [`Predictor`], the way through a network ([`pass`]), its layers, products, tiles.
//! Unsafe code stands in `tile` (vectors), `product` and `layers::conv2d` (what tiles read and write), `disjoint` and its
//! callers (slices shared out to threads), `pool` and `buffer`.

mod adam;
mod buffer;
mod cpu;
mod disjoint;
mod encoder;
mod engine;
mod extent;
mod function;
mod input;
mod layers;
mod network;
mod panels;
mod parameter;
mod pass;
mod pool;
mod predictor;
mod product;
mod sparse;
#[cfg(test)]
mod tests;
mod tile;
mod update;

pub use encoder::NativeEncoder;
pub use engine::NativeEngine;
pub use predictor::{Desk, Predictor};
