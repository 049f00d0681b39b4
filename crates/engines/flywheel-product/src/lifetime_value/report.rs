//! Cohorts, the fitted model, its outlook and its check, told.

use flywheel_people::FoldError;
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::lifetime_value::{
    CheckOfRepeats, Cohort, HoldoutCheck, LifetimeValueReport, Outlook, OutlookOfRepeats, PurchaseModel,
    SpendModel,
};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::normal::Z95;

use super::model::{Customer, Purchases, Spend, Spender, by_information, spend_expected};
use super::{Came, Kept, LifetimeValue, State};
use crate::clustered::ratio;
use crate::figures::{number, number_with, percent, signed_percent};
use crate::told::invariant;

/// Customers who came back this often or oftener are told together.
const OFTEN: usize = 7;

/// Fewer customers who came back make a model that says little.
const FEW_REPEATERS: u64 = 50;

pub(super) fn report(question: &LifetimeValue, mut state: State) -> Result<LifetimeValueReport, FoldError> {
    // The order of people must not move the last digits.
    state.customers.sort_by(|one, two| {
        let key =
            |kept: &Kept| (kept.first, kept.whole.last, kept.whole.days, kept.before.days, kept.before.last);
        key(one)
            .cmp(&key(two))
            .then(one.whole.paid.total_cmp(&two.whole.paid))
            .then(one.before.paid.total_cmp(&two.before.paid))
    });
    let customers = state.customers.len() as u64;
    let counted: u64 = state.cohorts.iter().map(|cohort| cohort.customers).sum();
    invariant(counted == customers, || {
        format!("lifetime value: {counted} customers in cohorts of {customers}")
    })?;
    let mut report =
        LifetimeValueReport { customers, cohorts: cohorts(question, &state), ..Default::default() };
    let last_day = question.days.len().saturating_sub(1);
    let fitted = Fitted::of(question, &state.customers, last_day, |kept| kept.whole);
    if let Some(fitted) = &fitted {
        report.model = Some(Box::new(fitted.model(question)));
        report.outlook = Some(Box::new(fitted.outlook(question)));
    }
    if question.split > 0 && question.split <= last_day {
        let known: Vec<Kept> =
            state.customers.iter().filter(|kept| (kept.first as usize) < question.split).copied().collect();
        if let Some(fitted) = Fitted::of(question, &known, question.split - 1, |kept| kept.before) {
            report.check = Some(Box::new(check(question, &fitted, &known, last_day)));
        }
    }
    report.warnings = warnings(question, &report, fitted.as_ref());
    report.findings = findings(question, &report);
    report.charts = charts(question, &report);
    Ok(report)
}

fn cohorts(question: &LifetimeValue, state: &State) -> Vec<Cohort> {
    let mut cohorts = Vec::new();
    for (index, sums) in state.cohorts.iter().enumerate() {
        let count = sums.customers as f64;
        if sums.customers == 0 {
            continue;
        }
        let over = |age: usize| question.steps.edges[index + age + 1] <= question.over;
        let value_by_age =
            sums.paid.iter().enumerate().take_while(|(age, _)| over(*age)).map(|(_, (sum, squares))| {
                let mean = sum / count;
                let variance = ((squares - sum * mean) / (count - 1.0).max(1.0)).max(0.0);
                let reach = Z95 * (variance / count).sqrt();
                Estimate { value: mean, low: mean - reach, high: mean + reach }
            });
        cohorts.push(Cohort {
            step: question.steps.labels[index].clone(),
            customers: sums.customers,
            value_by_age: value_by_age.collect(),
        });
    }
    cohorts
}

/// Both models with the customers they were fitted on.
struct Fitted {
    purchases: Purchases,
    spend: Option<Spend>,
    spenders: Vec<Spender>,
    /// Customers alike, and for each customer its place among them.
    alike: Vec<Customer>,
    place: Vec<usize>,
    /// For each customer how often they came back and what they paid on average then.
    paid: Vec<(f64, f64)>,
}

impl Fitted {
    fn of(
        question: &LifetimeValue,
        customers: &[Kept],
        last_day: usize,
        came: impl Fn(&Kept) -> Came,
    ) -> Option<Self> {
        let unit = question.unit_days;
        let mut alike: Vec<Customer> = Vec::new();
        let mut places = std::collections::HashMap::new();
        let (mut place, mut paid, mut spenders) = (Vec::new(), Vec::new(), Vec::new());
        for kept in customers {
            let came = came(kept);
            let key = (came.days, came.last - kept.first, kept.first);
            let at = *places.entry(key).or_insert_with(|| {
                alike.push(Customer {
                    repeats: f64::from(came.days),
                    recency: f64::from(came.last - kept.first) / unit,
                    age: (last_day as f64 - f64::from(kept.first)) / unit,
                    weight: 0.0,
                });
                alike.len() - 1
            });
            alike[at].weight += 1.0;
            place.push(at);
            let repeats = f64::from(came.days);
            let mean = if came.days > 0 { came.paid / repeats } else { 0.0 };
            paid.push((repeats, mean));
            if question.valued && mean > 0.0 {
                spenders.push(Spender { repeats, mean });
            }
        }
        let purchases = Purchases::fit(&alike)?;
        let spend = Spend::fit(&spenders);
        Some(Self { purchases, spend, spenders, alike, place, paid })
    }

    fn model(&self, question: &LifetimeValue) -> PurchaseModel {
        let [r, alpha, a, b] = self.purchases.estimates();
        let repeaters = self.alike.iter().filter(|customer| customer.repeats > 0.0);
        PurchaseModel {
            customers: self.place.len() as u64,
            repeaters: repeaters.map(|customer| customer.weight).sum::<f64>() as u64,
            r,
            alpha,
            a,
            b,
            log_likelihood: self.purchases.maximum.value,
            spend: self.spend.as_ref().filter(|_| question.valued).map(|spend| {
                let [p, q, v] = spend.estimates();
                let [shape, between, scale] = spend.parameters;
                SpendModel {
                    customers: self.spenders.len() as u64,
                    p,
                    q,
                    v,
                    log_likelihood: spend.maximum.value,
                    mean: ratio(shape * scale, between - 1.0),
                    correlation: correlation(
                        self.spenders.iter().map(|spender| (spender.repeats, spender.mean)),
                    ),
                }
            }),
        }
    }

    fn outlook(&self, question: &LifetimeValue) -> Outlook {
        let ahead = f64::from(question.horizon_days) / question.unit_days;
        let count = self.place.len() as f64;
        let expected: Vec<(f64, f64)> =
            self.alike.iter().map(|customer| self.purchases.expected(customer, ahead)).collect();
        let purchases = self.purchases.estimate(|parameters| {
            let one = |customer: &Customer| super::model::expected(parameters, customer, ahead).0;
            self.alike.iter().map(|customer| customer.weight * one(customer)).sum()
        });
        let alive: f64 =
            self.alike.iter().zip(&expected).map(|(one, expected)| one.weight * expected.1).sum();
        let each = |total: Estimate| Estimate {
            value: total.value / count,
            low: total.low / count,
            high: total.high / count,
        };
        let value = self.value(ahead, &expected);
        Outlook {
            horizon_days: question.horizon_days,
            alive: alive / count,
            purchases,
            purchases_per_customer: each(purchases),
            value,
            value_per_customer: value.map(each),
            by_repeats: self.by_repeats(&expected),
        }
    }

    fn payment(&self, customer: usize) -> Option<f64> {
        let (repeats, mean) = self.paid[customer];
        self.spend.as_ref()?.expected(repeats, mean)
    }

    /// The value expected of all; the two models' doubts are independent.
    fn value(&self, ahead: f64, expected: &[(f64, f64)]) -> Option<Estimate> {
        let spend = self.spend.as_ref()?;
        let mut payments = vec![0.0; self.alike.len()];
        for (customer, place) in self.place.iter().enumerate() {
            payments[*place] += self.payment(customer)?;
        }
        let by_purchases = self.purchases.estimate(|parameters| {
            let one = |customer: &Customer| super::model::expected(parameters, customer, ahead).0;
            self.alike.iter().zip(&payments).map(|(customer, payment)| one(customer) * payment).sum()
        });
        let of_spend = |logs: &[f64]| -> f64 {
            let parameters = spend.at(logs);
            let all = self.place.iter().zip(&self.paid).map(|(place, (repeats, mean))| {
                expected[*place].0 * spend_expected(&parameters, *repeats, *mean).unwrap_or(f64::NAN)
            });
            all.sum()
        };
        let by_spend = by_information(&of_spend, &spend.maximum);
        let reach =
            |one: f64, two: f64, value: f64| ((one / value).ln().powi(2) + (two / value).ln().powi(2)).sqrt();
        let value = by_purchases.value;
        if !(value > 0.0 && by_spend.high.is_finite()) {
            return Some(Estimate { value, low: value, high: value });
        }
        let wide = reach(by_purchases.high, by_spend.high, value);
        Some(Estimate { value, low: value * (-wide).exp(), high: value * wide.exp() })
    }

    fn by_repeats(&self, expected: &[(f64, f64)]) -> Vec<OutlookOfRepeats> {
        let mut groups = vec![(0_u64, 0.0, Some(0.0)); OFTEN + 1];
        for (customer, place) in self.place.iter().enumerate() {
            let group = &mut groups[(self.paid[customer].0 as usize).min(OFTEN)];
            let purchases = expected[*place].0;
            group.0 += 1;
            group.1 += purchases;
            group.2 = group.2.zip(self.payment(customer)).map(|(sum, payment)| sum + purchases * payment);
        }
        let told = groups.into_iter().enumerate().filter(|(_, group)| group.0 > 0);
        told.map(|(repeats, (customers, purchases, value))| OutlookOfRepeats {
            repeats: repeats as u32,
            customers,
            purchases: purchases / customers as f64,
            value: value.map(|value| value / customers as f64),
        })
        .collect()
    }
}

fn check(question: &LifetimeValue, fitted: &Fitted, known: &[Kept], last_day: usize) -> HoldoutCheck {
    let days = (last_day + 1 - question.split) as u32;
    let ahead = f64::from(days) / question.unit_days;
    let predicted: Vec<f64> =
        fitted.alike.iter().map(|customer| fitted.purchases.expected(customer, ahead).0).collect();
    let pairs: Vec<(usize, f64, f64)> = known
        .iter()
        .zip(&fitted.place)
        .map(|(kept, place)| {
            let actual = f64::from(kept.whole.days - kept.before.days);
            (kept.before.days as usize, predicted[*place], actual)
        })
        .collect();
    let count = pairs.len() as f64;
    let by_repeats = (0..=OFTEN).filter_map(|repeats| {
        let group = || pairs.iter().filter(|(before, ..)| (*before).min(OFTEN) == repeats);
        let customers = group().count();
        (customers > 0).then(|| CheckOfRepeats {
            repeats: repeats as u32,
            customers: customers as u64,
            predicted: group().map(|(_, predicted, _)| predicted).sum::<f64>() / customers as f64,
            actual: group().map(|(.., actual)| actual).sum::<f64>() / customers as f64,
        })
    });
    HoldoutCheck {
        from: question.days.labels[question.split].clone(),
        days,
        model: fitted.model(question),
        predicted: pairs.iter().map(|(_, predicted, _)| predicted).sum(),
        actual: pairs.iter().map(|(.., actual)| actual).sum(),
        mean_absolute_error: pairs.iter().map(|(_, one, two)| (one - two).abs()).sum::<f64>() / count,
        correlation: correlation(pairs.iter().map(|(_, predicted, actual)| (*predicted, *actual))),
        by_repeats: by_repeats.collect(),
    }
}

fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let count = pairs.clone().count() as f64;
    let (one, two) = pairs.clone().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let (one, two) = (one / count, two / count);
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        both += (x - one) * (y - two);
        first += (x - one).powi(2);
        second += (y - two).powi(2);
    }
    ratio(both, (first * second).sqrt())
}

fn warnings(question: &LifetimeValue, report: &LifetimeValueReport, fitted: Option<&Fitted>) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let mut warn = |message: Phrase| warnings.push(Problem::warning(message));
    let Some(fitted) = fitted else {
        if report.customers > 0 {
            warn(phrase!("growth.value_no_model"));
        }
        return warnings;
    };
    if let Some(model) = &report.model {
        if model.repeaters < FEW_REPEATERS {
            warn(phrase!("growth.value_few", repeaters = model.repeaters));
        }
        if !fitted.purchases.maximum.converged || fitted.purchases.maximum.covariance.is_none() {
            warn(phrase!("growth.value_flat"));
        }
        if let Some(spend) = &model.spend {
            if spend.mean.is_none() {
                warn(phrase!("growth.value_no_mean", q = number(spend.q.value)));
            }
            if let Some(found) = spend.correlation.filter(|found| found.abs() > 0.3) {
                warn(phrase!("growth.value_correlated", correlation = format!("{found:.2}")));
            }
        } else if question.valued {
            warn(phrase!("growth.value_no_spend"));
        }
    }
    if let Some(check) = &report.check
        && let Some(share) = ratio(check.predicted, check.actual)
        && (share - 1.0).abs() > 0.2
    {
        warn(phrase!("growth.value_check_off", off = signed_percent(share - 1.0)));
    }
    warnings
}

fn findings(question: &LifetimeValue, report: &LifetimeValueReport) -> Vec<Phrase> {
    if report.customers == 0 {
        return vec![phrase!("growth.value_nobody")];
    }
    let mut findings = Vec::new();
    if let Some(outlook) = &report.outlook {
        if let Some(value) = &outlook.value_per_customer {
            findings.push(phrase!(
                "growth.value_each",
                days = outlook.horizon_days,
                value = number_with(value)
            ));
        }
        findings.push(phrase!(
            "growth.value_purchases",
            days = outlook.horizon_days,
            customers = number(report.customers as f64),
            purchases = number_with(&outlook.purchases),
            alive = percent(outlook.alive),
        ));
    }
    if let Some(check) = &report.check {
        findings.push(phrase!(
            "growth.value_check",
            from = check.from,
            predicted = number(check.predicted.round()),
            actual = number(check.actual),
        ));
    }
    let longest = report.cohorts.iter().max_by_key(|cohort| cohort.value_by_age.len());
    if let Some(cohort) = longest
        && let Some(last) = cohort.value_by_age.last()
    {
        let key = if question.valued { "growth.value_cohort" } else { "growth.value_cohort_purchases" };
        findings.push(phrase!(
            key,
            step = cohort.step,
            ages = cohort.value_by_age.len(),
            value = number_with(last),
        ));
    }
    findings
}

fn charts(question: &LifetimeValue, report: &LifetimeValueReport) -> Vec<Chart> {
    let ages = report.cohorts.iter().map(|cohort| cohort.value_by_age.len()).max().unwrap_or(0);
    let cohort_series = report.cohorts.iter().map(|cohort| Series {
        name: cohort.step.clone(),
        title: None,
        values: (0..ages).map(|age| cohort.value_by_age.get(age).map(|value| value.value)).collect(),
    });
    let title = if question.valued {
        phrase!("growth.chart_cohorts")
    } else {
        phrase!("growth.chart_cohort_purchases")
    };
    let mut charts = vec![Chart {
        kind: ChartKind::Heatmap,
        title,
        axis: (0..ages).map(|age| age.to_string()).collect(),
        axis_titles: Vec::new(),
        series: cohort_series.collect(),
    }];
    if let Some(check) = &report.check {
        let name =
            |repeats: u32| if repeats as usize == OFTEN { format!("{OFTEN}+") } else { repeats.to_string() };
        let series = |name: &str, value: fn(&CheckOfRepeats) -> f64| {
            Series::word(name, check.by_repeats.iter().map(|group| Some(value(group))).collect())
        };
        charts.push(Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_check"),
            axis: check.by_repeats.iter().map(|group| name(group.repeats)).collect(),
            axis_titles: Vec::new(),
            series: vec![
                series("predicted", |group| group.predicted),
                series("actual", |group| group.actual),
            ],
        });
    }
    charts
}
