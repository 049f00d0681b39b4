//! The greatest likelihood: the parameters that make the data most probable, and how sharply they do.

/// Where a function of a few parameters is greatest.
#[derive(Debug, Clone, PartialEq)]
pub struct Maximum {
    /// The parameters.
    pub at: Vec<f64>,
    /// The function there.
    pub value: f64,
    /// The inverse of the observed information, row by row: the parameters' covariance for large samples.
    /// Absent where the function is flat in some direction.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// True when the gradient vanished; false when the search ran to a bound or out of steps.
    pub converged: bool,
}

/// Searches the maximum of a smooth function from `start`, which it may be far from.
///
/// The simplex of Nelder and Mead ("A simplex method for function minimization", 1965) finds the hill,
/// damped Newton steps with central differences climb it to the top.
/// Parameters should be of size about one; take logarithms of positive ones.
pub fn maximise(function: impl Fn(&[f64]) -> f64, start: &[f64]) -> Maximum {
    let safe = |at: &[f64]| {
        let value = function(at);
        if value.is_finite() { value } else { f64::NEG_INFINITY }
    };
    let mut at = simplex(&safe, start);
    let mut value = safe(&at);
    let mut converged = false;
    for _ in 0..60 {
        let slope = gradient(&safe, &at);
        let curvature = hessian(&safe, &at);
        let steepest = slope.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        let negative: Vec<Vec<f64>> =
            curvature.iter().map(|row| row.iter().map(|entry| -entry).collect()).collect();
        let step = match solve(&negative, &slope) {
            Some(step) if dot(&step, &slope) > 0.0 => step,
            _ => slope.iter().map(|part| part / (1.0 + steepest)).collect(),
        };
        let mut shorter = 1.0;
        let mut moved = false;
        for _ in 0..40 {
            let next: Vec<f64> = at.iter().zip(&step).map(|(one, by)| one + shorter * by).collect();
            let found = safe(&next);
            if found > value {
                (at, value, moved) = (next, found, true);
                break;
            }
            shorter *= 0.5;
        }
        let size = step.iter().fold(0.0_f64, |most, part| most.max(part.abs())) * shorter;
        if !moved || size < 1e-9 {
            converged = steepest < 1e-3 * (1.0 + value.abs()).max(1.0);
            break;
        }
    }
    let information: Vec<Vec<f64>> =
        hessian(&safe, &at).into_iter().map(|row| row.into_iter().map(|entry| -entry).collect()).collect();
    Maximum { covariance: inverse(&information), at, value, converged }
}

/// The gradient by central differences.
pub fn gradient(function: &dyn Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    let mut moved = at.to_vec();
    (0..at.len())
        .map(|axis| {
            let step = 1e-5 * (1.0 + at[axis].abs());
            moved[axis] = at[axis] + step;
            let above = function(&moved);
            moved[axis] = at[axis] - step;
            let below = function(&moved);
            moved[axis] = at[axis];
            (above - below) / (2.0 * step)
        })
        .collect()
}

fn hessian(function: &dyn Fn(&[f64]) -> f64, at: &[f64]) -> Vec<Vec<f64>> {
    let count = at.len();
    let step: Vec<f64> = at.iter().map(|part| 1e-3 * (1.0 + 0.1 * part.abs())).collect();
    let here = function(at);
    let moved = |shifts: &[(usize, f64)]| {
        let mut there = at.to_vec();
        for (axis, sign) in shifts {
            there[*axis] += sign * step[*axis];
        }
        function(&there)
    };
    let mut found = vec![vec![0.0; count]; count];
    for one in 0..count {
        found[one][one] =
            (moved(&[(one, 1.0)]) - 2.0 * here + moved(&[(one, -1.0)])) / (step[one] * step[one]);
        for two in 0..one {
            let mixed = moved(&[(one, 1.0), (two, 1.0)])
                - moved(&[(one, 1.0), (two, -1.0)])
                - moved(&[(one, -1.0), (two, 1.0)])
                + moved(&[(one, -1.0), (two, -1.0)]);
            found[one][two] = mixed / (4.0 * step[one] * step[two]);
            found[two][one] = found[one][two];
        }
    }
    found
}

fn simplex(function: &dyn Fn(&[f64]) -> f64, start: &[f64]) -> Vec<f64> {
    let count = start.len();
    let mut corners: Vec<(f64, Vec<f64>)> = vec![(function(start), start.to_vec())];
    for axis in 0..count {
        let mut corner = start.to_vec();
        corner[axis] += 0.5;
        corners.push((function(&corner), corner));
    }
    for _ in 0..200 * count {
        corners.sort_by(|one, two| two.0.total_cmp(&one.0));
        let spread = corners[0].0 - corners[count].0;
        if spread.is_finite() && spread < 1e-8 * (1.0 + corners[0].0.abs()) {
            break;
        }
        let middle: Vec<f64> = (0..count)
            .map(|axis| corners[..count].iter().map(|corner| corner.1[axis]).sum::<f64>() / count as f64)
            .collect();
        let towards = |by: f64| -> (f64, Vec<f64>) {
            let worst = &corners[count].1;
            let there: Vec<f64> = middle.iter().zip(worst).map(|(mid, bad)| mid + by * (mid - bad)).collect();
            (function(&there), there)
        };
        let reflected = towards(1.0);
        if reflected.0 > corners[0].0 {
            let further = towards(2.0);
            corners[count] = if further.0 > reflected.0 { further } else { reflected };
        } else if reflected.0 > corners[count - 1].0 {
            corners[count] = reflected;
        } else {
            let nearer = towards(if reflected.0 > corners[count].0 { 0.5 } else { -0.5 });
            if nearer.0 > corners[count].0.max(reflected.0) {
                corners[count] = nearer;
            } else {
                let best = corners[0].1.clone();
                for corner in &mut corners[1..] {
                    corner.1 = corner.1.iter().zip(&best).map(|(one, top)| 0.5 * (one + top)).collect();
                    corner.0 = function(&corner.1);
                }
            }
        }
    }
    corners.sort_by(|one, two| two.0.total_cmp(&one.0));
    corners.swap_remove(0).1
}

fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(a, b)| a * b).sum()
}

/// The factor of Cholesky, absent unless the matrix is positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let count = matrix.len();
    let mut factor = vec![vec![0.0; count]; count];
    for row in 0..count {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            let left = matrix[row][column] - known;
            if row == column {
                if !(left > 0.0 && left.is_finite()) {
                    return None;
                }
                factor[row][row] = left.sqrt();
            } else {
                factor[row][column] = left / factor[column][column];
            }
        }
    }
    Some(factor)
}

fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let factor = cholesky(matrix)?;
    let count = right.len();
    let mut found = right.to_vec();
    for row in 0..count {
        let known: f64 = (0..row).map(|k| factor[row][k] * found[k]).sum();
        found[row] = (found[row] - known) / factor[row][row];
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|k| factor[k][row] * found[k]).sum();
        found[row] = (found[row] - known) / factor[row][row];
    }
    Some(found)
}

fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let count = matrix.len();
    (0..count)
        .map(|row| {
            let unit: Vec<f64> = (0..count).map(|column| f64::from(u8::from(column == row))).collect();
            solve(matrix, &unit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrocks_valley_is_walked_to_its_end() {
        // Rosenbrock (1960): the least value, 0, lies at (1, 1).
        let valley = |at: &[f64]| -(100.0 * (at[1] - at[0] * at[0]).powi(2) + (1.0 - at[0]).powi(2));
        let found = maximise(valley, &[-1.2, 1.0]);
        assert!(found.at.iter().all(|part| (part - 1.0).abs() < 1e-6), "{found:?}");
        assert!(found.converged);
    }

    #[test]
    fn the_covariance_of_a_normal_sample_is_that_of_theory() {
        // Mean and log deviation of n values: variances s²/n and 1/(2n).
        let values = [1.0, 2.0, 4.0, 7.0, 11.0, 3.0, 5.0, 6.0];
        let likelihood = |at: &[f64]| -> f64 {
            values.iter().map(|x| -at[1] - 0.5 * ((x - at[0]) / at[1].exp()).powi(2)).sum()
        };
        let found = maximise(likelihood, &[0.0, 0.0]);
        let mean = values.iter().sum::<f64>() / 8.0;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 8.0;
        let covariance = found.covariance.unwrap();
        assert!((found.at[0] - mean).abs() < 1e-7 && (found.at[1] - 0.5 * variance.ln()).abs() < 1e-7);
        assert!((covariance[0][0] - variance / 8.0).abs() < 1e-4, "{covariance:?}");
        assert!((covariance[1][1] - 1.0 / 16.0).abs() < 1e-4, "{covariance:?}");
    }

    #[test]
    fn a_flat_direction_has_no_covariance() {
        let found = maximise(|at: &[f64]| -(at[0] - 2.0).powi(2), &[0.0, 0.0]);
        assert!((found.at[0] - 2.0).abs() < 1e-6 && found.covariance.is_none(), "{found:?}");
    }
}
