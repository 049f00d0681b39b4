//! One slice written by several threads, each its own part.

use std::marker::PhantomData;
use std::ops::Range;

/// A borrowed slice whose parts may be handed to different threads.
#[derive(Clone, Copy)]
pub struct Disjoint<'a> {
    start: *mut f32,
    len: usize,
    borrow: PhantomData<&'a mut [f32]>,
}

// SAFETY: `part` is the only access, and its callers promise that parts in use at the same time don't overlap.
unsafe impl Sync for Disjoint<'_> {}
// SAFETY: as above.
unsafe impl Send for Disjoint<'_> {}

impl<'a> Disjoint<'a> {
    /// Borrows the slice for as long as parts of it are in use.
    pub fn new(slice: &'a mut [f32]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), borrow: PhantomData }
    }

    /// Numbers in all.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Where a number lies; what is written from there on must not overlap what others write or read.
    ///
    /// # Panics
    /// If it lies beyond the slice.
    pub fn pointer(&self, index: usize) -> *mut f32 {
        assert!(index < self.len, "number {index} of {}", self.len);
        self.start.wrapping_add(index)
    }

    /// One part.
    ///
    /// # Safety
    /// No other part in use at the same time overlaps this one.
    ///
    /// # Panics
    /// If the part reaches beyond the slice.
    pub unsafe fn part(&self, range: Range<usize>) -> &'a mut [f32] {
        assert!(range.start <= range.end && range.end <= self.len, "part {range:?} of {} numbers", self.len);
        // SAFETY: within the borrowed slice, and apart from other parts by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}
