//! How well and how fast moods and kinds are read, on the real data at `FLYWHEEL_DATA`, with no label used.

#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flywheel_spec::feedback::{MessageKind, MoodLabel};
use flywheel_text::mood::Reader;
use flywheel_text::{Reading, aspects, kind, mood};

/// A message with what a person said it is.
type Labelled = (String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let data = PathBuf::from(std::env::var("FLYWHEEL_DATA").unwrap_or_else(|_| "../shared/data".to_owned()));
    let begin = Clock::start();
    let reader = Reader::new();
    println!("the reader was made in {:.2} s", begin.seconds());
    let wrong = std::env::args().nth(1);

    let tweets =
        table(&packed(&data.join("text_en_airline_tweets/Tweets.csv.gz"))?, "text", "airline_sentiment")?;
    let negative = |mood: f64| mood <= -THRESHOLD;
    report(
        "airline tweets, negative or not",
        &reader,
        &tweets,
        |score, label| negative(score) == (label == "negative"),
        wrong.as_deref() == Some("tweets"),
    );

    let hotel = table(
        &packed(&data.join("text_zh_chnsenticorp_hotel/ChnSentiCorp_htl_all.csv.gz"))?,
        "review",
        "label",
    )?;
    let side = |score: f64, label: &str| (score >= 0.0) == (label == "1");
    report("Chinese hotel", &reader, &hotel, side, wrong.as_deref() == Some("hotel"));

    match std::env::var("FLYWHEEL_SHOPPING") {
        Ok(path) => {
            let shopping = table(&std::fs::read_to_string(path)?, "review", "label")?;
            report("online shopping", &reader, &shopping, side, wrong.as_deref() == Some("shopping"));
        }
        Err(_) => println!("online shopping: left out; FLYWHEEL_SHOPPING names its unpacked table"),
    }
    for name in ["amazon_cells", "imdb", "yelp"] {
        let text = std::fs::read_to_string(data.join(format!("text_en_uci_sentences/{name}_labelled.txt")))?;
        let rows: Vec<Labelled> = text
            .lines()
            .filter_map(|line| line.rsplit_once('\t'))
            .map(|(text, label)| (text.to_owned(), label.trim().to_owned()))
            .collect();
        report(&format!("sentences, {name}"), &reader, &rows, side, wrong.as_deref() == Some(name));
    }
    let plays = table(
        &std::fs::read_to_string(data.join("text_en_playstore_reviews/googleplaystore_user_reviews.csv"))?,
        "Translated_Review",
        "Sentiment",
    )?;
    let plays: Vec<Labelled> =
        plays.into_iter().filter(|(text, label)| text != "nan" && label != "nan").collect();
    report(
        "Play store, three labels of a machine",
        &reader,
        &plays,
        |score, label| match label {
            "Positive" => score >= THRESHOLD,
            "Negative" => score <= -THRESHOLD,
            _ => score.abs() < THRESHOLD,
        },
        false,
    );
    learnt("hotel", &reader, &hotel, |label| Some(label == "1"));
    learnt("tweets", &reader, &tweets, |label| match label {
        "positive" => Some(true),
        "negative" => Some(false),
        _ => None,
    });
    kinds(&reader, &data)?;
    everything(&reader, &tweets);
    everything(&reader, &hotel);
    Ok(())
}

/// What is learned from labels, tried on parts held back.
fn learnt(name: &str, reader: &Reader, rows: &[Labelled], side: impl Fn(&str) -> Option<bool>) {
    let rated: Vec<(&str, bool)> =
        rows.iter().filter_map(|(text, label)| Some((text.as_str(), side(label)?))).collect();
    let begin = Clock::start();
    if let Some(learned) = mood::learned::learn(reader, &rated, 7) {
        let time = begin.seconds();
        let trial = learned.trial;
        println!(
            "learned from ratings, {name}: accuracy {:.4} (lexicon {:.4}), balanced {:.4} ({:.4}), {time:.1} s of {}",
            trial.accuracy,
            trial.lexicon_accuracy,
            trial.balanced,
            trial.lexicon_balanced,
            rated.len()
        );
    }
}

/// The kinds of app reviews: bug, feature request, and the rest (ratings and experiences).
fn kinds(reader: &Reader, data: &Path) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(data.join("text_en_app_review_types/app_reviews_open.csv"))?;
    let rows = table(&text, "review", "label")?;
    let sorter = kind::Sorter::new();
    let mut counts = std::collections::BTreeMap::<(String, String), usize>::new();
    let (mut three, mut four) = (0, 0);
    for (text, label) in &rows {
        let reading = Reading::new(text);
        let opinions = reader.opinions(&reading);
        let kind = sorter.kind(&reading, None, &opinions, &opinions.mood()).kind;
        let (coarse, fine) = match kind {
            MessageKind::Bug => ("bug report", "bug report"),
            MessageKind::FeatureRequest => ("feature request", "feature request"),
            MessageKind::RatingOnly => ("rest", "rating"),
            _ => ("rest", "user experience"),
        };
        three += usize::from(
            coarse == if label.contains(' ') && label != "user experience" { label } else { "rest" },
        );
        four += usize::from(fine == label);
        *counts.entry((label.clone(), format!("{kind:?}"))).or_default() += 1;
    }
    println!(
        "app review kinds: accuracy of bug, feature, rest {:.4}; of four {:.4}",
        three as f64 / rows.len() as f64,
        four as f64 / rows.len() as f64
    );
    for ((label, kind), count) in counts {
        println!("  {label:16} {kind:16} {count}");
    }
    Ok(())
}

/// Mood, kind and aspects together, on one core.
fn everything(reader: &Reader, rows: &[Labelled]) {
    let (sorter, finder) = (kind::Sorter::new(), aspects::Finder::new());
    finder.pairs(&Reading::new("房间很好"), &reader.opinions(&Reading::new("房间很好")));
    let begin = Clock::start();
    let ready: usize = rows.iter().map(|(text, _)| Reading::new(text).folded().len()).sum();
    let time = begin.seconds() * 100_000.0 / rows.len().max(1) as f64;
    println!("made ready: {time:.2} s per 100,000 ({ready} bytes)");
    let begin = Clock::start();
    let mut pairs = Vec::new();
    for (text, _) in rows {
        let reading = Reading::new(text);
        let opinions = reader.opinions(&reading);
        sorter.kind(&reading, None, &opinions, &opinions.mood());
        pairs.push(finder.pairs(&reading, &opinions));
    }
    let time = begin.seconds() * 100_000.0 / rows.len().max(1) as f64;
    println!("mood, kind and aspects of {} messages: {time:.2} s per 100,000", rows.len());
    let ids: Vec<String> = (0..rows.len()).map(|at| at.to_string()).collect();
    let said: Vec<_> = ids
        .iter()
        .zip(&pairs)
        .map(|(message, pairs)| aspects::Said { message, person: None, pairs })
        .collect();
    for aspect in aspects::aggregate(&said).iter().take(12) {
        let opinions: Vec<String> =
            aspect.opinions.iter().take(4).map(|said| format!("{} ({})", said.name, said.people)).collect();
        println!(
            "  {} {}: praised {:.2}, blamed {:.2}: {}",
            aspect.name,
            aspect.people,
            aspect.praised,
            aspect.blamed,
            opinions.join(", ")
        );
    }
}

const THRESHOLD: f64 = 0.1;

fn report(name: &str, reader: &Reader, rows: &[Labelled], right: impl Fn(f64, &str) -> bool, wrong: bool) {
    let begin = Clock::start();
    let moods: Vec<_> = rows.iter().map(|(text, _)| reader.read(text)).collect();
    let time = begin.seconds();
    let hits = moods.iter().zip(rows).filter(|(mood, (_, label))| right(mood.score, label)).count();
    let neutral = moods.iter().filter(|mood| mood.label == MoodLabel::Neutral).count();
    let sarcastic = moods.iter().filter(|mood| mood.sarcastic).count();
    println!(
        "{name}: {} messages, accuracy {:.4}, neutral {:.3}, sarcastic {:.3}, {:.2} s per 100,000",
        rows.len(),
        hits as f64 / rows.len().max(1) as f64,
        neutral as f64 / rows.len().max(1) as f64,
        sarcastic as f64 / rows.len().max(1) as f64,
        time * 100_000.0 / rows.len().max(1) as f64,
    );
    if wrong {
        for (mood, (text, label)) in
            moods.iter().zip(rows).filter(|(mood, (_, label))| !right(mood.score, label))
        {
            println!("{label}\t{:.2}\t{}\t{}", mood.score, mood.sarcastic, text.replace('\n', " "));
        }
    }
}

fn packed(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn table(text: &str, message: &str, label: &str) -> Result<Vec<Labelled>, Box<dyn Error>> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = rows.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let (message, label) = (place(message).ok_or("no column")?, place(label).ok_or("no column")?);
    let mut found = Vec::new();
    for row in rows.records() {
        let row = row?;
        if let (Some(text), Some(label)) = (row.get(message), row.get(label)) {
            found.push((text.to_owned(), label.to_owned()));
        }
    }
    Ok(found)
}

/// The time that this thread spent on a core, where the system tells; what a clock on the wall says else.
struct Clock {
    wall: Instant,
    core: Option<u64>,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), core: on_core() }
    }

    fn seconds(&self) -> f64 {
        match (self.core, on_core()) {
            (Some(begin), Some(end)) => (end - begin) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Nanoseconds on a core, by Linux.
fn on_core() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}
