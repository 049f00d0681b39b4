//! How often customers get the right answer: banking77 as a file of questions with noise around it, Chinese intents,
//! paraphrases, and the time of a reply.
//!
//! `benchmark_support [dev|test|chinese|speed]…`: `dev` (the default) holds a fifth of the training part out; `test`
//! opens the test part; `FLYWHEEL_DATA` says where the data lies.
#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Read;
use std::time::Instant;

use flywheel_spec::feedback::support::{Conversation, FaqEntry, ReplyKind, SupportSpec};
use flywheel_stats::chance::Chance;
use flywheel_text::linear::{Linear, LinearSpec};
use flywheel_text::support::Faq;

type Labelled = Vec<(String, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(data) = std::env::var("FLYWHEEL_DATA") else {
        println!("left out: FLYWHEEL_DATA is not set");
        return Ok(());
    };
    let mut parts: BTreeSet<String> = std::env::args().skip(1).collect();
    if parts.is_empty() {
        parts.insert("dev".into());
    }
    for part in parts {
        match part.as_str() {
            "dev" => {
                let (train, held) =
                    halves(columns(&data, "text_en_banking77/train.csv", "text", "category")?);
                banking("banking77, a fifth of the training part", &train, &held, &noise(&data)?);
            }
            "test" => {
                let train = columns(&data, "text_en_banking77/train.csv", "text", "category")?;
                let test = columns(&data, "text_en_banking77/test.csv", "text", "category")?;
                banking("banking77, test part", &train, &test, &noise(&data)?);
            }
            "chinese" => chinese(&data)?,
            "speed" => speed(),
            other => println!("unknown part {other}"),
        }
    }
    Ok(())
}

/// One row in five is held out.
fn halves(rows: Labelled) -> (Labelled, Labelled) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    Chance::new(1).stream("held out").shuffle(&mut order);
    let held: BTreeSet<usize> = order.into_iter().take(rows.len() / 5).collect();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (place, row) in rows.into_iter().enumerate() {
        if held.contains(&place) { test.push(row) } else { train.push(row) }
    }
    (train, test)
}

fn faq_of(rows: &Labelled) -> Vec<FaqEntry> {
    let mut by_label: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (text, label) in rows {
        if seen.insert(flywheel_language::fold(text)) {
            by_label.entry(label).or_default().push(text);
        }
    }
    let entry = |(label, texts): (&str, Vec<&str>)| FaqEntry {
        id: label.into(),
        question: texts[0].into(),
        more_ways: texts[1..].iter().map(|text| (*text).to_owned()).collect(),
        answer: label.into(),
        ..FaqEntry::default()
    };
    by_label.into_iter().map(entry).collect()
}

fn accuracy(train: &Labelled, test: &Labelled, spec: &LinearSpec) -> (f64, f64) {
    let start = Instant::now();
    let (texts, labels): (Vec<&str>, Vec<&str>) =
        train.iter().map(|(text, label)| (text.as_str(), label.as_str())).unzip();
    let model = Linear::train(spec, &texts, &labels);
    let secs = start.elapsed().as_secs_f64();
    let right = test.iter().filter(|(text, label)| model.best(text) == Some(label)).count();
    (right as f64 / test.len() as f64, secs)
}

fn banking(name: &str, train: &Labelled, test: &Labelled, noise: &[String]) {
    println!("== {name}: {} examples, {} questions", train.len(), test.len());
    let (top1, secs) = accuracy(train, test, &LinearSpec::default());
    println!("linear model alone: accuracy {top1:.4}, trained in {secs:.1} s");
    for wish in [0.95, 0.98] {
        stream(&faq_of(train), test, noise, wish);
    }
}

fn stream(entries: &[FaqEntry], test: &Labelled, noise: &[String], wish: f64) {
    let start = Instant::now();
    let spec = SupportSpec { accuracy: wish, ..SupportSpec::default() };
    let faq = match Faq::train(entries, &spec, None) {
        Ok(faq) => faq,
        Err(problems) => return println!("{problems}"),
    };
    let secs = start.elapsed().as_secs_f64();
    let report = faq.report();
    println!(
        "wished {wish}: trained in {secs:.1} s, threshold {:.3}; by its own questions: top1 {:.4}, coverage {:.3}, accuracy {:.4}",
        faq.threshold(),
        report.top1.map_or(0.0, |estimate| estimate.value),
        report.coverage.map_or(0.0, |estimate| estimate.value),
        report.accuracy.map_or(0.0, |estimate| estimate.value),
    );
    let start = Instant::now();
    let (
        mut answered,
        mut right,
        mut top1,
        mut clarified,
        mut offered,
        mut false_answers,
        mut wrongly_clarified,
    ) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let mut sure: Vec<(f64, bool)> = Vec::new();
    for (text, label) in test {
        let found = faq.find(text, None);
        let hit = found.candidates.first().is_some_and(|best| best.id == *label);
        top1 += f64::from(u8::from(hit));
        sure.push((found.confidence, hit));
        let reply = faq.reply(&mut Conversation::default(), text, 0, None);
        match reply.kind {
            ReplyKind::Answer => {
                answered += 1.0;
                right += f64::from(u8::from(reply.entry.as_deref() == Some(label)));
            }
            ReplyKind::Clarify if !reply.choices.is_empty() => {
                clarified += 1.0;
                offered += f64::from(u8::from(reply.choices.iter().any(|choice| choice.id == *label)));
            }
            _ => {}
        }
    }
    // A fifth of the stream.
    let outside = &noise[..noise.len().min(test.len() / 4)];
    for text in outside {
        sure.push((faq.find(text, None).confidence, false));
        let reply = faq.reply(&mut Conversation::default(), text, 0, None);
        match reply.kind {
            ReplyKind::Answer => false_answers += 1.0,
            ReplyKind::Clarify if !reply.choices.is_empty() => wrongly_clarified += 1.0,
            _ => {}
        }
    }
    let asked = test.len() as f64;
    let millis = start.elapsed().as_secs_f64() * 500.0 / (asked + outside.len() as f64);
    println!(
        "  top1 {:.4}; answered {:.3} of the questions; right when it answers {:.4} (noise counted as wrong), {:.4} without noise",
        top1 / asked,
        answered / asked,
        right / (answered + false_answers),
        right / answered,
    );
    println!(
        "  asked back {:.3} (the right one offered {:.3}); noise answered {false_answers} and asked back {wrongly_clarified} of {}; {millis:.2} ms a reply",
        clarified / asked,
        offered / f64::max(clarified, 1.0),
        outside.len(),
    );
    let mut sorted = sure.clone();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut hits = 0.0;
    let mut best = 0.0_f64;
    let mut reached = 0.0;
    for (place, (_, hit)) in sorted.iter().enumerate() {
        hits += f64::from(u8::from(*hit));
        reached = place as f64 + 1.0;
        if reached / asked >= 0.7 {
            best = best.max(hits / reached);
            break;
        }
    }
    println!("  at the {:.0} surest messages (70% of the questions): right {best:.4}", reached);
    println!("  expected calibration error {:.4}", calibration_error(&sure));
}

fn calibration_error(sure: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for (confidence, hit) in sure {
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += confidence;
        bin.1 += f64::from(u8::from(*hit));
        bin.2 += 1.0;
    }
    bins.iter().map(|(confidence, hits, _): &(f64, f64, f64)| (confidence - hits).abs()).sum::<f64>()
        / sure.len() as f64
}

fn chinese(data: &str) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(format!("{data}/text_zh_smp2019_intents/train.json"))?;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text.replace(": NaN", ": null"))?;
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    for (name, both) in [("domain", false), ("domain and intent", true)] {
        let labelled: Labelled = rows
            .iter()
            .map(|row| {
                let domain = word(row, "domain");
                (word(row, "text"), if both { format!("{domain}.{}", word(row, "intent")) } else { domain })
            })
            .collect();
        let mut order: Vec<usize> = (0..labelled.len()).collect();
        Chance::new(0).stream("folds").shuffle(&mut order);
        let mut sum = 0.0;
        for fold in 0..5 {
            let part = |held: bool| -> Labelled {
                let places = order.iter().enumerate().filter(|(rank, _)| (rank % 5 == fold) == held);
                places.map(|(_, place)| labelled[*place].clone()).collect()
            };
            sum += accuracy(&part(false), &part(true), &LinearSpec::default()).0;
            if fold == 0 {
                println!("== SMP2019 {name}, first fold as a file of questions");
                stream(&faq_of(&part(false)), &part(true), &noise(data)?, 0.95);
            }
        }
        println!("SMP2019 {name}: linear model alone, 5 folds, accuracy {:.4}", sum / 5.0);
    }
    let pairs = std::fs::read_to_string(format!("{data}/text_zh_afqmc_similarity/dev.txt"))?;
    let alike: Vec<(&str, &str)> = pairs
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let pair = (cells.next()?, cells.next()?);
            (cells.next()? == "1").then_some(pair)
        })
        .collect();
    let mut seen = BTreeSet::new();
    let entries: Vec<FaqEntry> = alike
        .iter()
        .take(500)
        .enumerate()
        .filter(|(_, (question, _))| seen.insert(flywheel_language::fold(question)))
        .map(|(number, (question, _))| FaqEntry {
            id: number.to_string(),
            question: (*question).into(),
            answer: (*question).into(),
            ..FaqEntry::default()
        })
        .collect();
    let faq = Faq::train(&entries, &SupportSpec::default(), None)?;
    let right = entries
        .iter()
        .filter(|entry| {
            let asked = entry.id.parse().map_or("", |number: usize| alike[number].1);
            faq.find(asked, None).candidates.first().is_some_and(|best| best.id == entry.id)
        })
        .count();
    println!(
        "AFQMC: the paraphrase's own entry first among {}: {:.3}",
        entries.len(),
        right as f64 / entries.len() as f64
    );
    Ok(())
}

/// A thousand entries of a hundred wordings, of made-up words.
fn speed() {
    let mut chance = Chance::new(4);
    let mut word = |most: u64| {
        let number = (chance.f64().powi(3) * most as f64) as u64;
        let letters = "bcdfghklmnprstvw".as_bytes();
        let vowels = "aeiou".as_bytes();
        let mut text = String::new();
        let mut rest = number + 37;
        while rest > 0 {
            text.push(char::from(letters[(rest % 16) as usize]));
            rest /= 16;
            text.push(char::from(vowels[(rest % 5) as usize]));
            rest /= 5;
        }
        text
    };
    let entries: Vec<FaqEntry> = (0..1_000)
        .map(|number| {
            let own: Vec<String> = (0..4).map(|_| word(20_000)).collect();
            let mut texts: Vec<String> = (0..100)
                .map(|at| {
                    let around: Vec<String> = (0..8).map(|_| word(5_000)).collect();
                    format!("{} {} {} {at} {number}", around.join(" "), own[at % 4], own[(at + 1) % 4])
                })
                .collect();
            FaqEntry {
                id: number.to_string(),
                question: texts.remove(0),
                more_ways: texts,
                answer: "yes".into(),
                ..FaqEntry::default()
            }
        })
        .collect();
    let start = Instant::now();
    match Faq::train(&entries, &SupportSpec::default(), None) {
        Ok(faq) => {
            println!("1,000 entries × 100 wordings: trained in {:.0} s", start.elapsed().as_secs_f64());
            let mut times: Vec<f64> = entries
                .iter()
                .take(300)
                .map(|entry| {
                    let start = Instant::now();
                    faq.reply(&mut Conversation::default(), &entry.more_ways[50], 0, None);
                    start.elapsed().as_secs_f64() * 1000.0
                })
                .collect();
            times.sort_by(f64::total_cmp);
            println!("a reply: median {:.1} ms, p99 {:.1} ms", times[150], times[296]);
        }
        Err(problems) => println!("{problems}"),
    }
}

/// Texts that no bank's file of questions answers, of four kinds in turn.
fn noise(data: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut kinds = [
        columns(data, "text_en_clothing_reviews/womens_clothing_reviews.csv", "Review Text", "Rating")?,
        columns(data, "text_en_airline_tweets/Tweets.csv.gz", "text", "airline_sentiment")?,
        columns(data, "text_en_app_review_types/app_reviews_open.csv", "review", "label")?,
        std::fs::read_to_string(format!("{data}/text_zh_thucnews_titles/dev.txt"))?
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(title, topic)| (title.to_owned(), topic.to_owned()))
            .collect(),
    ];
    for kind in &mut kinds {
        Chance::new(2).stream("noise").shuffle(kind);
    }
    Ok((0..500)
        .flat_map(|place| kinds.iter().filter_map(move |kind| kind.get(place)))
        .map(|(text, _)| text.clone())
        .collect())
}

fn columns(data: &str, file: &str, text: &str, label: &str) -> Result<Labelled, Box<dyn Error>> {
    let bytes = std::fs::read(format!("{data}/{file}"))?;
    let mut content = Vec::new();
    if file.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut content)?;
    } else {
        content = bytes;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content.as_slice());
    let names = reader.byte_headers()?.clone();
    let place = |name: &str| {
        names.iter().position(|found| found == name.as_bytes()).ok_or(format!("{file} has no column {name}"))
    };
    let (text, label) = (place(text)?, place(label)?);
    let mut rows = Vec::new();
    for row in reader.byte_records() {
        let row = row?;
        let cell = |at: usize| String::from_utf8_lossy(row.get(at).unwrap_or_default()).into_owned();
        if !cell(text).trim().is_empty() {
            rows.push((cell(text), cell(label)));
        }
    }
    Ok(rows)
}
