//! The ways told: the rare made one, what flows in and out of each name, the variants.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::FoldError;
use flywheel_spec::product::paths::{PathLink, PathNode, PathVariant, PathsReport, PathsSpec};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};

use super::fold::{Flow, MIDDLE, State};
use crate::intervals::percent;

/// The number of what is left of a step's names.
const REST: u32 = u32::MAX - 3;

/// The report, its invariants checked.
pub fn report(spec: &PathsSpec, state: State) -> Result<PathsReport, FoldError> {
    let kept = kept(spec, &state);
    let place = |step: u8, name: u32| if kept.contains_key(&(step, name)) { name } else { REST };
    let mut nodes: BTreeMap<(u8, u32), PathNode> = BTreeMap::new();
    let mut links: BTreeMap<(u8, u32, u32), Flow> = BTreeMap::new();
    for ((step, name), ends) in &state.ends {
        let node = nodes.entry((*step, place(*step, *name))).or_default();
        node.begin += ends.begin;
        node.end += ends.end;
        node.beyond += ends.beyond;
    }
    for ((step, from, to), flow) in &state.links {
        let (from, to) = (place(*step, *from), place(*step + 1, *to));
        nodes.entry((*step, from)).or_default().leave += flow.sessions;
        nodes.entry((*step + 1, to)).or_default().arrive += flow.sessions;
        *links.entry((*step, from, to)).or_default() += *flow;
    }
    for ((step, name), node) in &mut nodes {
        node.step = u32::from(*step) + 1;
        node.middle = *name == MIDDLE;
        node.name = state.names.get(*name as usize).cloned();
    }
    let mut nodes: Vec<((u8, u32), PathNode)> = nodes.into_iter().collect();
    // Most sessions first; what is left, and a middle, after those with names.
    nodes.sort_by(|(_, one), (_, other)| {
        let through = |node: &PathNode| node.begin + node.arrive;
        let key = |node: &PathNode| (node.step, node.name.is_none(), node.middle);
        key(one)
            .cmp(&key(other))
            .then_with(|| through(other).cmp(&through(one)))
            .then_with(|| one.name.cmp(&other.name))
    });
    let places: HashMap<(u8, u32), u32> =
        nodes.iter().enumerate().map(|(place, (key, _))| (*key, place as u32)).collect();
    let nodes: Vec<PathNode> = nodes.into_iter().map(|(_, node)| node).collect();
    let mut links: Vec<PathLink> = links
        .into_iter()
        .map(|((step, from, to), flow)| {
            let (from, to) = (places[&(step, from)], places[&(step + 1, to)]);
            let at = &nodes[from as usize];
            PathLink {
                step: u32::from(step) + 1,
                from,
                to,
                sessions: flow.sessions,
                share: flow.sessions as f64 / (at.begin + at.arrive) as f64,
                mean_seconds: flow.micros as f64 / 1e6 / flow.sessions as f64,
            }
        })
        .collect();
    links.sort_by_key(|link| (link.step, u64::MAX - link.sessions, link.from, link.to));
    check(&state, &nodes, &links)?;
    let variants = variants(spec, &state);
    let mut report = PathsReport {
        people: state.people,
        sessions: state.sessions,
        left_out: state.left_out,
        single: state.single,
        charts: vec![sankey(&nodes, &links)],
        variants_found: spec.variants.then_some(state.variants.len() as u64),
        variants,
        nodes,
        links,
        ..PathsReport::default()
    };
    report.findings = findings(&report);
    if state.left_out > 0 {
        let warning = phrase!("following.paths_left_out", left_out = state.left_out);
        report.warnings.push(Problem::warning(warning));
    }
    if state.astray > 0 {
        let warning = phrase!("following.paths_no_session", events = state.astray);
        report.warnings.push(Problem::warning(warning));
    }
    Ok(report)
}

/// The names that are shown of each step: those that most paths go through.
fn kept(spec: &PathsSpec, state: &State) -> HashMap<(u8, u32), u64> {
    let mut through: HashMap<(u8, u32), u64> = HashMap::new();
    for ((step, name), ends) in &state.ends {
        *through.entry((*step, *name)).or_default() += ends.begin;
    }
    for ((step, _, to), flow) in &state.links {
        *through.entry((*step + 1, *to)).or_default() += flow.sessions;
    }
    let mut by_step: BTreeMap<u8, Vec<(u64, &str, u32)>> = BTreeMap::new();
    for ((step, name), sessions) in &through {
        if *name != MIDDLE {
            let text = state.names[*name as usize].as_str();
            by_step.entry(*step).or_default().push((*sessions, text, *name));
        }
    }
    for (step, mut names) in by_step {
        names.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        for (_, _, name) in names.into_iter().skip(spec.most_names as usize) {
            through.remove(&(step, name));
        }
    }
    through
}

fn check(state: &State, nodes: &[PathNode], links: &[PathLink]) -> Result<(), FoldError> {
    let wrong = |what: &str| Err(FoldError::Invariant(format!("paths: {what}")));
    if nodes.iter().any(|node| node.begin + node.arrive != node.leave + node.end) {
        return wrong("what comes to a step does not go on or end");
    }
    let begun: u64 = nodes.iter().map(|node| node.begin).sum();
    let ended: u64 = nodes.iter().map(|node| node.end).sum();
    if begun != state.sessions || ended != state.sessions {
        return wrong("not every path begins and ends once");
    }
    let (mut out, mut into) = (vec![0; nodes.len()], vec![0; nodes.len()]);
    for link in links {
        out[link.from as usize] += link.sessions;
        into[link.to as usize] += link.sessions;
    }
    let mut sums = nodes.iter().zip(out.iter().zip(&into));
    if sums.any(|(node, (out, into))| node.leave != *out || node.arrive != *into) {
        return wrong("the ways do not sum to their steps");
    }
    if !state.variants.is_empty() && state.variants.values().sum::<u64>() != state.sessions {
        return wrong("the variants do not sum to the paths");
    }
    Ok(())
}

fn variants(spec: &PathsSpec, state: &State) -> Vec<PathVariant> {
    let told = |steps: &[u32]| steps.iter().map(|name| state.names[*name as usize].clone()).collect();
    let mut variants: Vec<PathVariant> = state
        .variants
        .iter()
        .map(|(steps, sessions)| PathVariant {
            steps: told(steps),
            sessions: *sessions,
            share: *sessions as f64 / state.sessions as f64,
        })
        .collect();
    variants
        .sort_by(|one, other| other.sessions.cmp(&one.sessions).then_with(|| one.steps.cmp(&other.steps)));
    variants.truncate(spec.most_variants as usize);
    variants
}

fn findings(report: &PathsReport) -> Vec<Phrase> {
    if report.sessions == 0 {
        return vec![phrase!("following.paths_none")];
    }
    let mut findings = Vec::new();
    let name = |node: u32| report.nodes[node as usize].name.as_deref().unwrap_or("…").to_owned();
    if let Some(most) = report.links.iter().find(|link| link.step == 1) {
        findings.push(phrase!(
            "following.session_most",
            from = name(most.from),
            to = name(most.to),
            sessions = most.sessions,
            all = report.sessions,
            share = percent(most.sessions as f64 / report.sessions as f64)
        ));
    }
    if report.single > 0 {
        findings.push(phrase!("following.paths_single", single = report.single, all = report.sessions));
    }
    if let (Some(found), Some(first)) = (report.variants_found, report.variants.first()) {
        findings.push(phrase!(
            "following.paths_variants",
            sessions = report.sessions,
            variants = found,
            share = percent(first.share)
        ));
    }
    findings
}

fn sankey(nodes: &[PathNode], links: &[PathLink]) -> Chart {
    let name = |node: &PathNode| {
        let name = node.name.as_deref().unwrap_or(if node.middle { "⋯" } else { "…" });
        format!("{} {name}", node.step)
    };
    Chart {
        kind: ChartKind::Sankey,
        title: phrase!("following.paths_chart"),
        axis: nodes.iter().map(name).collect(),
        axis_titles: Vec::new(),
        series: links
            .iter()
            .map(|link| Series {
                name: format!("{}>{}", link.from, link.to),
                title: None,
                values: vec![Some(link.sessions as f64)],
            })
            .collect(),
    }
}
