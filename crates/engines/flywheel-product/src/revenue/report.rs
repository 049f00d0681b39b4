//! The report of revenue: movements that add up, what is kept, and what each payer pays.

use flywheel_people::{FoldError, Identity};
use flywheel_spec::product::revenue::{RevenueReport, RevenueStep};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};

use super::{Movement, Revenue, State};
use crate::clustered::{not_below_zero, ratio, share_of};
use crate::figures::{number, number_with, percent_with};
use crate::told::{Told, invariant, same};

impl Told for Revenue {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        state.steps.resize(self.steps.len() + 1, Movement::default());
        let mut steps = Vec::new();
        for (index, pair) in state.steps.windows(2).enumerate() {
            let [before, now] = pair else { continue };
            let moved = now.new + now.reactivation + now.expansion - now.contraction - now.churn;
            let size = now.new + now.reactivation + now.expansion + now.contraction;
            invariant(same(now.mrr, before.mrr + moved, size), || {
                format!("revenue: {} is not {} moved by {moved}", now.mrr, before.mrr)
            })?;
            let came = now.new_payers + now.reactivated_payers;
            invariant(
                now.payers == now.retained_payers + came
                    && now.payers + now.churned_payers == before.payers + came,
                || format!("revenue: {} payers after {} do not add up", now.payers, before.payers),
            )?;
            steps.push(RevenueStep {
                step: self.steps.labels[index].clone(),
                complete: self.steps.edges[index + 1] <= self.now
                    && self.reading.to.is_none_or(|to| self.steps.edges[index + 1] <= to),
                revenue: now.revenue,
                mrr: now.mrr,
                new: now.new,
                reactivation: now.reactivation,
                expansion: now.expansion,
                contraction: now.contraction,
                churn: now.churn,
                payers: now.payers,
                new_payers: now.new_payers,
                reactivated_payers: now.reactivated_payers,
                churned_payers: now.churned_payers,
                payer_churn: share_of(now.churned_payers, before.payers),
                net_retention: now.kept.estimate(|sums| ratio(sums[0], sums[1])).map(not_below_zero),
                per_payer: now.per_payer.estimate(|sums| ratio(sums[0], sums[1])).map(not_below_zero),
                active: (self.active != 0).then_some(now.active),
                arpu: now.arpu.estimate(|sums| ratio(sums[0], sums[1])),
            });
        }
        let mut warnings = Vec::new();
        if state.unread > 0 {
            warnings.push(Problem::warning(phrase!("growth.revenue_unread", count = state.unread)));
        }
        if state.uncovered > 0 {
            warnings.push(Problem::warning(phrase!("growth.revenue_uncovered", count = state.uncovered)));
        }
        if steps.last().is_some_and(|step| !step.complete) {
            warnings.push(Problem::warning(phrase!("growth.step_open")));
        }
        let (findings, charts) = (findings(&steps), charts(&steps));
        Ok(Answer::Revenue(RevenueReport { findings, steps, charts, warnings }))
    }
}

fn findings(steps: &[RevenueStep]) -> Vec<Phrase> {
    if steps.iter().all(|step| step.revenue == 0.0 && step.mrr == 0.0) {
        return vec![phrase!("growth.revenue_none")];
    }
    let Some(last) = steps.iter().rev().find(|step| step.complete) else {
        return vec![phrase!("growth.no_step_over")];
    };
    let mut findings = vec![phrase!(
        "growth.revenue_movement",
        step = last.step,
        mrr = number(last.mrr),
        new = number(last.new),
        reactivation = number(last.reactivation),
        expansion = number(last.expansion),
        contraction = number(last.contraction),
        churn = number(last.churn),
    )];
    if let Some(kept) = &last.net_retention {
        findings.push(phrase!("growth.revenue_kept", share = percent_with(kept)));
    }
    if let Some(churn) = &last.payer_churn {
        findings.push(phrase!("growth.revenue_payer_churn", share = percent_with(churn)));
    }
    if let Some(each) = &last.per_payer {
        findings.push(phrase!(
            "growth.revenue_each",
            payers = number(last.payers as f64),
            each = number_with(each)
        ));
    }
    if let Some(arpu) = &last.arpu {
        findings.push(phrase!("growth.revenue_arpu", arpu = number_with(arpu)));
    }
    findings
}

fn charts(steps: &[RevenueStep]) -> Vec<Chart> {
    let axis: Vec<String> = steps.iter().map(|step| step.step.clone()).collect();
    let series = |name: &str, value: &dyn Fn(&RevenueStep) -> Option<f64>| {
        Series::word(name, steps.iter().map(value).collect())
    };
    vec![
        Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_movements"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: vec![
                series("new", &|step| Some(step.new)),
                series("reactivation", &|step| Some(step.reactivation)),
                series("expansion", &|step| Some(step.expansion)),
                series("contraction", &|step| Some(0.0 - step.contraction)),
                series("churn", &|step| Some(0.0 - step.churn)),
            ],
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_revenue"),
            axis,
            axis_titles: Vec::new(),
            series: vec![
                series("mrr", &|step| Some(step.mrr)),
                series("revenue", &|step| Some(step.revenue)),
                series("per payer", &|step| step.per_payer.map(|each| each.value)),
            ],
        },
    ]
}
