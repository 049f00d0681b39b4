//! A naive count: every way through one person's events is tried.

use flywheel_spec::product::funnel::FunnelOrder;

/// One event: when, and which steps and exclusions it is (steps first).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act {
    pub time: i64,
    pub mark: u64,
}

/// What a naive count goes by.
#[derive(Debug, Clone)]
pub struct Rules {
    pub steps: usize,
    pub order: FunnelOrder,
    pub window: i64,
    /// For each exclusion, the steps between which it must not happen, from 0.
    pub exclusions: Vec<(usize, usize)>,
}

/// The furthest step reached and when each was done, for an ordered or strict funnel without exclusions:
/// of all chains of different events, those that are longest, of them those that end first, of them the one that begins last.
pub fn furthest(rules: &Rules, acts: &[Act]) -> Vec<i64> {
    let mut best: Vec<i64> = Vec::new();
    for first in 0..acts.len() {
        if acts[first].mark & 1 == 1 {
            follow(rules, acts, &mut vec![first], &mut best);
        }
    }
    best
}

fn follow(rules: &Rules, acts: &[Act], chain: &mut Vec<usize>, best: &mut Vec<i64>) {
    let times: Vec<i64> = chain.iter().map(|at| acts[*at].time).collect();
    if better(&times, best) {
        *best = times;
    }
    let step = chain.len();
    if step == rules.steps {
        return;
    }
    let last = acts[chain[step - 1]].time;
    for next in 0..acts.len() {
        let act = acts[next];
        let in_time = act.time >= last && act.time - acts[chain[0]].time <= rules.window;
        if act.mark >> step & 1 == 0 || chain.contains(&next) || !in_time {
            continue;
        }
        // Every moment in between has the step just done once more, or the way is broken.
        let unbroken = acts.iter().filter(|other| other.time > last && other.time < act.time).all(|other| {
            let moment = acts.iter().filter(|same| same.time == other.time);
            moment.into_iter().any(|same| same.mark >> (step - 1) & 1 == 1)
        });
        if rules.order == FunnelOrder::Strict && !unbroken {
            continue;
        }
        chain.push(next);
        follow(rules, acts, chain, best);
        chain.pop();
    }
}

fn better(one: &[i64], best: &[i64]) -> bool {
    let key = |times: &[i64]| (times.len(), times.last().map(|time| -time), times.first().copied());
    match key(one).cmp(&key(best)) {
        std::cmp::Ordering::Greater => true,
        // Each step as early as it can be.
        std::cmp::Ordering::Equal => one < best,
        std::cmp::Ordering::Less => false,
    }
}

/// The most different steps that different events within one window do, and when each further one was done;
/// `None` when an exclusion spoils every attempt.
pub fn most(rules: &Rules, acts: &[Act]) -> Option<Vec<i64>> {
    let all = (1_u64 << rules.steps) - 1;
    let mut best: Vec<i64> = Vec::new();
    let mut spoilt = false;
    let mut starts: Vec<i64> = acts.iter().filter(|act| act.mark & all != 0).map(|act| act.time).collect();
    starts.dedup();
    for start in starts {
        let mut done: Vec<i64> = Vec::new();
        let mut seen: Vec<u64> = Vec::new();
        let mut is_spoilt = false;
        let mut moments: Vec<i64> = acts.iter().map(|act| act.time).collect();
        moments.dedup();
        for moment in moments.into_iter().filter(|moment| *moment >= start && moment - start <= rules.window)
        {
            let group = acts.iter().filter(|act| act.time == moment);
            for act in group.clone().filter(|act| act.mark & all != 0) {
                seen.push(act.mark & all);
                if matched(&seen, rules.steps) > done.len() {
                    done.push(moment);
                }
            }
            if done.len() == rules.steps {
                break;
            }
            if moment > start && group.clone().any(|act| act.mark & !all != 0) {
                is_spoilt = true;
                break;
            }
        }
        if is_spoilt {
            spoilt = true;
        } else if done.len() > best.len() {
            best = done;
        }
    }
    (!best.is_empty() || !spoilt).then_some(best)
}

/// How many different steps different events can do: every choice is tried.
fn matched(marks: &[u64], steps: usize) -> usize {
    fn choose(marks: &[u64], used: u64, steps: usize) -> usize {
        let Some((mark, rest)) = marks.split_first() else { return used.count_ones() as usize };
        let mut best = choose(rest, used, steps);
        for step in (0..steps).filter(|step| mark >> step & 1 == 1 && used >> step & 1 == 0) {
            best = best.max(choose(rest, used | 1 << step, steps));
        }
        best
    }
    choose(marks, 0, steps)
}

/// What PostHog's own function makes of events of which no two share a moment, step numbers from 1 as there:
/// how many steps, when each, and whether the person is removed.
///
/// Told after PostHog's `funnel-udf/src/steps.rs` as it stood in 2025: every attempt keeps its list of times.
pub fn posthog(rules: &Rules, optional: &[usize], acts: &[Act]) -> (usize, Vec<Option<i64>>, bool) {
    #[derive(Clone)]
    struct Entered {
        start: Option<i64>,
        excluded: bool,
        times: Vec<Option<i64>>,
    }
    let nothing = Entered { start: None, excluded: false, times: vec![None; rules.steps] };
    let mut entered = vec![nothing.clone(); rules.steps + 1];
    let mut furthest = (0, nothing.clone());
    for act in acts {
        entered[0] = Entered { start: Some(act.time), ..nothing.clone() };
        let mut steps: Vec<(usize, bool)> = Vec::new();
        steps.extend(
            (1..=rules.steps).filter(|step| act.mark >> (step - 1) & 1 == 1).map(|step| (step, false)),
        );
        for (exclusion, (from, to)) in rules.exclusions.iter().enumerate() {
            if act.mark >> (rules.steps + exclusion) & 1 == 1 {
                steps.extend((from + 2..=to + 1).map(|step| (step, true)));
            }
        }
        for (step, exclusion) in steps.iter().rev().copied() {
            let mut before = step - 1;
            let open = |entered: &[Entered], at: usize| {
                entered[at].start.is_some_and(|start| act.time - start <= rules.window)
            };
            while before > 0 && !open(&entered, before) && optional.contains(&before) {
                before -= 1;
            }
            let reached = entered[step].start.is_some() && entered[step].start == entered[before].start;
            if !open(&entered, before) || reached {
                continue;
            }
            if exclusion {
                if !entered[before].excluded {
                    entered[before].excluded = true;
                    let in_time = furthest.1.start.is_some_and(|start| act.time - start <= rules.window);
                    if furthest.0 == before && in_time {
                        furthest.1.excluded = true;
                    }
                }
                continue;
            }
            let mut now = entered[before].clone();
            now.times[step - 1] = Some(act.time);
            if !now.excluded {
                entered[step] = now.clone();
            }
            if step > furthest.0 || (step == furthest.0 && furthest.1.excluded) {
                furthest = (step, now);
            }
        }
        if rules.order == FunnelOrder::Strict {
            for (step, entered) in entered.iter_mut().enumerate().skip(1) {
                if !steps.contains(&(step, false)) {
                    *entered = nothing.clone();
                }
            }
        }
        if entered[rules.steps].start.is_some() {
            break;
        }
    }
    (furthest.0, furthest.1.times, furthest.1.excluded)
}
