//! How well themes recover what people labelled: adjusted mutual information, the share of other, order and time.
//!
//! `FLYWHEEL_DATA=… cargo run -p flywheel-text --example benchmark_themes`; the baselines are k-means on tf-idf with the
//! true number of classes (scikit-learn 1.9.1, the best of three sets of options, mean of five seeds).

use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use flywheel_stats::chance::Chance;
use flywheel_text::pile::Pile;
use flywheel_text::themes::themes;

type Labelled = Vec<(String, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(folder) = std::env::var("FLYWHEEL_DATA") else {
        println!("left out: FLYWHEEL_DATA is not set");
        return Ok(());
    };
    let plain = |path: &str| std::fs::read_to_string(format!("{folder}/{path}"));
    let mut tweets = String::new();
    GzDecoder::new(std::fs::File::open(format!("{folder}/text_en_airline_tweets/Tweets.csv.gz"))?)
        .read_to_string(&mut tweets)?;
    let negative = |(_, reason): &(String, String)| !reason.is_empty();
    let mut airline: Labelled =
        table(&tweets, "text", "negativereason")?.into_iter().filter(negative).collect();
    let mut sizes: HashMap<String, u32> = HashMap::new();
    for (_, reason) in &airline {
        *sizes.entry(reason.clone()).or_default() += 1;
    }
    // A dozen labels of the copy are damaged.
    airline.retain(|(_, reason)| sizes[reason] >= 50);
    let titles = plain("text_zh_thucnews_titles/dev.txt")?;
    let titles: Labelled = titles
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(text, label)| (text.to_owned(), label.to_owned()))
        .collect();
    let play = plain("text_en_playstore_reviews/googleplaystore_user_reviews.csv")?;
    let play: Labelled = table(&play, "Translated_Review", "App")?
        .into_iter()
        .filter(|(text, _)| !text.is_empty() && text != "nan")
        .collect();
    let clothes = plain("text_en_clothing_reviews/womens_clothing_reviews.csv")?;
    for (name, rows, baseline) in [
        ("airline reasons", airline, Some(0.117)),
        (
            "banking77 intents",
            table(&plain("text_en_banking77/train.csv")?, "text", "category")?,
            Some(0.504),
        ),
        (
            "app review types",
            table(&plain("text_en_app_review_types/app_reviews_open.csv")?, "review", "label")?,
            Some(0.056),
        ),
        ("thucnews titles", titles, Some(0.290)),
        ("play store reviews", play, None),
        ("clothing reviews", table(&clothes, "Review Text", "Class Name")?, None),
    ] {
        measure(name, &rows, baseline);
    }
    Ok(())
}

fn measure(name: &str, rows: &Labelled, baseline: Option<f64>) {
    let start = Instant::now();
    let pile = Pile::of(rows.iter().map(|(text, _)| (text.as_str(), None)));
    let found = themes(&pile, &[], None, None);
    let seconds = start.elapsed().as_secs_f64();
    let labels: Vec<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
    let other = found.of_message.iter().filter(|theme| theme.is_none()).count() as f64 / rows.len() as f64;
    let information = adjusted_information(&found.of_message, &labels);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    Chance::new(1).shuffle(&mut order);
    let mixed = Pile::of(order.iter().map(|at| (rows[*at].0.as_str(), None)));
    let again = themes(&mixed, &[], None, None);
    let same = order.iter().enumerate().all(|(place, at)| again.of_message[place] == found.of_message[*at]);
    println!(
        "{name}: {} messages, {} themes, AMI {information:.3} (k-means {}), other {:.1}%, shuffled the same: {same}, {seconds:.1} s",
        rows.len(),
        found.themes.len(),
        baseline.map_or("not measured".to_owned(), |baseline| format!("{baseline:.3}")),
        100.0 * other,
    );
    let names: Vec<&str> = found.themes.iter().take(20).map(|theme| theme.name.as_str()).collect();
    println!("  {}", names.join(" | "));
}

fn table(text: &str, message: &str, label: &str) -> Result<Labelled, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let column =
        |name: &str| headers.iter().position(|header| header == name).ok_or(format!("no column {name}"));
    let (message, label) = (column(message)?, column(label)?);
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row?;
        rows.push((
            row.get(message).unwrap_or_default().to_owned(),
            row.get(label).unwrap_or_default().to_owned(),
        ));
    }
    Ok(rows)
}

/// Adjusted mutual information with the arithmetic mean (Vinh, Epps and Bailey, "Information theoretic measures for
/// clusterings comparison", JMLR 11, 2010), as scikit-learn has it.
fn adjusted_information(themes: &[Option<u32>], labels: &[&str]) -> f64 {
    let count = labels.len() as f64;
    let (mut both, mut first, mut second): (HashMap<_, f64>, HashMap<_, f64>, HashMap<_, f64>) =
        Default::default();
    for (theme, label) in themes.iter().zip(labels) {
        *both.entry((*theme, *label)).or_default() += 1.0;
        *first.entry(*theme).or_default() += 1.0;
        *second.entry(*label).or_default() += 1.0;
    }
    let entropy =
        |sizes: Vec<f64>| -> f64 { sizes.iter().map(|size| -size / count * (size / count).ln()).sum() };
    let shared: f64 = both
        .iter()
        .map(|((theme, label), joint)| joint / count * (joint * count / (first[theme] * second[label])).ln())
        .sum();
    let logs: Vec<f64> = std::iter::once(0.0)
        .chain((1..=labels.len()).scan(0.0, |sum, at| {
            *sum += (at as f64).ln();
            Some(*sum)
        }))
        .collect();
    let log = |at: f64| logs[at as usize];
    let mut expected = 0.0;
    for a in first.values() {
        for b in second.values() {
            let mut joint = (a + b - count).max(1.0);
            while joint <= a.min(*b) {
                let chance = log(*a) + log(*b) + log(count - a) + log(count - b)
                    - log(count)
                    - log(joint)
                    - log(a - joint)
                    - log(b - joint)
                    - log(count - a - b + joint);
                expected += joint / count * (count * joint / (a * b)).ln() * chance.exp();
                joint += 1.0;
            }
        }
    }
    let mean = 0.5 * (entropy(first.into_values().collect()) + entropy(second.into_values().collect()));
    (shared - expected) / (mean - expected)
}
