//! The opportunity-solution tree: the outcome, groups of opportunities, what is done about them, and what is tried.

use std::collections::BTreeMap;

use flywheel_spec::feedback::opportunity::{
    Opportunity, OpportunitySpec, OpportunityTree, ThemeEvidence, TreeGroup, TreeOpportunity, TreeSolution,
};
use flywheel_spec::feedback::opportunity_record::{OpportunityLink, OpportunityRecord, OpportunityState};
use flywheel_spec::{Phrase, phrase};

/// The theme's record that counts: one that was not dropped before one that was; of several the one with the last id.
pub(crate) fn newest<'r>(records: &'r [OpportunityRecord], theme: &str) -> Option<&'r OpportunityRecord> {
    let of_theme = records.iter().filter(|record| record.theme == theme);
    of_theme.max_by_key(|record| (record.state != OpportunityState::Dropped, record.id.as_str()))
}

/// The tree of these opportunities, which are in order.
pub(crate) fn tree(
    opportunities: &[Opportunity],
    records: &[OpportunityRecord],
    spec: &OpportunitySpec,
) -> OpportunityTree {
    let mut groups: BTreeMap<String, TreeGroup> = BTreeMap::new();
    for opportunity in opportunities {
        let name = group(&opportunity.evidence, spec);
        let group = groups.entry(format!("{} {}", name.key, name.en)).or_default();
        group.name = name;
        group.score += opportunity.score;
        group.opportunities.push(TreeOpportunity {
            rank: opportunity.rank,
            theme: opportunity.evidence.theme.clone(),
            name: opportunity.evidence.name.clone(),
            score: opportunity.score,
            solutions: solutions(records, &opportunity.evidence.theme),
        });
    }
    let mut groups: Vec<TreeGroup> = groups.into_values().collect();
    groups.sort_by(|one, two| two.score.total_cmp(&one.score));
    let outcome = spec.outcome.as_ref().map_or_else(|| phrase!("opportunity.tree_outcome"), Phrase::verbatim);
    OpportunityTree { outcome, groups }
}

fn group(evidence: &ThemeEvidence, spec: &OpportunitySpec) -> Phrase {
    if let Some(name) = spec.groups.get(&evidence.theme) {
        return Phrase::verbatim(name);
    }
    if let Some(step) = &evidence.funnel_step {
        return phrase!("opportunity.tree_step", step = step.step);
    }
    let most = evidence.kinds.iter().max_by(|one, two| one.1.cmp(two.1).then(two.0.cmp(one.0)));
    match most.map(|(kind, _)| kind.as_str()) {
        Some("bug") => phrase!("opportunity.tree_bugs"),
        Some("request") => phrase!("opportunity.tree_requests"),
        Some("question") => phrase!("opportunity.tree_questions"),
        _ => phrase!("opportunity.tree_others"),
    }
}

/// What was accepted, by id.
fn solutions(records: &[OpportunityRecord], theme: &str) -> Vec<TreeSolution> {
    let taken_up = |record: &&OpportunityRecord| {
        record.theme == theme
            && (!record.links.is_empty()
                || !matches!(record.state, OpportunityState::Open | OpportunityState::Dropped))
    };
    let mut solutions: Vec<TreeSolution> = records
        .iter()
        .filter(taken_up)
        .map(|record| {
            let (releases, experiments) = record
                .links
                .iter()
                .cloned()
                .partition(|link| matches!(link, OpportunityLink::Release { .. }));
            TreeSolution {
                record: record.id.clone(),
                name: record.name.clone(),
                state: record.state,
                releases,
                experiments,
            }
        })
        .collect();
    solutions.sort_by(|one, two| one.record.cmp(&two.record));
    solutions
}
