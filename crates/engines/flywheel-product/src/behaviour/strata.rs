//! Counts of a stratum, and the strata of a theme joined into one comparison.

use std::collections::BTreeMap;

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::Compared;
use flywheel_stats::difference::{newcombe, two_sided};
use flywheel_stats::stratified::{Stratum, effective, mantel_haenszel};
use flywheel_stats::student;
use serde::{Deserialize, Serialize};

use super::fold::Counted;
use super::person::After;

/// Comparable people that a fine stratum must hold, unless it holds as many as it holds people of the theme.
const ENOUGH: u64 = 5;

/// What some people of one stratum did; whole numbers, so that sums are the same in any order.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub people: u64,
    pub returned: u64,
    pub left: u64,
    pub paid: u64,
    /// Ten-thousandths.
    revenue: i128,
    revenue_squares: i128,
    pub days_before: u64,
    pub days_after: u64,
    /// Squares and products of the active days before and after.
    before_squares: u64,
    after_squares: u64,
    products: u64,
}

impl Cell {
    /// Adds a person.
    pub fn add(&mut self, after: &After) {
        self.people += 1;
        self.returned += u64::from(after.returned);
        self.left += u64::from(after.left);
        self.paid += u64::from(after.paid);
        self.revenue += i128::from(after.revenue);
        self.revenue_squares += i128::from(after.revenue) * i128::from(after.revenue);
        let (before, later) = (u64::from(after.days_before), u64::from(after.days_after));
        self.days_before += before;
        self.days_after += later;
        self.before_squares += before * before;
        self.after_squares += later * later;
        self.products += before * later;
    }

    /// Takes another's people in.
    pub fn merge(&mut self, other: &Self) {
        self.people += other.people;
        self.returned += other.returned;
        self.left += other.left;
        self.paid += other.paid;
        self.revenue += other.revenue;
        self.revenue_squares += other.revenue_squares;
        self.days_before += other.days_before;
        self.days_after += other.days_after;
        self.before_squares += other.before_squares;
        self.after_squares += other.after_squares;
        self.products += other.products;
    }

    /// Sum and sum of squares of the revenue, in the currency.
    pub fn revenue(&self) -> (f64, f64) {
        (self.revenue as f64 / 1e4, self.revenue_squares as f64 / 1e8)
    }

    /// Sum and sum of squares of `after × days after − before × days before`.
    pub fn change(&self, before: f64, after: f64) -> (f64, f64) {
        let sum = after * self.days_after as f64 - before * self.days_before as f64;
        let squares = after * after * self.after_squares as f64
            + before * before * self.before_squares as f64
            - 2.0 * before * after * self.products as f64;
        (sum, squares)
    }
}

/// The people of a theme and comparable ones, group by group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matched {
    /// People of the theme, and comparable ones; both sides are held by people.
    pub groups: Vec<(Cell, Cell)>,
    /// People of the theme who are compared.
    pub people: u64,
    /// Of them, those who are in a coarse group.
    pub coarsely: u64,
    /// People of the theme for whom nobody is comparable.
    pub unmatched: u64,
    /// Comparable people.
    pub comparable: u64,
}

impl Matched {
    /// Fine strata where they hold comparable people enough, coarse ones for the rest.
    pub fn of(counted: &Counted) -> Self {
        let mut matched = Self::default();
        let mut coarse: BTreeMap<u64, (Cell, Cell)> = BTreeMap::new();
        let mut beside_coarse: BTreeMap<u64, u64> = BTreeMap::new();
        for ((key, _), (_, beside)) in &counted.strata {
            *beside_coarse.entry(*key).or_default() += beside.people;
        }
        let mut used: BTreeMap<u64, u64> = BTreeMap::new();
        for ((key, _), (among, beside)) in counted.strata.iter().filter(|(_, cells)| cells.0.people > 0) {
            let all = beside_coarse.get(key).copied().unwrap_or(0);
            let enough = beside.people >= ENOUGH || beside.people >= among.people;
            if all == 0 {
                matched.unmatched += among.people;
            } else if enough || (beside.people > 0 && beside.people == all) {
                matched.groups.push((*among, *beside));
                matched.people += among.people;
                *used.entry(*key).or_default() += beside.people;
            } else {
                coarse.entry(*key).or_default().0.merge(among);
                matched.coarsely += among.people;
                matched.people += among.people;
            }
        }
        for ((key, _), (_, beside)) in &counted.strata {
            if let Some(cells) = coarse.get_mut(key) {
                cells.1.merge(beside);
            }
        }
        for key in coarse.keys() {
            used.insert(*key, beside_coarse.get(key).copied().unwrap_or(0));
        }
        matched.comparable = used.values().sum();
        matched.groups.extend(coarse.into_values());
        matched
    }

    /// As how many equally weighted people the comparable ones count.
    pub fn effective(&self) -> f64 {
        effective(self.shares().zip(&self.groups).map(|(share, (_, beside))| (share, beside.people as f64)))
    }

    /// Each group's share of the theme's people.
    fn shares(&self) -> impl Iterator<Item = f64> {
        self.groups.iter().map(|(among, _)| among.people as f64 / self.people as f64)
    }

    /// A share on both sides: the comparable people weighted as the theme's are, Newcombe's interval with each side's
    /// effective sample size, Mantel and Haenszel's test.
    pub fn share(&self, hits: impl Fn(&Cell) -> u64) -> Option<Compared> {
        let count = self.people as f64;
        if self.people == 0 {
            return None;
        }
        let among: u64 = self.groups.iter().map(|(among, _)| hits(among)).sum();
        let theme = among as f64 / count;
        let comparable: f64 = self
            .shares()
            .zip(&self.groups)
            .map(|(share, (_, beside))| share * hits(beside) as f64 / beside.people as f64)
            .sum();
        let value = theme - comparable;
        // What each group's share would be, with one person of the whole added, so that no group seems certain.
        let (mut theme_variance, mut comparable_variance) = (0.0, 0.0);
        for (share, (_, beside)) in self.shares().zip(&self.groups) {
            let people = beside.people as f64;
            let likely = (hits(beside) as f64 + comparable) / (people + 1.0);
            let moved = (likely + value).clamp(0.0, 1.0);
            theme_variance += share * moved * (1.0 - moved) / count;
            comparable_variance += share * share * likely * (1.0 - likely) / people;
        }
        let theme_worth = worth(theme, theme_variance, count);
        let comparable_worth = worth(comparable, comparable_variance, self.effective());
        let interval = newcombe(
            (theme * theme_worth, theme_worth),
            ((comparable * comparable_worth).min(comparable_worth), comparable_worth),
        )?;
        let strata: Vec<Stratum> = self
            .groups
            .iter()
            .map(|(among, beside)| Stratum {
                first: (hits(among) as f64, among.people as f64),
                second: (hits(beside) as f64, beside.people as f64),
            })
            .collect();
        Some(Compared {
            theme,
            comparable,
            difference: Estimate { value, low: interval.low.min(value), high: interval.high.max(value) },
            p: mantel_haenszel(&strata),
            q: None,
        })
    }

    /// A mean on both sides, of sums and sums of squares; Student's interval with the variance within groups on the comparable
    /// side, and on the theme's that of each one's difference to the comparable people of their group.
    pub fn mean(&self, sums: impl Fn(&Cell) -> (f64, f64)) -> Option<Compared> {
        if self.people < 2 {
            return None;
        }
        let count = self.people as f64;
        let (mut sum, mut differences, mut squares) = (0.0, 0.0, 0.0);
        let (mut comparable, mut within, mut free, mut spread) = (0.0, 0.0, 0.0, 0.0);
        for (share, (among, beside)) in self.shares().zip(&self.groups) {
            let (one, one_squares) = sums(among);
            sum += one;
            let people = beside.people as f64;
            let (two, two_squares) = sums(beside);
            let alike = two / people;
            differences += one - alike * among.people as f64;
            squares += one_squares - 2.0 * alike * one + alike * alike * among.people as f64;
            comparable += share * alike;
            within += (two_squares - two * two / people).max(0.0);
            free += people - 1.0;
            spread += share * share / people;
        }
        let theme = sum / count;
        let variance = ((squares - differences * differences / count) / (count - 1.0)).max(0.0);
        let beside_variance = if free > 0.0 { within / free } else { variance };
        // Where hardly anybody of the theme has anything, as revenue is had, their own variance feigns certainty.
        let variance = variance.max(0.5 * beside_variance);
        let error = (variance / count + beside_variance * spread).sqrt();
        let degrees = (count - 1.0).max(1.0);
        let reach = student::reach95(degrees) * error;
        let value = theme - comparable;
        Some(Compared {
            theme,
            comparable,
            difference: Estimate { value, low: value - reach, high: value + reach },
            p: (error > 0.0).then(|| {
                if degrees > 200.0 {
                    two_sided(value / error)
                } else {
                    student::two_sided(value / error, degrees)
                }
            }),
            q: None,
        })
    }
}

/// As how many independent people a share counts, by its variance within strata; never fewer than so many, nor more than twice as many.
///
/// Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts" (1998).
fn worth(share: f64, variance: f64, people: f64) -> f64 {
    let spread = share * (1.0 - share);
    if spread > 0.0 && variance > 0.0 { (spread / variance).clamp(people, 2.0 * people) } else { people }
}
