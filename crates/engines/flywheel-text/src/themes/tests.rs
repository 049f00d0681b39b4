//! Themes of made-up messages, and of real ones where they are at hand.

use flywheel_stats::chance::Chance;

use super::*;

/// Messages of four subjects in both languages, with some that belong to none.
fn sample(count: usize) -> Vec<String> {
    let subjects: [(&[&str], &[&str]); 4] = [
        (
            &["payment failed", "cannot pay with my card", "checkout payment error"],
            &["付款失败", "支付一直失败", "付款报错"],
        ),
        (
            &["the app crashes on start", "crash again after opening", "it crashed twice"],
            &["一打开就闪退", "应用闪退", "总是崩溃闪退"],
        ),
        (
            &["delivery was late", "my parcel delivery is slow", "courier late delivery"],
            &["快递太慢", "物流配送慢", "配送快递晚到"],
        ),
        (
            &["login password not accepted", "cannot login", "login code never arrives"],
            &["登录不了", "密码登录失败", "登录收不到验证码"],
        ),
    ];
    let endings = ["", " please fix", " since monday", " on my phone", "!!", " 急", " 谢谢"];
    let mut chance = Chance::new(7);
    (0..count)
        .map(|at| {
            let (english, chinese) = subjects[at % 4];
            let pool = if chance.coin(0.5) { english } else { chinese };
            format!("{}{} {at}", chance.pick(pool), chance.pick(&endings))
        })
        .collect()
}

fn of(texts: &[String]) -> Themes {
    let pile = Pile::of(texts.iter().map(|text| (text.as_str(), None)));
    themes(&pile, &[], None, None)
}

/// Hubert and Arabie's adjusted Rand index, "Comparing partitions" (1985).
pub(crate) fn rand_index(one: &[Option<u32>], other: &[Option<u32>]) -> f64 {
    let pairs = |count: u64| (count * count.saturating_sub(1)) as f64 / 2.0;
    let mut both: HashMap<(Option<u32>, Option<u32>), u64> = HashMap::new();
    let (mut first, mut second): (HashMap<Option<u32>, u64>, HashMap<Option<u32>, u64>) = Default::default();
    for (one, other) in one.iter().zip(other) {
        *both.entry((*one, *other)).or_default() += 1;
        *first.entry(*one).or_default() += 1;
        *second.entry(*other).or_default() += 1;
    }
    let sum = |counts: Vec<u64>| counts.into_iter().map(pairs).sum::<f64>();
    let (index, one_sum, other_sum) = (
        sum(both.into_values().collect()),
        sum(first.into_values().collect()),
        sum(second.into_values().collect()),
    );
    let expected = one_sum * other_sum / pairs(one.len() as u64);
    let most = 0.5 * (one_sum + other_sum);
    if most == expected { 1.0 } else { (index - expected) / (most - expected) }
}

/// The themes of the messages in a shuffled order, told in the order given.
fn shuffled(texts: &[String], seed: u64) -> Themes {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    Chance::new(seed).shuffle(&mut order);
    let mixed: Vec<String> = order.iter().map(|at| texts[*at].clone()).collect();
    let found = of(&mixed);
    let mut told = found.clone();
    for (place, at) in order.iter().enumerate() {
        told.of_message[*at] = found.of_message[place];
        told.like[*at] = found.like[place];
    }
    told
}

#[test]
fn the_order_of_the_messages_changes_nothing() {
    let texts = sample(400);
    let first = of(&texts);
    for seed in 0..3 {
        let again = shuffled(&texts, seed);
        assert_eq!(again.themes, first.themes);
        assert_eq!(again.of_message, first.of_message);
        assert_eq!(again.like, first.like);
        assert_eq!(again.state, first.state);
        assert_eq!(rand_index(&again.of_message, &first.of_message), 1.0);
    }
}

#[test]
fn both_languages_of_most_subjects_meet_in_one_theme() {
    let texts = sample(400);
    let found = of(&texts);
    let truth: Vec<Option<u32>> = (0..400).map(|at| Some(at % 4)).collect();
    let index = rand_index(&found.of_message, &truth);
    let names: Vec<&str> = found.themes.iter().map(|theme| theme.name.as_str()).collect();
    assert!(index > 0.7, "{index} {names:?}");
    let mut met = 0;
    for subject in 0..4 {
        let mut english: HashMap<u32, u32> = HashMap::new();
        let mut chinese: HashMap<u32, u32> = HashMap::new();
        for at in (subject..400).step_by(4) {
            let Some(theme) = found.of_message[at] else { continue };
            let side = if texts[at].contains(|character: char| ('a'..='z').contains(&character)) {
                &mut english
            } else {
                &mut chinese
            };
            *side.entry(theme).or_default() += 1;
        }
        let most = |side: &HashMap<u32, u32>| {
            side.iter().max_by_key(|(theme, count)| (**count, **theme)).map(|(theme, _)| *theme)
        };
        met += u32::from(most(&english) == most(&chinese));
    }
    // By words alone one subject may stay apart by language; an encoder's vectors join it.
    assert!(met >= 3, "{met} of 4: {names:?}");
}

#[test]
fn vectors_bring_messages_together_that_share_no_word() {
    let texts: Vec<String> =
        (0..200).map(|at| if at % 2 == 0 { format!("zorp {at}") } else { format!("blick {at}") }).collect();
    // Words say two, the vectors say other two.
    let vectors: Vec<Vec<f32>> =
        (0..200).map(|at| if at % 4 < 2 { vec![1.0, 0.1, 0.0] } else { vec![-1.0, 0.0, 0.1] }).collect();
    let pile = Pile::of(texts.iter().map(|text| (text.as_str(), None)));
    let found = themes(&pile, &[], Some(&vectors), None);
    let truth: Vec<Option<u32>> = (0..200).map(|at| Some(u32::from(at % 4 < 2))).collect();
    assert!(rand_index(&found.of_message, &truth) > 0.4, "{:?}", found.themes);
}

#[test]
fn a_theme_keeps_its_number_and_a_day_costs_a_day() {
    let texts = sample(400);
    let week = of(&texts[..300]);
    let pile = Pile::of(texts[300..].iter().map(|text| (text.as_str(), None)));
    let day = follow(&pile, &[], None, &week.state);
    let id = |themes: &Themes, at: usize| themes.of_message[at].map(|theme| themes.themes[theme as usize].id);
    // What the whole of it says of the same messages.
    let whole_pile = Pile::of(texts.iter().map(|text| (text.as_str(), None)));
    let whole = themes(&whole_pile, &[], None, Some(&week.state));
    let followed: Vec<Option<u32>> = (0..100).map(|at| id(&day, at)).collect();
    let counted: Vec<Option<u32>> = (300..400).map(|at| id(&whole, at)).collect();
    let same = followed.iter().zip(&counted).filter(|(one, other)| one == other).count();
    assert!(same >= 85, "{same} {:?} {:?}", day.themes, whole.themes);
    assert!(whole.themes.iter().filter(|theme| !theme.is_new).count() * 2 > whole.themes.len());
    let kept = serde_json::to_string(&week.state).unwrap();
    let read: ThemeState = serde_json::from_str(&kept).unwrap();
    assert_eq!(follow(&pile, &[], None, &read).of_message, day.of_message);
}

#[test]
fn numbers_go_on_where_every_theme_is_forgotten() {
    let texts = sample(300);
    let week = of(&texts);
    let taken: Vec<u32> = week.themes.iter().map(|theme| theme.id).collect();
    let numbers = week.state.without_themes();
    assert_eq!(serde_json::to_value(&numbers).unwrap()["layers"], serde_json::json!([]));
    let pile = Pile::of(texts.iter().map(|text| (text.as_str(), None)));
    let again = themes(&pile, &[], None, Some(&numbers));
    assert_eq!(again.themes.len(), week.themes.len());
    assert!(again.themes.iter().all(|theme| !taken.contains(&theme.id)), "{:?}", again.themes);
}

#[test]
fn a_new_subject_forms_a_theme_of_its_own() {
    let week = of(&sample(300));
    let mut today = sample(40);
    today.extend((0..30).map(|at| format!("字体太丑了 深色 背景 {at}")));
    let pile = Pile::of(today.iter().map(|text| (text.as_str(), None)));
    let day = follow(&pile, &[], None, &week.state);
    let new: Vec<&Theme> = day.themes.iter().filter(|theme| theme.is_new).collect();
    assert!(
        new.iter().any(|theme| theme.words.iter().any(|word| word == "字体" || word == "背景")),
        "{:?}",
        day.themes
    );
    let at = day.of_message[60].map(|theme| &day.themes[theme as usize]);
    assert!(at.is_some_and(|theme| theme.is_new), "{at:?}");
}

#[test]
fn odd_piles_are_handled() {
    for texts in [
        vec![],
        vec!["付款失败".to_owned()],
        vec!["👍👍👍".to_owned(); 20],
        vec!["the of and".to_owned(); 5],
        vec!["x".repeat(1_000_000), "付款失败 ".repeat(70_000)],
    ] {
        let found = of(&texts);
        assert_eq!(found.of_message.len(), texts.len());
    }
    let same = of(&vec!["the payment failed".to_owned(); 100_000]);
    assert_eq!(same.themes.len(), 1);
    assert!(same.of_message.iter().all(|theme| *theme == Some(0)));
    assert!(same.themes[0].name.contains("payment"), "{:?}", same.themes);
}

#[test]
fn what_is_set_aside_is_in_no_theme() {
    let texts = sample(100);
    let aside: Vec<bool> = (0..100).map(|at| at % 10 == 0).collect();
    let pile = Pile::of(texts.iter().map(|text| (text.as_str(), None)));
    let found = themes(&pile, &aside, None, None);
    assert!(found.of_message.iter().zip(&aside).all(|(theme, aside)| !aside || theme.is_none()));
}
