//! The ranking: settings checked, factors made, opportunities in order.

use std::collections::BTreeSet;

use flywheel_spec::feedback::opportunity::{
    Opportunity, OpportunityReport, OpportunitySpec, OpportunityView, SetAside, ThemeEvidence,
};
use flywheel_spec::feedback::opportunity_record::{OpportunityRecord, OpportunityState};
use flywheel_spec::{Problems, phrase};

use super::changes::{WEIGHT_AT_MOST, draw, swaps};
use super::factors::{factors, score};
use super::loss::kind_share;
use super::rice::rice;
use super::{tell, tree};
use crate::settings::Settings;

/// The mood from which people's bare ratings count as praise.
const CONTENT: f64 = 0.2;

/// Ranks what to improve; records say what is already done about it.
///
/// Neither the order of the evidence nor that of the records changes anything.
///
/// # Errors
/// Every mistake in the settings or the evidence at once.
pub fn rank(
    evidence: &[ThemeEvidence],
    records: &[OpportunityRecord],
    spec: &OpportunitySpec,
) -> Result<OpportunityReport, Problems> {
    check(evidence, spec)?;
    let mut evidence: Vec<ThemeEvidence> = evidence.to_vec();
    evidence.sort_by(|one, two| one.theme.cmp(&two.theme));
    let mut report = OpportunityReport { view: spec.view, ..OpportunityReport::default() };
    let (aside, evidence): (Vec<_>, Vec<_>) =
        evidence.into_iter().partition(|theme| why_aside(theme).is_some());
    report.set_aside = aside.iter().map(set_aside).collect();
    report.set_aside.sort_by(|one, two| two.people.cmp(&one.people).then(one.theme.cmp(&two.theme)));
    let ranked = |record: &&OpportunityRecord| evidence.iter().any(|theme| theme.theme == record.theme);
    report.without_theme = records.iter().filter(|record| !ranked(record)).cloned().collect();
    report.without_theme.sort_by(|one, two| (one.id.len(), &one.id).cmp(&(two.id.len(), &two.id)));
    let (factors, spread) = factors(&evidence, spec);
    report.loss_spread = spread;
    let mut opportunities: Vec<Opportunity> = evidence
        .into_iter()
        .zip(factors)
        .map(|(evidence, factors)| {
            let record = tree::newest(records, &evidence.theme);
            Opportunity {
                score: score(&factors, &spec.weights),
                rice: rice(&evidence, &factors),
                factors,
                state: record.map_or(OpportunityState::Open, |record| record.state),
                record: record.map(|record| record.id.clone()),
                evidence,
                ..Opportunity::default()
            }
        })
        .collect();
    place(&mut opportunities);
    draw(&mut opportunities, spec);
    swaps(&mut opportunities, &spec.weights);
    for opportunity in &mut opportunities {
        opportunity.reasons = tell::reasons(opportunity);
    }
    report.findings = tell::findings(&opportunities, &report.set_aside);
    report.warnings = tell::warnings(&opportunities);
    let most = spec.most as usize;
    report.left_out = opportunities.len().saturating_sub(most) as u64;
    opportunities.truncate(most);
    report.charts = tell::charts(&opportunities, spec);
    report.tree = (spec.view == OpportunityView::Tree).then(|| tree::tree(&opportunities, records, spec));
    if spec.view == OpportunityView::Rice {
        opportunities.sort_by_key(|opportunity| opportunity.rice.rank);
    }
    report.opportunities = opportunities;
    Ok(report)
}

fn check(evidence: &[ThemeEvidence], spec: &OpportunitySpec) -> Result<(), Problems> {
    let mut settings = Settings::default();
    let weights = &spec.weights;
    for (name, weight) in [
        ("reach", weights.reach),
        ("pain", weights.pain),
        ("trend", weights.trend),
        ("confidence", weights.confidence),
        ("effort", weights.effort),
    ] {
        settings.range(&format!("weights.{name}"), weight, 0.0, WEIGHT_AT_MOST);
    }
    settings.range("revenue_weight", spec.revenue_weight, 0.0, 1.0);
    settings.range("mood_worth", spec.mood_worth, 0.0, 1.0);
    settings.range("effort_doubt", spec.effort_doubt, 0.0, 2.0);
    settings.range("most", f64::from(spec.most), 1.0, 500.0);
    for (theme, effort) in &spec.efforts {
        settings.need(*effort > 0.0 && effort.is_finite(), &format!("efforts.{theme}"), || {
            phrase!("opportunity.effort_wrong", found = effort)
        });
    }
    let mut seen = BTreeSet::new();
    for (at, theme) in evidence.iter().enumerate() {
        settings.need(seen.insert(&theme.theme), &format!("evidence.{at}.theme"), || {
            phrase!("opportunity.theme_twice", theme = theme.theme)
        });
        let finite = [theme.share_of_people, theme.share_of_revenue, theme.mood, theme.negative_share];
        let finite = finite.iter().flatten().all(|estimate| {
            estimate.value.is_finite() && estimate.low.is_finite() && estimate.high.is_finite()
        });
        settings.need(finite, &format!("evidence.{at}"), || {
            phrase!("opportunity.evidence_wrong", theme = theme.theme)
        });
    }
    settings.settle(())
}

/// Why a theme is no opportunity: it praises, or nobody is behind it.
fn why_aside(theme: &ThemeEvidence) -> Option<&'static str> {
    let mood = theme.mood.map_or(0.0, |mood| mood.value);
    let praise = kind_share(theme, "praise");
    // A bare rating says nothing of what is wrong; among content people it is praise.
    let content = praise + kind_share(theme, "rating_only");
    if praise > 0.5 && mood >= 0.0 || content > 0.5 && mood >= CONTENT {
        return Some("opportunity.aside_praise");
    }
    (theme.people == 0).then_some("opportunity.aside_nobody")
}

fn set_aside(theme: &ThemeEvidence) -> SetAside {
    let key = why_aside(theme).unwrap_or("opportunity.aside_nobody");
    SetAside {
        theme: theme.theme.clone(),
        name: theme.name.clone(),
        people: theme.people,
        why: phrase!(key).with(
            "share",
            crate::figures::percent(kind_share(theme, "praise") + kind_share(theme, "rating_only")),
        ),
    }
}

/// Puts them in order by score, and numbers them by score and by RICE; of equals the theme's id decides.
fn place(opportunities: &mut [Opportunity]) {
    opportunities.sort_by(|one, two| {
        two.rice.score.total_cmp(&one.rice.score).then(one.evidence.theme.cmp(&two.evidence.theme))
    });
    for (at, opportunity) in opportunities.iter_mut().enumerate() {
        opportunity.rice.rank = at as u32 + 1;
    }
    opportunities.sort_by(|one, two| {
        two.score.total_cmp(&one.score).then(one.evidence.theme.cmp(&two.evidence.theme))
    });
    let best = opportunities.first().map_or(1.0, |first| first.score);
    for (at, opportunity) in opportunities.iter_mut().enumerate() {
        opportunity.rank = at as u32 + 1;
        opportunity.points = 100.0 * opportunity.score / best;
    }
}
