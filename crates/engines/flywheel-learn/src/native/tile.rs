//! The innermost loop of every product: a few rows of A against a narrow strip of B, sums kept in registers.
//!
//! `C[r][j] (+)= Σ_o Σ_i A[r, o, i] · B[o, i][j]`, where A is read number by number at any stride (so that neither an
//! image under a filter nor a transposed matrix is ever copied) and a row of B is `NV` vectors that lie side by side.
//! The sum runs through `o` and `i` in order, one fused multiply-add each, whatever the tile's shape: a result depends
//! neither on the tiling nor on the number of threads.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::cpu::Level;

/// Numbers in the unit of a strip's width.
pub const LANES: usize = 16;

/// Where a tile's operands lie; strides count numbers.
#[derive(Clone, Copy, Debug)]
pub struct Tile {
    /// Repetitions of the inner sum.
    pub outer: usize,
    /// Terms of the inner sum.
    pub inner: usize,
    /// First number of A.
    pub a: *const f32,
    /// From one row of A to the next.
    pub a_row: usize,
    /// From one inner term of A to the next.
    pub a_inner: usize,
    /// From one outer term of A to the next.
    pub a_outer: usize,
    /// First number of B, at the beginning of a cache line, as are all its rows.
    pub b: *const f32,
    /// From one inner row of B to the next.
    pub b_inner: usize,
    /// From one outer row of B to the next.
    pub b_outer: usize,
    /// First number of C.
    pub c: *mut f32,
    /// From one row of C to the next.
    pub c_row: usize,
    /// Whether the sums start from what C holds rather than from zero.
    pub accumulate: bool,
}

/// How A is walked; one of its two strides is known to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Inner terms lie side by side, as in a row of a matrix (`a_inner == 1`).
    Along,
    /// Rows lie side by side, as in a transposed matrix (`a_row == 1`).
    Across,
}

/// The most rows that a tile of `strips × 16` columns may have.
pub fn max_rows(level: Level, strips: usize) -> usize {
    match (level, strips) {
        (Level::Avx512, 3) => 8,
        (Level::Avx512, _) => 14,
        (Level::Avx2, _) => 6,
        (Level::Portable, _) => 4,
    }
}

/// Vectors of one width and what a tile does with them.
///
/// All of it is unsafe for the same two reasons: the processor must have the instructions, and pointers must point to as
/// many numbers as a vector has.
trait Vector: Copy {
    const WIDTH: usize;
    unsafe fn zero() -> Self;
    unsafe fn load(from: *const f32) -> Self;
    /// Like `load`, from a multiple of the vector's size; unlike it, no build guards it with checks.
    unsafe fn load_aligned(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    /// `self + number · other`, rounded once where the processor can.
    unsafe fn add_product(self, number: *const f32, other: Self) -> Self;
}

#[cfg(target_arch = "x86_64")]
impl Vector for __m512 {
    const WIDTH: usize = 16;
    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm512_maskz_loadu_ps(u16::MAX, from) }
    }
    #[inline(always)]
    unsafe fn load_aligned(from: *const f32) -> Self {
        unsafe { _mm512_load_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_mask_storeu_ps(to, u16::MAX, self) }
    }
    #[inline(always)]
    unsafe fn add_product(self, number: *const f32, other: Self) -> Self {
        unsafe { _mm512_fmadd_ps(_mm512_broadcastss_ps(_mm_load_ss(number)), other, self) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Vector for __m256 {
    const WIDTH: usize = 8;
    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm256_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_aligned(from: *const f32) -> Self {
        unsafe { _mm256_load_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self) }
    }
    #[inline(always)]
    unsafe fn add_product(self, number: *const f32, other: Self) -> Self {
        unsafe { _mm256_fmadd_ps(_mm256_broadcastss_ps(_mm_load_ss(number)), other, self) }
    }
}

impl Vector for [f32; 8] {
    const WIDTH: usize = 8;
    #[inline(always)]
    unsafe fn zero() -> Self {
        [0.0; 8]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { *from.cast::<Self>() }
    }
    #[inline(always)]
    unsafe fn load_aligned(from: *const f32) -> Self {
        unsafe { *from.cast::<Self>() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { *to.cast::<Self>() = self }
    }
    #[inline(always)]
    unsafe fn add_product(mut self, number: *const f32, other: Self) -> Self {
        let number = unsafe { *number };
        for (sum, term) in self.iter_mut().zip(other) {
            *sum += number * term;
        }
        self
    }
}

/// Repeats a line for each row, written out: loops of this size the compiler unrolls too late to keep sums in registers.
macro_rules! each_row {
    ($r:ident < $rows:ident, $body:block) => {
        each_row!($r < $rows, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13);
    };
    ($r:ident < $rows:ident, $body:block, $($n:literal)*) => {
        $(if $n < $rows { const $r: usize = $n; $body })*
    };
}

/// Pointers move by `wrapping_add` only, which no build guards with checks: those would cost more than the sums.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "indices known when compiling keep the sums in registers")]
unsafe fn sum<V: Vector, const ROWS: usize, const VECTORS: usize, const ALONG: bool>(t: &Tile) {
    // SAFETY: the caller of `compute` vouches for all addresses of the tile.
    unsafe {
        let row_stride = if ALONG { t.a_row } else { 1 };
        let mut sums = [[V::zero(); VECTORS]; ROWS];
        if t.accumulate {
            each_row!(R < ROWS, {
                for v in 0..VECTORS {
                    sums[R][v] = V::load(t.c.wrapping_add(R.wrapping_mul(t.c_row) + v * V::WIDTH));
                }
            });
        }
        for o in 0..t.outer {
            let mut a = t.a.wrapping_add(o.wrapping_mul(t.a_outer));
            let mut b = t.b.wrapping_add(o.wrapping_mul(t.b_outer));
            for _ in 0..t.inner {
                let mut strip = [V::zero(); VECTORS];
                for v in 0..VECTORS {
                    strip[v] = V::load_aligned(b.wrapping_add(v * V::WIDTH));
                }
                each_row!(R < ROWS, {
                    for v in 0..VECTORS {
                        sums[R][v] =
                            sums[R][v].add_product(a.wrapping_add(R.wrapping_mul(row_stride)), strip[v]);
                    }
                });
                a = a.wrapping_add(if ALONG { 1 } else { t.a_inner });
                b = b.wrapping_add(t.b_inner);
            }
        }
        each_row!(R < ROWS, {
            for v in 0..VECTORS {
                sums[R][v].store(t.c.wrapping_add(R.wrapping_mul(t.c_row) + v * V::WIDTH));
            }
        });
    }
}

/// A function for each number of rows, from one up.
macro_rules! by_rows {
    ($function:ident, $strips:literal, $along:literal, $t:ident, $rows:ident, $($n:literal)*) => {
        match $rows {
            $($n => unsafe { $function::<$n, $strips, $along>($t) },)*
            _ => unreachable!("no tile has {} rows of {} strips", $rows, $strips),
        }
    };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const ROWS: usize, const STRIPS: usize, const ALONG: bool>(t: &Tile) {
    unsafe { sum::<__m512, ROWS, STRIPS, ALONG>(t) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const ROWS: usize, const STRIPS: usize, const ALONG: bool>(t: &Tile) {
    for strip in 0..STRIPS {
        unsafe { sum::<__m256, ROWS, 2, ALONG>(&shifted(t, strip * LANES)) }
    }
}

unsafe fn portable<const ROWS: usize, const STRIPS: usize, const ALONG: bool>(t: &Tile) {
    for part in 0..STRIPS * 2 {
        unsafe { sum::<[f32; 8], ROWS, 1, ALONG>(&shifted(t, part * 8)) }
    }
}

/// The same tile some columns further right.
#[inline(always)]
unsafe fn shifted(t: &Tile, columns: usize) -> Tile {
    // SAFETY: the caller's tile reaches at least so far to the right.
    unsafe { Tile { b: t.b.add(columns), c: t.c.add(columns), ..*t } }
}

/// Computes one tile of `rows` rows and `strips × 16` columns.
///
/// # Safety
/// All that the tile addresses must lie in live memory, C disjoint from A and B, and no other thread may touch C.
/// `rows` is from 1 to [`max_rows`], `strips` from 1 to 3, and `level` is one that this processor has.
pub unsafe fn compute(level: Level, walk: Walk, rows: usize, strips: usize, t: &Tile) {
    assert!(
        (t.b as usize).is_multiple_of(64)
            && t.b_inner.is_multiple_of(LANES)
            && t.b_outer.is_multiple_of(LANES),
        "B's rows must begin on cache lines"
    );
    macro_rules! by_shape {
        ($function:ident, $along:literal, [$($one:literal)*], [$($three:literal)*]) => {
            match strips {
                1 => by_rows!($function, 1, $along, t, rows, $($one)*),
                2 => by_rows!($function, 2, $along, t, rows, $($one)*),
                3 => by_rows!($function, 3, $along, t, rows, $($three)*),
                _ => unreachable!("no tile is {strips} strips wide"),
            }
        };
    }
    match (level, walk) {
        #[cfg(target_arch = "x86_64")]
        (Level::Avx512, Walk::Along) => {
            by_shape!(avx512, true, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], [1 2 3 4 5 6 7 8])
        }
        #[cfg(target_arch = "x86_64")]
        (Level::Avx512, Walk::Across) => {
            by_shape!(avx512, false, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], [1 2 3 4 5 6 7 8])
        }
        #[cfg(target_arch = "x86_64")]
        (Level::Avx2, Walk::Along) => by_shape!(avx2, true, [1 2 3 4 5 6], [1 2 3 4 5 6]),
        #[cfg(target_arch = "x86_64")]
        (Level::Avx2, Walk::Across) => by_shape!(avx2, false, [1 2 3 4 5 6], [1 2 3 4 5 6]),
        (_, Walk::Along) => by_shape!(portable, true, [1 2 3 4], [1 2 3 4]),
        (_, Walk::Across) => by_shape!(portable, false, [1 2 3 4], [1 2 3 4]),
    }
}

/// One row times one panel, for the terms that are not zero: `C[j] = Σ number · B[row][j]` in the order given.
///
/// # Safety
/// Every term names a row of B, which is as wide as C: `strips × 16`. `level` is one that this processor has.
pub unsafe fn compute_row(level: Level, strips: usize, terms: &[(u32, f32)], b: &[f32], c: &mut [f32]) {
    assert!((b.as_ptr() as usize).is_multiple_of(64), "B must begin on a cache line");
    debug_assert!(c.len() == strips * LANES && terms.iter().all(|t| (t.0 as usize + 1) * c.len() <= b.len()));
    // SAFETY: the caller vouches for the terms and the level.
    unsafe {
        match (level, strips) {
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 1) => avx512_row::<1>(terms, b, c),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, 2) => avx512_row::<2>(terms, b, c),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx512, _) => avx512_row::<3>(terms, b, c),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, 1) => avx2_row::<2>(terms, b, c),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, 2) => avx2_row::<4>(terms, b, c),
            #[cfg(target_arch = "x86_64")]
            (Level::Avx2, _) => avx2_row::<6>(terms, b, c),
            (_, 1) => sum_row::<[f32; 8], 2>(terms, b, c),
            (_, 2) => sum_row::<[f32; 8], 4>(terms, b, c),
            _ => sum_row::<[f32; 8], 6>(terms, b, c),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512_row<const VECTORS: usize>(terms: &[(u32, f32)], b: &[f32], c: &mut [f32]) {
    unsafe { sum_row::<__m512, VECTORS>(terms, b, c) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2_row<const VECTORS: usize>(terms: &[(u32, f32)], b: &[f32], c: &mut [f32]) {
    unsafe { sum_row::<__m256, VECTORS>(terms, b, c) }
}

#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "indices known when compiling keep the sums in registers")]
unsafe fn sum_row<V: Vector, const VECTORS: usize>(terms: &[(u32, f32)], b: &[f32], c: &mut [f32]) {
    // SAFETY: the caller of `compute_row` vouches for the terms.
    unsafe {
        let mut sums = [V::zero(); VECTORS];
        for (row, number) in terms {
            let line = b.as_ptr().wrapping_add((*row as usize).wrapping_mul(VECTORS * V::WIDTH));
            for v in 0..VECTORS {
                sums[v] = sums[v].add_product(number, V::load_aligned(line.wrapping_add(v * V::WIDTH)));
            }
        }
        for v in 0..VECTORS {
            sums[v].store(c.as_mut_ptr().wrapping_add(v * V::WIDTH));
        }
    }
}
