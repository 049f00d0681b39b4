//! Student's t distribution.

/// The probability that a deviate with `degrees` of freedom lies as far from 0 as `t`, on either side.
///
/// `I(ν / (ν + t²); ν/2, 1/2)`, Abramowitz and Stegun 26.7.1.
pub fn two_sided(t: f64, degrees: f64) -> f64 {
    regularised_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
}

/// The deviation that holds 95% between its two sides.
pub fn reach95(degrees: f64) -> f64 {
    let (mut low, mut high) = (1.0, 20.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if two_sided(middle, degrees) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function `I(x; a, b)` by Lentz's continued fraction (Numerical Recipes, 6.4).
pub fn regularised_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - regularised_beta(1.0 - x, b, a);
    }
    let front =
        (libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let safe = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..500 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_scipy() {
        // scipy 1.17: 2 * stats.t.sf(t, degrees).
        for (t, degrees, expected) in [
            (0.5, 3.0, 0.651_447_964_848_151),
            (2.0, 5.0, 0.101_939_478_829_858_35),
            (6.0, 5.0, 0.001_846_138_289_594_014_3),
            (1.96, 1000.0, 0.050_273_184_955_748_736),
            (12.0, 2.0, 0.006_872_933_677_158_46),
        ] {
            assert!((two_sided(t, degrees) - expected).abs() < 1e-12, "{t} {degrees}");
        }
        // scipy 1.17: stats.t.ppf(0.975, degrees).
        for (degrees, expected) in
            [(1.0, 12.706_204_736_174_694), (5.0, 2.570_581_835_636_314_6), (30.0, 2.042_272_456_301_237_8)]
        {
            assert!((reach95(degrees) - expected).abs() < 1e-9, "{degrees}");
        }
    }
}
