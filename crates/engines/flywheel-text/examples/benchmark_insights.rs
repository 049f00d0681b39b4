//! How long 100,000 messages take from text to insights, part by part, and how long a day's messages take after them.
//!
//! `cargo run -p flywheel-text --example benchmark_insights`; the messages are made up of words of both languages, or
//! real ones repeated with changes where `FLYWHEEL_DATA` is set.

use std::error::Error;
use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_stats::chance::Chance;
use flywheel_text::Message;
use flywheel_text::duplicates::duplicates;
use flywheel_text::gist::{Gists, Kept};
use flywheel_text::insights::{Beside, Placed, ReadMessage, insights};
use flywheel_text::listen::listen_to;
use flywheel_text::phrases::phrases;
use flywheel_text::questions::questions;
use flywheel_text::themes::ThemeState;

const MESSAGES: usize = 100_000;
/// Messages of the next day.
const DAY: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let all = messages()?;
    let mut kept = Days::default();
    for (name, count) in [("from nothing", MESSAGES), ("again", MESSAGES), ("a day later", MESSAGES + DAY)] {
        println!("{name}: {count} messages");
        kept.call(&all[..count])?;
    }
    println!("{}", memory());
    Ok(())
}

/// What is kept from call to call.
#[derive(Default)]
struct Days {
    texts: [Vec<u8>; 2],
    state: Vec<u8>,
    placed: Vec<u8>,
}

impl Days {
    fn call(&mut self, messages: &[Message]) -> Result<(), Box<dyn Error>> {
        let whole = Instant::now();
        let kept = timed("kept texts opened", || Kept::of(self.texts.clone()));
        let gists = timed("texts read", || Gists::of(messages, &kept));
        for (old, new) in self.texts.iter_mut().zip(timed("texts to keep", || kept.after(&gists))) {
            *old = new.unwrap_or(std::mem::take(old));
        }
        let listened = timed("moods, kinds, aspects", || listen_to(messages, &gists));
        let (pile, aside) = (gists.pile(), gists.pile().aside_of());
        let aside: Vec<bool> = aside.iter().map(Option::is_some).collect();
        timed("  of the rest: duplicates", || duplicates(pile));
        timed("  of the rest: phrases", || phrases(pile, &aside, 20));
        timed("  of the rest: questions", || questions(pile, &aside, 20));
        let state: Option<ThemeState> = timed("themes so far", || serde_json::from_slice(&self.state).ok());
        let placed = timed("placed so far", || Placed::of(&self.placed, &self.state, ""));
        let read: Vec<ReadMessage<'_>> = messages
            .iter()
            .zip(&listened.heard)
            .map(|(message, heard)| ReadMessage::heard(message, heard))
            .collect();
        let beside =
            Beside { pile: Some(pile), before: state.as_ref(), placed: placed.as_ref(), ..Beside::default() };
        let found = timed("the rest", || insights(&read, &InsightsSpec::default(), beside));
        if let Some(state) = &found.state {
            self.state = serde_json::to_vec(state)?;
        }
        if let Some(placed) = &found.placed {
            self.placed = placed.bytes(&self.state, "");
        }
        println!(
            "  {:.2} s in all, {} texts read anew, {} themes, other {:.1}%; kept: texts {:?}, themes {}, placed {} bytes",
            whole.elapsed().as_secs_f64(),
            gists.made(),
            found.report.themes.len(),
            100.0 * found.report.other.share,
            self.texts.each_ref().map(Vec::len),
            self.state.len(),
            self.placed.len()
        );
        println!("  {}", found.report.findings.first().map_or("", |finding| &finding.en));
        Ok(())
    }
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let found = work();
    println!("  {name}: {:.3} s", begun.elapsed().as_secs_f64());
    found
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
    Ok((0..MESSAGES + DAY)
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
