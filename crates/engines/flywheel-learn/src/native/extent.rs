//! How a row or an image lies in memory: pixel by pixel, a pixel's channels side by side and padded with zeros.

use std::ops::Range;

use flywheel_spec::table::ImageShape;

use crate::network::Shape;

use super::buffer::Buffer;
use super::panels::padded;
use super::product::{Rows, RowsMut};

/// The sizes of what lies between two layers; a row of numbers is an image of one pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Numbers in a pixel that mean something.
    pub channels: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// Numbers in a pixel, padding included.
    pub stride: usize,
}

impl Extent {
    /// What the data bring: nothing is padded.
    pub fn of_input(shape: Shape) -> Self {
        let extent = Self::of_layer(shape);
        Self { stride: extent.channels, ..extent }
    }

    /// What a layer gives.
    pub fn of_layer(shape: Shape) -> Self {
        match shape {
            Shape::Flat(width) => Self { channels: width, height: 1, width: 1, stride: padded(width) },
            Shape::Image(ImageShape { height, width, channels }) => {
                Self { channels, height, width, stride: padded(channels) }
            }
        }
    }

    /// Pixels.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Numbers in memory, padding included; of a single pixel only those that mean something.
    pub fn len(self) -> usize {
        if self.pixels() == 1 { self.channels } else { self.pixels() * self.stride }
    }

    /// Numbers in memory, padding always included.
    pub fn span(self) -> usize {
        self.pixels() * self.stride
    }

    /// Numbers that mean something.
    pub fn features(self) -> usize {
        self.pixels() * self.channels
    }

    /// Where number `index` in PyTorch's order (channel by channel) lies.
    pub fn place(self, index: usize) -> usize {
        let pixels = self.pixels();
        index % pixels * self.stride + index / pixels
    }

    /// The parts of a row that mean something, pixel by pixel; one part where nothing is padded.
    pub fn parts(self) -> impl Iterator<Item = Range<usize>> {
        let (count, step, len) = if self.stride == self.channels {
            (1, 0, self.features())
        } else {
            (self.pixels(), self.stride, self.channels)
        };
        (0..count).map(move |pixel| pixel * step..pixel * step + len)
    }
}

/// Rows of one extent for a whole batch.
pub struct Field {
    /// The sizes of a row.
    pub extent: Extent,
    /// From one row to the next.
    pub spacing: usize,
    /// The rows.
    pub data: Buffer,
}

impl Field {
    /// Room for so many rows.
    pub fn new(extent: Extent, rows: usize) -> Self {
        let mut spacing = padded(extent.span());
        if spacing.is_multiple_of(256) {
            // Rows a power of two apart would compete for the same few places in the cache.
            spacing += 16;
        }
        Self { extent, spacing, data: Buffer::zeros(rows * spacing) }
    }

    /// Makes room for so many rows; what it held is lost when it grows.
    pub fn make_room(&mut self, rows: usize) {
        self.data.reserve(rows * self.spacing);
    }

    /// The first rows, to read.
    pub fn rows(&self, count: usize) -> Rows<'_> {
        Rows { data: &self.data, count, spacing: self.spacing }
    }

    /// The rows, to write.
    pub fn rows_mut(&mut self) -> RowsMut<'_> {
        RowsMut { data: &mut self.data, spacing: self.spacing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_pytorchs_order_and_stay_out_of_the_padding() {
        let extent = Extent { channels: 3, height: 2, width: 4, stride: 16 };
        let mut index = 0;
        for channel in 0..3 {
            for y in 0..2 {
                for x in 0..4 {
                    assert_eq!(extent.place(index), (y * 4 + x) * 16 + channel);
                    index += 1;
                }
            }
        }
        let mut meant: Vec<usize> = (0..extent.features()).map(|i| extent.place(i)).collect();
        meant.sort_unstable();
        assert_eq!(meant, extent.parts().flatten().collect::<Vec<_>>());
    }
}
