//! BG/NBD and Gamma-Gamma: how often customers come back, when they stop, and what they pay.
//!
//! Fader, Hardie and Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD model" (Marketing Science 24, 2005);
//! Fader and Hardie, "The Gamma-Gamma model of monetary value" (note 25, 2013).

use flywheel_spec::evaluation::Estimate;
use flywheel_stats::likelihood::{Maximum, gradient, maximise};
use flywheel_stats::normal::Z95;
use libm::lgamma;

/// Customers alike in what the model sees: days of purchase after the first, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Purchases after the first.
    pub repeats: f64,
    /// Time of the last purchase, counted from the first.
    pub recency: f64,
    /// Time of observation, counted from the first.
    pub age: f64,
    /// How many customers are like this.
    pub weight: f64,
}

/// The four parameters of BG/NBD as they were fitted.
#[derive(Debug, Clone)]
pub struct Purchases {
    /// Shape and scale of the purchase rates, then the two shapes of dropping out.
    pub parameters: [f64; 4],
    /// Where the logarithms of the parameters were found; α in units of the customers' greatest age.
    pub maximum: Maximum,
    /// What α was divided by in the search.
    pub scale: f64,
}

impl Purchases {
    /// Fits the model; absent where nobody came back, or the likelihood has no top.
    pub fn fit(customers: &[Customer]) -> Option<Self> {
        if !customers.iter().any(|customer| customer.repeats > 0.0) {
            return None;
        }
        let scale = customers.iter().map(|customer| customer.age).fold(0.0, f64::max);
        let likelihood = |logs: &[f64]| -> f64 {
            let parameters = parameters(logs, scale);
            // Beyond these the model has become another, simpler one, and the likelihood is flat.
            if logs.iter().any(|log| log.abs() > 14.0) {
                return f64::NEG_INFINITY;
            }
            log_likelihood(&parameters, customers)
        };
        let mut best: Option<Maximum> = None;
        for start in [[0.0, 0.0, 0.0, 0.0], [-1.0, -2.0, -0.5, 1.0], [0.5, -1.0, -2.0, -1.0]] {
            let found = maximise(likelihood, &start);
            if best.as_ref().is_none_or(|best| found.value > best.value + 1e-9) {
                best = Some(found);
            }
        }
        let maximum = best.filter(|best| best.value.is_finite())?;
        Some(Self { parameters: parameters(&maximum.at, scale), maximum, scale })
    }

    /// Each parameter with its interval, symmetric on the logarithm.
    pub fn estimates(&self) -> [Estimate; 4] {
        std::array::from_fn(|axis| estimate_of(self.parameters[axis], &self.maximum, axis))
    }

    /// Purchases that a customer is expected to make within `ahead` units of time, and the probability that they still are one.
    pub fn expected(&self, customer: &Customer, ahead: f64) -> (f64, f64) {
        expected(&self.parameters, customer, ahead)
    }

    /// A function of the parameters summed over customers, with its interval by the observed information, on the logarithm.
    pub fn estimate(&self, function: impl Fn(&[f64; 4]) -> f64) -> Estimate {
        let of = |logs: &[f64]| function(&parameters(logs, self.scale));
        by_information(&of, &self.maximum)
    }
}

fn parameters(logs: &[f64], scale: f64) -> [f64; 4] {
    [logs[0].exp(), logs[1].exp() * scale, logs[2].exp(), logs[3].exp()]
}

fn estimate_of(value: f64, maximum: &Maximum, axis: usize) -> Estimate {
    let deviation = maximum.covariance.as_ref().map_or(0.0, |covariance| covariance[axis][axis].sqrt());
    Estimate { value, low: value * (-Z95 * deviation).exp(), high: value * (Z95 * deviation).exp() }
}

/// A positive function of log parameters with its interval by the delta method.
pub fn by_information(function: &dyn Fn(&[f64]) -> f64, maximum: &Maximum) -> Estimate {
    let value = function(&maximum.at);
    let deviation = match &maximum.covariance {
        Some(covariance) if value > 0.0 => {
            let slope = gradient(&|at: &[f64]| function(at).ln(), &maximum.at);
            let mut variance = 0.0;
            for (row, one) in slope.iter().enumerate() {
                for (column, two) in slope.iter().enumerate() {
                    variance += one * two * covariance[row][column];
                }
            }
            variance.max(0.0).sqrt()
        }
        _ => 0.0,
    };
    let reach = if deviation.is_finite() { Z95 * deviation } else { 0.0 };
    Estimate { value, low: value * (-reach).exp(), high: value * reach.exp() }
}

/// Equation 6 of Fader, Hardie and Lee, summed over customers.
pub fn log_likelihood(parameters: &[f64; 4], customers: &[Customer]) -> f64 {
    let [r, alpha, a, b] = *parameters;
    let common = -lgamma(r) + r * alpha.ln() + lgamma(a + b) - lgamma(b);
    customers
        .iter()
        .map(|customer| {
            let x = customer.repeats;
            let start = lgamma(r + x) + lgamma(b + x) - lgamma(a + b + x) + common;
            let alive = -(r + x) * (alpha + customer.age).ln();
            let one = if x > 0.0 {
                let gone = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + customer.recency).ln();
                let most = alive.max(gone);
                most + ((alive - most).exp() + (gone - most).exp()).ln()
            } else {
                alive
            };
            customer.weight * (start + one)
        })
        .sum()
}

/// Equation 10 of Fader, Hardie and Lee, and the probability of being a customer still.
pub fn expected(parameters: &[f64; 4], customer: &Customer, ahead: f64) -> (f64, f64) {
    let [r, alpha, mut a, b] = *parameters;
    // At a = 1 numerator and denominator vanish together.
    if (a - 1.0).abs() < 1e-5 {
        a = 1.0 + 1e-5;
    }
    let x = customer.repeats;
    let gone = if x > 0.0 {
        (a.ln() - (b + x - 1.0).ln() + (r + x) * ((alpha + customer.age) / (alpha + customer.recency)).ln())
            .exp()
    } else {
        0.0
    };
    let alive = 1.0 / (1.0 + gone);
    if ahead <= 0.0 {
        return (0.0, alive);
    }
    let whole = alpha + customer.age + ahead;
    let series = hypergeometric(r + x, b + x, a + b + x - 1.0, ahead / whole);
    let stays = ((r + x) * ((alpha + customer.age) / whole).ln()).exp();
    let purchases = (a + b + x - 1.0) / (a - 1.0) * (1.0 - stays * series) * alive;
    (purchases.max(0.0), alive)
}

/// Gauss's hypergeometric function for `0 ≤ z < 1` and a positive `c`, by its series, after Euler's transformation where that converges sooner.
pub fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let power = c - a - b;
    if power < 0.0 && z > 0.0 {
        return (power * (-z).ln_1p()).exp() * series(c - a, c - b, c, z);
    }
    series(a, b, c, z)
}

fn series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 0..200_000 {
        let n = f64::from(step);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() <= 1e-15 * f64::abs(sum) && n > 5.0 {
            break;
        }
    }
    sum
}

/// What a customer who came back paid: how often, and on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spender {
    /// Purchases after the first.
    pub repeats: f64,
    /// Mean of what was paid at them.
    pub mean: f64,
}

/// The three parameters of Gamma-Gamma as they were fitted.
#[derive(Debug, Clone)]
pub struct Spend {
    /// Shape within a customer, shape between customers, scale.
    pub parameters: [f64; 3],
    /// Where their logarithms were found; v in units of the mean payment.
    pub maximum: Maximum,
    scale: f64,
}

impl Spend {
    /// Fits the model; absent where fewer than two customers came back and paid.
    pub fn fit(spenders: &[Spender]) -> Option<Self> {
        if spenders.len() < 2 {
            return None;
        }
        let scale = spenders.iter().map(|spender| spender.mean).sum::<f64>() / spenders.len() as f64;
        let likelihood = |logs: &[f64]| -> f64 {
            if logs.iter().any(|log| log.abs() > 14.0) {
                return f64::NEG_INFINITY;
            }
            spend_likelihood(&spend_parameters(logs, scale), spenders)
        };
        let maximum = maximise(likelihood, &[1.0, 1.0, 0.0]);
        let found = maximum.value.is_finite();
        found.then(|| Self { parameters: spend_parameters(&maximum.at, scale), maximum, scale })
    }

    /// Each parameter with its interval, symmetric on the logarithm.
    pub fn estimates(&self) -> [Estimate; 3] {
        std::array::from_fn(|axis| estimate_of(self.parameters[axis], &self.maximum, axis))
    }

    /// What a customer is expected to pay at a purchase; absent where the model has no mean.
    pub fn expected(&self, repeats: f64, mean: f64) -> Option<f64> {
        spend_expected(&self.parameters, repeats, mean)
    }

    /// The parameters at other logarithms.
    pub fn at(&self, logs: &[f64]) -> [f64; 3] {
        spend_parameters(logs, self.scale)
    }
}

fn spend_parameters(logs: &[f64], scale: f64) -> [f64; 3] {
    [logs[0].exp(), logs[1].exp(), logs[2].exp() * scale]
}

/// Equation 1a of Fader and Hardie's note, summed over customers.
pub fn spend_likelihood(parameters: &[f64; 3], spenders: &[Spender]) -> f64 {
    let [p, q, v] = *parameters;
    let common = -lgamma(q) + q * v.ln();
    spenders
        .iter()
        .map(|spender| {
            let (x, mean) = (spender.repeats, spender.mean);
            lgamma(p * x + q) - lgamma(p * x) + common + (p * x - 1.0) * mean.ln() + p * x * x.ln()
                - (p * x + q) * (x * mean + v).ln()
        })
        .sum()
}

/// Equation 5 of Fader and Hardie's note.
pub fn spend_expected(parameters: &[f64; 3], repeats: f64, mean: f64) -> Option<f64> {
    let [p, q, v] = *parameters;
    let below = p * repeats + q - 1.0;
    (below > 0.0).then(|| p * (v + repeats * mean) / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hypergeometric_function_is_scipys() {
        // scipy 1.17: scipy.special.hyp2f1(a, b, c, z).
        for (a, b, c, z, expected) in SCIPY {
            let found = hypergeometric(a, b, c, z);
            assert!((found - expected).abs() < 1e-9 * expected.abs(), "{a} {b} {c} {z}: {found} {expected}");
        }
    }

    const SCIPY: [(f64, f64, f64, f64, f64); 5] = [
        (2.243, 4.426, 4.219, 0.47404886349823755, 4.575793104476775),
        (0.5, 0.3, 0.9, 0.95, 1.4899572968040502),
        (10.2, 12.4, 12.2, 0.8, 18061339.662176087),
        (3.0, 1.0, 2.5, 0.0, 1.0),
        (25.2, 30.0, 29.1, 0.97, 4.92727432050574e+39),
    ];

    #[test]
    fn a_customers_outlook_is_that_of_hardies_sheet() {
        // Fader, Hardie and Lee, "Implementing the BG/NBD model in Excel" (2005): x = 2, t_x = 30.43, T = 38.86, 39 weeks: 1.226.
        let customer = Customer { repeats: 2.0, recency: 30.43, age: 38.86, weight: 1.0 };
        let (purchases, _) = expected(&[0.243, 4.414, 0.793, 2.426], &customer, 39.0);
        assert!((purchases - 1.226).abs() < 1e-3, "{purchases}");
        // The series on the other side of a = 1, and at it, go on smoothly.
        let at = |a: f64| expected(&[0.243, 4.414, a, 2.426], &customer, 39.0).0;
        assert!((at(1.0) - 0.5 * (at(0.999) + at(1.001))).abs() < 1e-5);
    }
}
