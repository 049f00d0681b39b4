//! How long 100,000 messages take from text to insights, and how much memory.
//!
//! `cargo run -p flywheel-text --example benchmark_insights`; the messages are made up of words of both languages, or
//! real ones repeated with changes where `FLYWHEEL_DATA` is set.

use std::error::Error;
use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use flywheel_language::language;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_stats::chance::Chance;
use flywheel_text::Message;
use flywheel_text::insights::{Beside, ReadMessage, insights};

const MESSAGES: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let messages = messages()?;
    let bytes: usize = messages.iter().map(|message| message.text.len()).sum();
    let start = Instant::now();
    let read: Vec<ReadMessage<'_>> = messages
        .iter()
        .map(|message| ReadMessage {
            message,
            language: language(&message.text),
            mood: None,
            kind: None,
            masked: message.text.clone(),
        })
        .collect();
    let found = insights(&read, &InsightsSpec::default(), Beside::default());
    let seconds = start.elapsed().as_secs_f64();
    println!("{MESSAGES} messages, {bytes} bytes: {seconds:.1} s, {}", memory());
    let kept = serde_json::to_string(&found.state)?;
    println!(
        "state {} bytes, {} themes, other {:.1}%",
        kept.len(),
        found.report.themes.len(),
        100.0 * found.report.other.share
    );
    for finding in &found.report.findings {
        println!("{}\n{}", finding.en, finding.zh);
    }
    let start = Instant::now();
    let day = insights(
        &read[..2_000],
        &InsightsSpec::default(),
        Beside { before: Some(&found.state), only_follow: true, ..Beside::default() },
    );
    println!(
        "a day of 2,000 messages: {:.1} s, {} themes",
        start.elapsed().as_secs_f64(),
        day.report.themes.len()
    );
    Ok(())
}

fn messages() -> Result<Vec<Message>, Box<dyn Error>> {
    let mut pool: Vec<String> = Vec::new();
    if let Ok(folder) = std::env::var("FLYWHEEL_DATA") {
        for (path, column) in [
            ("text_en_airline_tweets/Tweets.csv.gz", "text"),
            ("text_zh_chnsenticorp_hotel/ChnSentiCorp_htl_all.csv.gz", "review"),
        ] {
            let mut text = String::new();
            GzDecoder::new(std::fs::File::open(format!("{folder}/{path}"))?).read_to_string(&mut text)?;
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let at = reader.headers()?.iter().position(|header| header == column).ok_or("no such column")?;
            for row in reader.records() {
                pool.push(row?.get(at).unwrap_or_default().to_owned());
            }
        }
    } else {
        println!("FLYWHEEL_DATA is not set: made-up messages");
        pool.extend(
            [
                "payment failed at checkout",
                "the app crashes on start",
                "付款失败",
                "一打开就闪退",
                "delivery was late",
                "快递太慢",
            ]
            .map(str::to_owned),
        );
    }
    let mut chance = Chance::new(3);
    Ok((0..MESSAGES)
        .map(|at| {
            let (one, other) = (chance.pick(&pool).clone(), chance.pick(&pool).clone());
            // The first of each is as it came; the later ones are mixed of two, so that they are not the same.
            let text =
                if at < pool.len() { pool[at].clone() } else { format!("{}. {}", half(&one), half(&other)) };
            Message {
                id: at.to_string(),
                text,
                time: 1_767_225_600_000_000 + at as i64 * 60_000_000,
                person: Some(chance.below(40_000).to_string()),
                ..Message::default()
            }
        })
        .collect())
}

fn half(text: &str) -> &str {
    let most = text.chars().count().div_ceil(2).min(120);
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown");
    peak.split_whitespace().collect::<Vec<_>>().join(" ")
}
