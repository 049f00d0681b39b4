//! The standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The deviation that holds 95% between its two sides, `Φ⁻¹(0.975)`.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Share of the distribution below `x`, `Φ(x)`.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Density at `x`.
pub fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_scipy() {
        // scipy 1.17.1: scipy.stats.norm.cdf and norm.pdf.
        for (x, below, density_at) in SCIPY {
            assert!((cdf(x) - below).abs() < 1e-15 + 1e-12 * below, "Φ({x})");
            assert!((density(x) - density_at).abs() < 1e-15, "φ({x})");
        }
        assert!((cdf(Z95) - 0.975).abs() < 1e-15);
    }

    const SCIPY: [(f64, f64, f64); 7] = [
        (-8.0, 6.220_960_574_271_74e-16, 5.052_271_083_536_893e-15),
        (-3.0, 0.001_349_898_031_630_093_3, 0.004_431_848_411_938_007_5),
        (-1.0, 0.158_655_253_931_457_07, 0.241_970_724_519_143_37),
        (-0.1, 0.460_172_162_722_971, 0.396_952_547_477_011_8),
        (0.5, 0.691_462_461_274_013_1, 0.352_065_326_764_299_47),
        (1.96, 0.975_002_104_851_779_5, 0.058_440_944_333_451_476),
        (4.0, 0.999_968_328_758_166_9, 0.000_133_830_225_764_885_37),
    ];
}
