//! Random people and random funnels: the fold counts what the naive count counts.

use flywheel_spec::product::funnel::FunnelOrder;
use flywheel_stats::chance::Chance;

use super::naive::{Act, Rules, furthest, most, posthog};
use crate::funnel::walk::{Route, Walk};

/// How many random cases: `FLYWHEEL_SOAK`, `PROPTEST_CASES`, or 300.
pub fn cases() -> u64 {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    read("FLYWHEEL_SOAK").or_else(|| read("PROPTEST_CASES")).unwrap_or(300)
}

fn below(chance: &mut Chance, count: u32) -> u32 {
    (f64::from(count) * chance.f64()) as u32
}

/// A random funnel: steps that overlap in one of three, windows short enough that their edge is hit.
fn rules(chance: &mut Chance, order: FunnelOrder, exclusions: bool) -> Rules {
    let steps = 2 + below(chance, 4) as usize;
    let window = i64::from(2 + below(chance, 12));
    let mut rules = Rules { steps, order, window, exclusions: Vec::new() };
    if exclusions {
        for _ in 0..1 + below(chance, 2) {
            let whole = order == FunnelOrder::Unordered;
            let from = if whole { 0 } else { below(chance, steps as u32 - 1) as usize };
            let to =
                if whole { steps - 1 } else { from + 1 + below(chance, (steps - 1 - from) as u32) as usize };
            rules.exclusions.push((from, to));
        }
    }
    rules
}

/// Random events of one person; `ties` lets moments repeat.
fn acts(chance: &mut Chance, rules: &Rules, ties: bool) -> Vec<Act> {
    let overlap = below(chance, 3) == 0;
    let mut time = i64::from(below(chance, 5));
    let count = 1 + below(chance, 9);
    let mut acts = Vec::new();
    for _ in 0..count {
        let mark = match below(chance, 10) {
            0 => 0,
            1 | 2 if !rules.exclusions.is_empty() => {
                1 << (rules.steps + below(chance, rules.exclusions.len() as u32) as usize)
            }
            _ => {
                let mut mark = 1 << below(chance, rules.steps as u32);
                if overlap {
                    mark |= 1 << below(chance, rules.steps as u32);
                }
                mark
            }
        };
        acts.push(Act { time, mark });
        time += i64::from(if ties { below(chance, 4) } else { 1 + below(chance, 4) });
    }
    acts
}

fn route(rules: &Rules, optional: &[usize]) -> Route {
    let mut route = Route {
        steps: rules.steps,
        strict: rules.order == FunnelOrder::Strict,
        window: rules.window,
        exclusions: vec![0; rules.steps - 1],
        ..Route::default()
    };
    for step in optional {
        route.optional |= 1 << (step - 1);
    }
    for (exclusion, (from, to)) in rules.exclusions.iter().enumerate() {
        let bit = 1 << (rules.steps + exclusion);
        route.excluded |= bit;
        route.exclusions[*from..*to].iter_mut().for_each(|gap| *gap |= bit);
    }
    route
}

fn walk(rules: &Rules, optional: &[usize], acts: &[Act]) -> Walk {
    // A walk never sees what fits nothing, but in a strict funnel.
    let shown: Vec<&Act> =
        acts.iter().filter(|act| act.mark != 0 || rules.order == FunnelOrder::Strict).collect();
    let times: Vec<i64> = shown.iter().map(|act| act.time).collect();
    let marks: Vec<u64> = shown.iter().map(|act| act.mark).collect();
    let mut walk = Walk::default();
    let route = route(rules, optional);
    match rules.order {
        FunnelOrder::Unordered => walk.unordered(&route, &times, &marks, |_| true),
        _ => walk.ordered(&route, &times, &marks, i64::MAX),
    }
    walk
}

/// Another order of the events of each moment.
fn shuffled(chance: &mut Chance, acts: &[Act]) -> Vec<Act> {
    let mut keyed: Vec<(i64, u32, Act)> =
        acts.iter().map(|act| (act.time, below(chance, u32::MAX), *act)).collect();
    keyed.sort();
    keyed.into_iter().map(|(_, _, act)| act).collect()
}

#[test]
fn every_way_tried_gives_the_same() {
    for case in 0..cases() {
        let mut chance = Chance::new(case).stream("ordered");
        let order = if case % 3 == 0 { FunnelOrder::Strict } else { FunnelOrder::Ordered };
        let rules = rules(&mut chance, order, false);
        let mut acts = acts(&mut chance, &rules, true);
        if order == FunnelOrder::Ordered {
            acts.retain(|act| act.mark != 0);
        }
        let expected = furthest(&rules, &acts);
        let found = walk(&rules, &[], &acts);
        assert_eq!(found.reached, expected.len(), "case {case}: {rules:?} {acts:?}");
        assert!(!found.removed);
        let times = &found.times[..found.reached];
        let ends = |times: &[i64]| (times.first().copied(), times.last().copied());
        assert_eq!(ends(times), ends(&expected), "case {case}: {rules:?} {acts:?}");
        if order == FunnelOrder::Ordered {
            assert_eq!(times, expected, "case {case}: {rules:?} {acts:?}");
        }
        let other = walk(&rules, &[], &shuffled(&mut chance, &acts));
        assert_eq!(&other.times[..other.reached], times, "the order within a moment, case {case}: {acts:?}");
    }
}

#[test]
fn in_any_order_the_most_steps_count() {
    for case in 0..cases() {
        let mut chance = Chance::new(case).stream("unordered");
        let rules = rules(&mut chance, FunnelOrder::Unordered, case % 2 == 1);
        let acts = acts(&mut chance, &rules, true);
        let found = walk(&rules, &[], &acts);
        match most(&rules, &acts) {
            Some(times) => {
                assert_eq!(&found.times[..found.reached], times, "case {case}: {rules:?} {acts:?}");
                assert!(!found.removed, "case {case}: {rules:?} {acts:?}");
            }
            None => assert!(found.removed, "case {case}: {rules:?} {acts:?}"),
        }
        let other = walk(&rules, &[], &shuffled(&mut chance, &acts));
        assert_eq!((other.reached, other.removed), (found.reached, found.removed), "case {case}: {acts:?}");
    }
}

#[test]
fn exclusions_and_optional_steps_are_posthogs() {
    for case in 0..cases() {
        let mut chance = Chance::new(case).stream("posthog");
        let order = if case % 3 == 0 { FunnelOrder::Strict } else { FunnelOrder::Ordered };
        let excluded = case % 4 < 3;
        let rules = rules(&mut chance, order, excluded);
        let optional: Vec<usize> =
            if excluded { Vec::new() } else { (2..rules.steps).filter(|_| chance.coin(0.5)).collect() };
        let acts: Vec<Act> = acts(&mut chance, &rules, false)
            .into_iter()
            .filter(|act| act.mark != 0 || order == FunnelOrder::Strict)
            .collect();
        let (reached, times, removed) = posthog(&rules, &optional, &acts);
        let found = walk(&rules, &optional, &acts);
        assert_eq!(
            (found.reached, found.removed),
            (reached, removed),
            "case {case}: {rules:?} {optional:?} {acts:?}"
        );
        if !removed {
            let mine: Vec<Option<i64>> = (0..rules.steps)
                .map(|step| (found.done >> step & 1 == 1).then(|| found.times[step]))
                .collect();
            assert_eq!(mine, times, "case {case}: {rules:?} {optional:?} {acts:?}");
        }
    }
}

#[test]
fn the_order_within_a_moment_never_matters() {
    for case in 0..cases() {
        let mut chance = Chance::new(case).stream("moments");
        let order = if case % 3 == 0 { FunnelOrder::Strict } else { FunnelOrder::Ordered };
        let rules = rules(&mut chance, order, true);
        let acts = acts(&mut chance, &rules, true);
        let optional: Vec<usize> = (2..rules.steps).filter(|_| chance.coin(0.3)).collect();
        let one = walk(&rules, &optional, &acts);
        let other = walk(&rules, &optional, &shuffled(&mut chance, &acts));
        let told = |walk: &Walk| (walk.reached, walk.removed, walk.done);
        assert_eq!(told(&one), told(&other), "case {case}: {rules:?} {optional:?} {acts:?}");
    }
}
