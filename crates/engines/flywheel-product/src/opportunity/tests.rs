//! The ranking against planted problems, and what must always hold of it.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::{Compared, ThemeBehaviour};
use flywheel_spec::feedback::case::Verdict;
use flywheel_spec::feedback::opportunity::{
    EvidenceTrend, FunnelConcern, Going, OpportunityReport, OpportunitySpec, OpportunityView, ThemeEvidence,
};
use flywheel_spec::feedback::opportunity_record::{
    OpportunityChange, OpportunityLink, OpportunityRecord, OpportunityState,
};
use flywheel_stats::chance::Chance;
use proptest::prelude::*;

use super::planted::{Planted, evidence, ndcg, problems, startup};
use super::{changed, opened, rank};

/// NDCG@10 of one seed, and where the quiet and the loud ones stand.
fn measure(people: usize, seed: u64) -> (f64, Vec<String>) {
    let planted = problems(&mut Chance::new(seed).stream("problems"));
    let startup = startup(people, &planted, seed);
    let report =
        rank(&evidence(&startup, &planted, seed), &[], &OpportunitySpec::default()).expect("a ranking");
    let order: Vec<String> =
        report.opportunities.iter().map(|opportunity| opportunity.evidence.theme.clone()).collect();
    (ndcg(&order, &planted), order)
}

fn mean_place(order: &[String], word: &str) -> f64 {
    let places: Vec<usize> =
        order.iter().enumerate().filter(|(_, theme)| theme.starts_with(word)).map(|(at, _)| at).collect();
    places.iter().sum::<usize>() as f64 / places.len() as f64
}

#[test]
fn quiet_and_costly_ranks_above_loud_and_harmless() {
    for seed in 0..3 {
        let (found, order) = measure(1500, seed);
        assert!(found > 0.75, "seed {seed}: {found} {order:?}");
        assert!(mean_place(&order, "quiet") + 3.0 < mean_place(&order, "loud"), "seed {seed}: {order:?}");
    }
}

/// `cargo test -p flywheel-product planted_opportunities -- --ignored --nocapture`
#[test]
#[ignore = "a benchmark of minutes"]
#[expect(clippy::print_stdout, reason = "a benchmark prints its number")]
fn planted_opportunities() {
    for people in [1500, 4000] {
        let found: Vec<f64> = (0..20)
            .map(|seed| {
                let (found, order) = measure(people, seed);
                println!("{people} {seed}: {found:.3} {:?}", &order[..12]);
                found
            })
            .collect();
        let least = found.iter().copied().fold(1.0, f64::min);
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        println!("{people} people: NDCG@10 {mean:.3}, least {least:.3}");
        assert!(mean >= 0.85);
    }
}

fn compared(theme: f64, comparable: f64, reach: f64) -> Option<Compared> {
    let value = theme - comparable;
    let difference = Estimate { value, low: value - reach, high: value + reach };
    Some(Compared { theme, comparable, difference, p: None, q: None })
}

fn theme(id: &str, people: u64, mood: f64, lost: f64, reach: f64) -> ThemeEvidence {
    ThemeEvidence {
        theme: id.to_owned(),
        name: id.to_owned(),
        voices: people,
        people,
        share_of_people: Some(estimate(people as f64 / 5000.0, 0.002)),
        mood: Some(estimate(mood, 0.1)),
        behaviour: Some(ThemeBehaviour {
            theme: id.to_owned(),
            matched: people,
            returning: compared(0.7 - lost, 0.7, reach),
            leaving: compared(0.3 + lost, 0.3, reach),
            ..ThemeBehaviour::default()
        }),
        ..ThemeEvidence::default()
    }
}

fn estimate(value: f64, reach: f64) -> Estimate {
    Estimate { value, low: value - reach, high: value + reach }
}

fn ranked(evidence: &[ThemeEvidence]) -> OpportunityReport {
    rank(evidence, &[], &OpportunitySpec::default()).expect("a ranking")
}

fn order(report: &OpportunityReport) -> Vec<&str> {
    report.opportunities.iter().map(|opportunity| opportunity.evidence.theme.as_str()).collect()
}

#[test]
fn many_mild_voices_without_loss_do_not_beat_few_who_leave() {
    let report = ranked(&[theme("loud", 900, -0.2, 0.0, 0.03), theme("quiet", 40, -0.7, 0.35, 0.15)]);
    assert_eq!(order(&report), ["quiet", "loud"]);
    assert!(report.findings.iter().any(|finding| finding.key == "opportunity.loud"), "{:?}", report.findings);
    // Even where the harmless ones are angry.
    let report = ranked(&[theme("loud", 900, -0.7, 0.0, 0.03), theme("quiet", 60, -0.7, 0.35, 0.12)]);
    assert_eq!(order(&report), ["quiet", "loud"]);
}

#[test]
fn few_people_are_drawn_in_and_wide_intervals_cost_confidence() {
    let report = ranked(&[theme("few", 6, -0.5, 0.4, 0.4), theme("many", 300, -0.5, 0.4, 0.05)]);
    let of = |id: &str| {
        report
            .opportunities
            .iter()
            .find(|opportunity| opportunity.evidence.theme == id)
            .expect("there")
            .factors
    };
    assert!(of("few").pain.value < of("many").pain.value);
    assert!(of("few").reliability < 0.3 && of("many").reliability > 0.8, "{:?}", of("few"));
    assert!(of("few").confidence < of("many").confidence);
}

#[test]
fn praise_is_set_aside_and_effort_divides() {
    let mut praise = theme("praise", 500, 0.8, -0.05, 0.05);
    praise.kinds = [("praise".to_owned(), 450), ("bug".to_owned(), 10)].into();
    let (one, two) = (theme("a", 100, -0.5, 0.2, 0.08), theme("b", 100, -0.5, 0.2, 0.08));
    let mut spec = OpportunitySpec::default();
    spec.efforts = [("a".to_owned(), 8.0), ("b".to_owned(), 2.0)].into();
    let report = rank(&[praise, one, two], &[], &spec).expect("a ranking");
    assert_eq!(order(&report), ["b", "a"]);
    assert!((report.opportunities[0].score / report.opportunities[1].score - 4.0).abs() < 1e-9);
    assert_eq!(report.set_aside[0].theme, "praise");
}

#[test]
fn a_record_whose_theme_is_not_ranked_is_told_beside_the_list() {
    let mut praise = theme("praise", 500, 0.8, -0.05, 0.05);
    praise.kinds = [("praise".to_owned(), 450)].into();
    let record = |id: &str, theme: &str| OpportunityRecord {
        id: id.to_owned(),
        theme: theme.to_owned(),
        state: OpportunityState::Accepted,
        ..OpportunityRecord::default()
    };
    let records = [record("o10", "gone"), record("o2", "praise"), record("o1", "a")];
    let evidence = [praise, theme("a", 100, -0.5, 0.2, 0.08)];
    let report = rank(&evidence, &records, &OpportunitySpec::default()).expect("a ranking");
    assert_eq!(report.opportunities[0].record.as_deref(), Some("o1"));
    let beside: Vec<&str> = report.without_theme.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(beside, ["o2", "o10"]);
}

#[test]
fn the_change_that_is_named_does_swap_them() {
    let evidence = [
        theme("a", 400, -0.6, 0.3, 0.05),
        theme("b", 150, -0.6, 0.2, 0.08),
        theme("c", 90, -0.7, 0.25, 0.1),
        theme("d", 700, -0.3, 0.02, 0.04),
    ];
    let spec = OpportunitySpec::default();
    let report = rank(&evidence, &[], &spec).expect("a ranking");
    let mut weights = 0;
    for pair in report.opportunities.windows(2) {
        for change in &pair[1].changes {
            let (above, own) = (&pair[0], &pair[1]);
            if change.weight {
                weights += 1;
                let mut spec = spec.clone();
                let value = match change.factor {
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Reach => &mut spec.weights.reach,
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Pain => &mut spec.weights.pain,
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Trend => &mut spec.weights.trend,
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Confidence => {
                        &mut spec.weights.confidence
                    }
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Effort => {
                        &mut spec.weights.effort
                    }
                };
                *value = change.to;
                let again = rank(&evidence, &[], &spec).expect("a ranking");
                let score = |id: &str| {
                    again.opportunities.iter().find(|found| found.evidence.theme == id).expect("there").score
                };
                let (one, two) = (score(&own.evidence.theme), score(&above.evidence.theme));
                assert!((one / two - 1.0).abs() < 1e-6, "{change:?}: {one} {two}");
            } else {
                let mut factors = own.factors;
                match change.factor {
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Reach => {
                        factors.reach.value = change.to
                    }
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Pain => {
                        factors.pain.value = change.to
                    }
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Trend => {
                        factors.trend.value = change.to
                    }
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Confidence => {
                        factors.confidence = change.to
                    }
                    flywheel_spec::feedback::opportunity::OpportunityFactor::Effort => {
                        factors.effort = change.to
                    }
                }
                let score = super::factors::score(&factors, &spec.weights);
                assert!((score / above.score - 1.0).abs() < 1e-6, "{change:?}");
            }
        }
    }
    assert!(weights > 0, "no weight was ever named");
}

#[test]
fn the_tree_holds_what_is_done_about_it() {
    let mut evidence = vec![theme("a", 400, -0.6, 0.3, 0.05), theme("b", 150, -0.6, 0.2, 0.08)];
    evidence[0].funnel_step = Some(FunnelConcern { step: "pay".to_owned(), lift: 2.0, p: 0.001 });
    let record = opened("o1", &evidence[0]);
    let link = OpportunityLink::Experiment { name: "shorter form".to_owned() };
    let record =
        changed(&record, OpportunityChange::Link { link }, "2026-05-01T00:00:00Z", "ann").expect("fine");
    assert_eq!(record.state, OpportunityState::Accepted);
    let spec = OpportunitySpec { view: OpportunityView::Tree, ..OpportunitySpec::default() };
    let report = rank(&evidence, &[record], &spec).expect("a ranking");
    let tree = report.tree.expect("a tree");
    assert_eq!(tree.groups[0].opportunities[0].theme, "a");
    assert_eq!(tree.groups[0].opportunities[0].solutions[0].experiments.len(), 1);
    assert_eq!(report.opportunities[0].record.as_deref(), Some("o1"));
}

#[test]
fn a_record_goes_its_way_and_no_other() {
    use OpportunityState::{Accepted, Dropped, Measured, Open, Released};
    let accept = OpportunityChange::Accept;
    let drop = OpportunityChange::Drop { why: "too dear".to_owned() };
    let reopen = OpportunityChange::Reopen;
    let release = OpportunityChange::Release { version: "2.4".to_owned(), at: "2026-05-02".to_owned() };
    let measure = OpportunityChange::Measure { verdict: Verdict::Worked, case: "c1".to_owned() };
    let link = OpportunityChange::Link { link: OpportunityLink::Experiment { name: "x".to_owned() } };
    for (change, allowed) in [
        (accept, [Some(Accepted), None, None, None, None]),
        (drop, [Some(Dropped), Some(Dropped), None, None, None]),
        (reopen, [None, Some(Open), Some(Open), Some(Open), Some(Open)]),
        (release, [None, Some(Released), None, None, None]),
        (measure, [None, None, None, Some(Measured), Some(Measured)]),
        (link, [Some(Accepted), Some(Accepted), None, Some(Released), None]),
    ] {
        for (state, expected) in [Open, Accepted, Dropped, Released, Measured].into_iter().zip(allowed) {
            let record = OpportunityRecord { state, name: "n".to_owned(), ..OpportunityRecord::default() };
            let found = changed(&record, change.clone(), "2026-05-03T00:00:00Z", "ann");
            match (found, expected) {
                (Ok(next), Some(expected)) => {
                    assert_eq!(next.state, expected);
                    assert_eq!(next.history.len(), 1);
                }
                (Err(wrong), None) => assert_eq!(wrong.problems[0].code, "opportunity.impossible"),
                (found, _) => panic!("{change:?} from {state:?}: {found:?}"),
            }
        }
    }
    let record = OpportunityRecord::default();
    for (change, at, code) in [
        (OpportunityChange::Effort { weeks: 0.0 }, "2026-05-03", "opportunity.effort_wrong"),
        (OpportunityChange::Note { text: " ".to_owned() }, "2026-05-03", "opportunity.empty"),
        (OpportunityChange::Accept, "yesterday", "opportunity.no_moment"),
        (OpportunityChange::Drop { why: String::new() }, "2026-05-03", "opportunity.empty"),
    ] {
        let wrong = changed(&record, change, at, "ann").expect_err("refused");
        assert_eq!(wrong.problems[0].code, code);
    }
    let later = changed(&record, OpportunityChange::Accept, "2026-05-03T00:00:00Z", "ann").expect("fine");
    let wrong =
        changed(&later, OpportunityChange::Reopen, "2026-05-01T00:00:00Z", "ann").expect_err("refused");
    assert_eq!(wrong.problems[0].code, "opportunity.before_last");
}

#[test]
fn mistakes_are_told_at_once() {
    let mut spec = OpportunitySpec { revenue_weight: 1.5, most: 0, ..OpportunitySpec::default() };
    spec.weights.pain = 9.0;
    spec.efforts.insert("a".to_owned(), -1.0);
    let mut broken = theme("a", 10, -0.5, 0.1, 0.1);
    broken.mood = Some(Estimate { value: f64::NAN, low: 0.0, high: 0.0 });
    let wrong = rank(&[broken.clone(), broken], &[], &spec).expect_err("mistakes");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(
        places,
        [
            "weights.pain",
            "revenue_weight",
            "most",
            "efforts.a",
            "evidence.0",
            "evidence.1.theme",
            "evidence.1"
        ]
    );
    let empty = ranked(&[]);
    assert_eq!(empty.findings[0].key, "opportunity.nothing");
}

fn any_theme() -> impl Strategy<Value = ThemeEvidence> {
    (1_u64..2000, -1.0_f64..1.0, -0.3_f64..0.7, 0.01_f64..0.6, any::<bool>(), 0.2_f64..5.0, 0.0_f64..1.0)
        .prop_map(|(people, mood, lost, reach, known, ratio, p)| {
            let mut evidence = theme("", people, mood, lost.clamp(-0.3, 0.69), reach);
            if !known {
                evidence.behaviour = None;
            }
            let label = if ratio > 1.0 { Going::Growing } else { Going::Fading };
            evidence.trend = Some(EvidenceTrend { label, ratio: Some(ratio), p: Some(p) });
            evidence
        })
}

fn named(mut themes: Vec<ThemeEvidence>) -> Vec<ThemeEvidence> {
    for (at, theme) in themes.iter_mut().enumerate() {
        theme.theme = format!("t{at}");
        theme.name = theme.theme.clone();
    }
    themes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_the_evidence_changes_nothing(themes in prop::collection::vec(any_theme(), 1..12), seed in any::<u64>()) {
        let themes = named(themes);
        let mut shuffled = themes.clone();
        Chance::new(seed).shuffle(&mut shuffled);
        prop_assert_eq!(ranked(&themes), ranked(&shuffled));
    }

    #[test]
    fn numbers_stay_in_their_ranges(themes in prop::collection::vec(any_theme(), 1..12)) {
        let report = ranked(&named(themes));
        let count = report.opportunities.len() as u32;
        for found in &report.opportunities {
            let factors = &found.factors;
            for (estimate, least, most) in [(factors.reach, 0.0, 1.0), (factors.pain, 0.005, 1.0), (factors.trend, 0.49, 2.01)] {
                prop_assert!(least <= estimate.low && estimate.low <= estimate.value, "{:?}", estimate);
                prop_assert!(estimate.value <= estimate.high && estimate.high <= most, "{:?}", estimate);
            }
            prop_assert!((0.0..=1.0).contains(&factors.confidence) && (0.0..=1.0).contains(&factors.complaint));
            prop_assert!(found.score > 0.0 && found.score.is_finite());
            prop_assert!(1 <= found.rank_low && found.rank_low <= found.rank);
            prop_assert!(found.rank <= found.rank_high && found.rank_high <= count);
            prop_assert!((0.0..=1.0).contains(&found.first));
        }
        let first: f64 = report.opportunities.iter().map(|found| found.first).sum();
        prop_assert!((first - 1.0).abs() < 1e-9);
        prop_assert!(report.opportunities.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }

    #[test]
    fn more_reach_more_anger_more_growth_and_less_effort_never_rank_lower(
        one in any_theme(), two in any_theme(), which in 0..4,
    ) {
        // Two themes at most: the spread of losses is then the usual one, whatever is changed.
        let before = named(vec![one, two]);
        let mut after = before.clone();
        let theme = &mut after[0];
        let mut spec = OpportunitySpec::default();
        match which {
            0 => theme.share_of_people = theme.share_of_people.map(|share| Estimate { value: share.value * 1.5, low: share.low * 1.5, high: share.high * 1.5 }),
            1 => theme.mood = Some(estimate(-1.0, 0.0)),
            2 => theme.trend = theme.trend.map(|trend| EvidenceTrend { ratio: trend.ratio.map(|ratio| ratio * 2.0), ..trend }),
            _ => { spec.efforts.insert("t0".to_owned(), 0.5); spec.efforts.insert("t1".to_owned(), 1.0); }
        }
        let score = |evidence: &[ThemeEvidence], spec: &OpportunitySpec| {
            let report = rank(evidence, &[], spec).expect("a ranking");
            report.opportunities.iter().find(|found| found.evidence.theme == "t0").expect("there").score
        };
        prop_assert!(score(&after, &spec) >= score(&before, &OpportunitySpec::default()) * (1.0 - 1e-12));
    }
}

/// A problem's worth is what it costs.
#[test]
fn the_measure_of_rankings_is_one_for_the_best_and_less_for_others() {
    let planted: Vec<Planted> = problems(&mut Chance::new(1));
    let mut order: Vec<&Planted> = planted.iter().collect();
    order.sort_by(|one, two| two.worth().total_cmp(&one.worth()));
    let mut names: Vec<String> = order.iter().map(|theme| theme.theme.clone()).collect();
    assert!((ndcg(&names, &planted) - 1.0).abs() < 1e-12);
    names.reverse();
    assert!(ndcg(&names, &planted) < 0.3);
}
