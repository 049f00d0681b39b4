//! The truths of the startup are really in what it writes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::life::Life;
use super::*;

#[test]
fn a_person_is_the_same_whoever_else_is_made() {
    let startup = Startup::default();
    let alone = startup.events(17);
    let _ = startup.events(3);
    assert_eq!(startup.events(17), alone);
    let larger = Startup { people: 9_000, ..startup };
    assert_eq!(larger.person(17).device, startup.person(17).device);
}

#[test]
fn events_are_in_order_inside_the_time_and_all_different() {
    let startup = Startup { people: 300, ..Startup::default() };
    let mut uuids = HashSet::new();
    let mut count = 0;
    for number in 0..startup.people {
        let events = startup.events(number);
        assert!(!events.is_empty());
        assert!(events.is_sorted_by_key(|event| event.time), "person {number}");
        for event in &events {
            assert!(uuids.insert(event.uuid), "a uuid comes twice");
            assert!((startup.begins..startup.ends()).contains(&event.time));
        }
        count += events.len();
    }
    let mean = count as f64 / startup.people as f64;
    assert!((20.0..100.0).contains(&mean), "{mean} events a person");
}

#[test]
fn the_truth_of_the_funnel_is_in_the_events() {
    let startup = Startup { people: 800, ..Startup::default() };
    let truth = startup.truth();
    let mut reached = [0_u64; STEPS.len()];
    for number in 0..startup.people {
        let events = startup.events(number);
        let mut from = 0;
        let mut began = None;
        for (step, name) in STEPS.iter().enumerate() {
            let found = events[from..].iter().position(|event| event.event == *name);
            let Some(at) = found.map(|at| at + from) else { break };
            let first = *began.get_or_insert(events[at].time);
            if events[at].time > first + 14 * DAY {
                break;
            }
            reached[step] += 1;
            from = at + 1;
        }
    }
    assert_eq!(reached, truth.funnel);
    assert!(reached.is_sorted_by(|a, b| a >= b) && reached[4] > 0, "{reached:?}");
}

#[test]
fn a_startup_without_problems_or_talk_loses_nothing_and_hears_nothing() {
    let startup = Startup { people: 300, problems: 0, decoys: 0, talk: 0.0, ..Startup::default() };
    let truth = startup.truth();
    assert!(truth.problems.is_empty() && truth.decoys.is_empty() && truth.messages.is_empty());
    let calm = Startup { people: 1_500, problems: 0, ..Startup::default() };
    let burdened = Startup { problems: 12, ..calm };
    let events = |startup: &Startup| (0..300).map(|number| startup.events(number).len()).sum::<usize>();
    assert!(events(&calm) > events(&burdened));
    let steps = |startup: &Startup| startup.truth().funnel.iter().sum::<u64>();
    assert!(steps(&calm) > steps(&burdened));
}

#[test]
fn those_reached_are_counted_as_the_events_show_them() {
    // All problems, so that those which the product notices are among them.
    let startup = Startup { people: 1_500, problems: 28, talk: 0.0, ..Startup::default() };
    let plants = startup.plants();
    let (mut shown, mut met) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..startup.people {
        let codes: HashSet<String> = startup
            .events(number)
            .iter()
            .filter(|event| event.event == "error shown")
            .map(|event| event.properties["code"].as_str().unwrap().to_owned())
            .collect();
        for code in codes {
            *shown.entry(code).or_insert(0_u64) += 1;
        }
        let person = startup.person(number);
        let hits: HashSet<&str> = Life::of(&startup, &person, &plants)
            .hits
            .iter()
            .map(|hit| plants[hit.plant].subject.id)
            .collect();
        for id in hits {
            *met.entry(id).or_insert(0_u64) += 1;
        }
    }
    let truth = startup.truth();
    let mut noticed = 0;
    for problem in truth.problems.iter().chain(&truth.decoys) {
        assert_eq!(problem.reach, met.get(problem.id).copied().unwrap_or(0), "{}", problem.id);
        assert!(problem.reach <= problem.exposed && problem.spoke <= problem.reach);
        if let Some(code) = problem.error {
            noticed += 1;
            assert_eq!(problem.reach, shown.get(code).copied().unwrap_or(0), "{code}");
        }
    }
    assert!(noticed >= 5);
}

/// Shares of people who come back within two weeks: those who met a problem of this sort, and people in its segment who
/// came as late after their first visit, at the same time, and met nothing that keeps people away.
fn returning(startup: &Startup, wanted: impl Fn(&Plant) -> bool) -> (f64, f64) {
    let plants = startup.plants();
    let lives: Vec<(Person, Life)> = (0..startup.people)
        .map(|number| {
            let person = startup.person(number);
            let life = Life::of(startup, &person, &plants);
            (person, life)
        })
        .collect();
    let window = 14 * DAY;
    let back = |life: &Life, moment: i64| {
        life.visits.iter().any(|visit| visit.begins > moment + DAY / 2 && visit.begins <= moment + window)
    };
    let harmful = |life: &Life| life.hits.iter().any(|hit| plants[hit.plant].effect.staying_away > 0.0);
    let (mut hit_share, mut other_share, mut weight) = (0.0, 0.0, 0.0);
    for (plant, problem) in plants.iter().enumerate().filter(|(_, plant)| wanted(plant)) {
        // Strata of how long they had been there and how far they mean to go.
        let mut strata: HashMap<(i64, usize), [u64; 4]> = HashMap::new();
        for (person, life) in &lives {
            let first = life.hits.iter().find(|hit| hit.plant == plant);
            if let Some(hit) = first.filter(|hit| hit.moment + window < startup.ends()) {
                let counts =
                    strata.entry(((hit.moment - person.first) / (4 * DAY), person.steps)).or_default();
                counts[0] += 1;
                counts[1] += u64::from(back(life, hit.moment));
            } else if first.is_none() && problem.segment.has(person) && !harmful(life) {
                for visit in life.visits.iter().filter(|visit| visit.begins + window < startup.ends()) {
                    let counts = strata.entry((visit.day / 4, person.steps)).or_default();
                    counts[2] += 1;
                    counts[3] += u64::from(back(life, visit.begins));
                }
            }
        }
        for [hits, hit_back, others, others_back] in strata.into_values() {
            if hits > 0 && others > 0 {
                hit_share += hit_back as f64;
                other_share += hits as f64 * others_back as f64 / others as f64;
                weight += hits as f64;
            }
        }
    }
    assert!(weight > 100.0, "only {weight} people met such a problem");
    (hit_share / weight, other_share / weight)
}

#[test]
fn who_meets_a_costly_problem_returns_less_than_alike_people_and_a_decoy_changes_nothing() {
    let startup = Startup { people: 5_000, problems: 20, talk: 0.0, ..Startup::default() };
    let (hit, others) = returning(&startup, |plant| plant.effect.staying_away > 0.4);
    assert!(hit < 0.7 * others, "{hit:.3} of those who met it came back, {others:.3} of the others");
    let calm = Startup { problems: 0, ..startup };
    let (hit, others) = returning(&calm, |plant| plant.kind == PlantKind::Loud);
    assert!((hit / others - 1.0).abs() < 0.15, "{hit:.3} against {others:.3}");
}

#[test]
fn decoys_are_loud_and_free_and_quiet_problems_are_costly() {
    let startup = Startup { people: 3_000, ..Startup::default() };
    let truth = startup.truth();
    assert_eq!((truth.problems.len(), truth.decoys.len()), (12, 3));
    for decoy in &truth.decoys {
        assert_eq!((decoy.value, decoy.gain), (0.0, 0), "{}", decoy.id);
        let said_of_problems = truth.problems.iter().map(|problem| problem.messages.len());
        assert!(decoy.messages.len() > said_of_problems.sum::<usize>() / 12, "{} is not loud", decoy.id);
    }
    let quiet: Vec<_> = truth.problems.iter().filter(|problem| problem.kind == PlantKind::Quiet).collect();
    assert_eq!(quiet.len(), 2);
    for problem in &quiet {
        assert!(
            problem.effect.staying_away > 0.5 && problem.spoke * 5 < problem.reach.max(10),
            "{problem:?}"
        );
    }
    assert_eq!(truth.problems[0].gain, 5);
    assert!(truth.problems.is_sorted_by(|one, other| one.value >= other.value));
    let gains: HashSet<u8> = truth.problems.iter().map(|problem| problem.gain).collect();
    assert!(gains.len() >= 3, "{gains:?}");
    assert!(truth.problems.iter().map(|problem| problem.lost_weeks).sum::<f64>() > 100.0);
}

#[test]
fn every_message_has_its_label_and_every_problem_its_messages() {
    let startup = Startup { people: 1_200, ..Startup::default() };
    let truth = startup.truth();
    let labels: HashMap<_, _> = truth.messages.iter().map(|label| (label.uuid, label)).collect();
    assert_eq!(labels.len(), truth.messages.len(), "a uuid comes twice");
    let mut seen = 0;
    for number in (0..startup.people).rev() {
        let feedback = startup.feedback(number);
        assert!(feedback.is_sorted_by_key(|event| event.time));
        for event in &feedback {
            assert_eq!(labels[&event.uuid].person, event.distinct_id);
            assert!((startup.begins..startup.ends()).contains(&event.time));
            seen += 1;
        }
        let joined = startup.events_with_feedback(number);
        assert_eq!(joined.len(), startup.events(number).len() + feedback.len());
        assert!(joined.is_sorted_by_key(|event| event.time));
    }
    assert_eq!(seen, labels.len());
    for problem in truth.problems.iter().chain(&truth.decoys) {
        let speaking: HashSet<_> = truth
            .messages
            .iter()
            .filter(|label| label.problems.contains(&problem.id))
            .map(|label| label.uuid)
            .collect();
        assert_eq!(speaking, problem.messages.iter().copied().collect(), "{}", problem.id);
        let people: HashSet<_> = problem.messages.iter().map(|uuid| &labels[uuid].person).collect();
        assert_eq!(people.len() as u64, problem.spoke);
    }
    for label in &truth.messages {
        if let Some(original) = label.duplicate_of {
            assert_eq!(labels[&original].person, label.person);
        }
        let problem = matches!(label.kind, MessageKind::Bug | MessageKind::Complaint);
        assert!(!problem || !label.problems.is_empty(), "{label:?}");
    }
    let kinds: HashSet<MessageKind> = truth.messages.iter().map(|label| label.kind).collect();
    assert_eq!(kinds.len(), 10, "{kinds:?}");
}

#[test]
fn people_write_differently_in_their_languages_with_personal_data_where_it_is_marked() {
    let startup = Startup { people: 6_000, seed: 11, ..Startup::default() };
    let (mut texts, mut distinct) = (0_usize, HashSet::new());
    let mut languages: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    let mut personal: BTreeMap<PersonalKind, usize> = BTreeMap::new();
    let (mut sarcastic, mut complaints, mut traditional) = (0_usize, 0_usize, 0_usize);
    let mut stars: BTreeMap<Mood, (f64, f64)> = BTreeMap::new();
    for number in 0..startup.people {
        let chinese = startup.person(number).country == "CN";
        for Spoken { event, label } in startup.spoken(number) {
            let of = |name: &str| event.properties.get(name);
            let text = of("text").or(of("$survey_response")).and_then(|text| text.as_str()).unwrap();
            if let Some(rating) = of("rating").or(of("$survey_response_1")).and_then(|rating| rating.as_f64())
            {
                assert!((1.0..=5.0).contains(&rating));
                let sum = stars.entry(label.mood).or_default();
                *sum = (sum.0 + rating, sum.1 + 1.0);
            }
            for marked in &label.personal {
                let value = &text[marked.start..marked.end];
                assert!(value.bytes().any(|byte| byte.is_ascii_digit()), "{value}");
                assert_eq!(value.contains('@'), marked.kind == PersonalKind::Email, "{value}");
                *personal.entry(marked.kind).or_default() += 1;
            }
            let Label { kind, duplicate_of, goes_round, .. } = label;
            if !label.problems.is_empty() {
                complaints += 1;
                sarcastic += usize::from(label.sarcastic);
                traditional +=
                    usize::from(text.contains(['這', '麼', '發', '們', '沒', '後', '點', '戶', '開', '斷']));
                *languages.entry((chinese, label.language)).or_default() += 1;
            }
            let worded = matches!(
                kind,
                MessageKind::Bug
                    | MessageKind::Complaint
                    | MessageKind::Praise
                    | MessageKind::Question
                    | MessageKind::Request
            );
            if worded && duplicate_of.is_none() && !goes_round {
                texts += 1;
                distinct.insert(text.to_owned());
            }
        }
    }
    let share = distinct.len() as f64 / texts as f64;
    eprintln!(
        "{texts} texts, {share:.4} distinct; {languages:?}; {personal:?}; {sarcastic} of {complaints} sarcastic; {traditional} traditional; {stars:?}"
    );
    assert!(share > 0.9, "{share:.3} of {texts} texts are distinct");
    let language = |chinese, language| languages.get(&(chinese, language)).copied().unwrap_or(0) as f64;
    let of_chinese = language(true, "zh") / (language(true, "zh") + language(true, "en"));
    let of_others = language(false, "zh") / (language(false, "zh") + language(false, "en"));
    assert!(
        (0.88..0.98).contains(&of_chinese) && (0.005..0.06).contains(&of_others),
        "{of_chinese} {of_others}"
    );
    assert_eq!(personal.len(), 4, "{personal:?}");
    let sarcasm = sarcastic as f64 / complaints as f64;
    assert!((0.02..0.08).contains(&sarcasm) && traditional > 0, "{sarcasm}");
    let mean = |mood: Mood| stars[&mood].0 / stars[&mood].1;
    assert!(mean(Mood::Positive) > 4.2 && mean(Mood::Negative) < 3.4, "{stars:?}");
}

#[test]
fn the_written_files_hold_everything_once() {
    let startup = Startup { people: 200, ..Startup::default() };
    let folder: std::rc::Rc<std::cell::RefCell<BTreeMap<String, Vec<u8>>>> = std::rc::Rc::default();
    struct File(String, std::rc::Rc<std::cell::RefCell<BTreeMap<String, Vec<u8>>>>);
    impl std::io::Write for File {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.1.borrow_mut().entry(self.0.clone()).or_default().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let written = write_all(&startup, |name| Ok(File(name.to_owned(), folder.clone()))).unwrap();
    let folder = folder.borrow();
    let names: Vec<&str> = folder.keys().map(String::as_str).collect();
    assert_eq!(names, ["events.jsonl", "faq.toml", "feedback.csv", "feedback.jsonl", "truth.json"]);
    let read = |name: &str| String::from_utf8(folder[name].clone()).unwrap();
    for (name, count) in [("events.jsonl", written.events), ("feedback.jsonl", written.messages)] {
        let file = read(name);
        let mut lines = 0;
        for line in file.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(value["distinct_id"].is_string() && value["timestamp"].as_str().unwrap().ends_with('Z'));
            lines += 1;
        }
        assert_eq!(lines, count, "{name}");
    }
    let file: serde_json::Value = serde_json::from_str(&read("truth.json")).unwrap();
    let truth = startup.truth();
    assert_eq!(file["messages"].as_array().unwrap().len() as u64, written.messages);
    assert_eq!(file["messages"], serde_json::to_value(&truth.messages).unwrap());
    assert_eq!(file["truth"], serde_json::to_value(&truth).unwrap());
    // Rows end where quotes are even.
    let csv = read("feedback.csv");
    let (mut quotes, mut rows) = (0, 0);
    for byte in csv.bytes() {
        quotes += usize::from(byte == b'"');
        rows += u64::from(byte == b'\n' && quotes % 2 == 0);
    }
    assert_eq!(rows, written.messages + 1);
    let mut alone = Vec::new();
    write_feedback_csv(&startup, &mut alone).unwrap();
    assert_eq!(alone, folder["feedback.csv"]);
    let mut alone = Vec::new();
    write_truth(&startup, &mut alone).unwrap();
    assert_eq!(alone, folder["truth.json"]);
}

#[test]
fn other_seeds_have_other_problems() {
    let drawn = |seed| {
        let startup = Startup { seed, ..Startup::default() };
        startup.plants().iter().map(|plant| plant.subject.id).collect::<Vec<_>>()
    };
    let all: HashSet<Vec<&str>> = (0..20).map(drawn).collect();
    assert_eq!(all.len(), 20);
    let subjects: HashSet<&str> = all.iter().flatten().copied().collect();
    assert_eq!(subjects.len(), 28 + 8);
}
