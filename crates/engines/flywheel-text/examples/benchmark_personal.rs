//! How much personal data is found and how much of what is found is some, on generated texts and on Presidio's sentences.
//!
//! `benchmark_personal [texts] [seed]`; checksums, lengths and sentences are written here anew, nothing is taken from the
//! finder. Presidio's 1,500 sentences are read where `FLYWHEEL_DATA` points. A third part measures the speed.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::time::Instant;

use flywheel_spec::feedback::privacy::PersonalKind;
use flywheel_stats::chance::Chance;
use flywheel_text::personal::{find, mask};

/// A text with what is planted in it.
#[derive(Default)]
struct Sample {
    text: String,
    planted: Vec<(PersonalKind, Range<usize>)>,
    /// Stretches that look like some kind and are none.
    decoys: Vec<Range<usize>>,
}

struct Author {
    chance: Chance,
}

impl Author {
    fn below(&mut self, most: usize) -> usize {
        (self.chance.u64() % most as u64) as usize
    }

    fn one<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    fn digit(&mut self, from: u8, to: u8) -> char {
        char::from(b'0' + from + self.below(usize::from(to - from) + 1) as u8)
    }

    fn letters(&mut self, count: usize, alphabet: &str) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    fn word(&mut self) -> String {
        let long = 3 + self.below(6);
        self.letters(long, "abcdefghijklmnopqrstuvwxyz")
    }

    fn email(&mut self) -> String {
        let name = match self.below(4) {
            0 => format!("{}.{}", self.word(), self.word()),
            1 => format!("{}_{}", self.word(), self.digits(2)),
            2 => self.digits(9),
            _ => self.word(),
        };
        let host = self.word();
        let end = self.one(&["com", "cn", "co.uk", "io", "com.cn", "org", "museum"]);
        format!("{name}@{host}.{end}")
    }

    fn mobile(&mut self) -> String {
        format!("1{}{}", self.digit(3, 9), self.digits(9))
    }

    fn phone(&mut self, chinese: bool) -> String {
        if chinese {
            let mobile = self.mobile();
            return match self.below(6) {
                0 => format!("{} {} {}", &mobile[..3], &mobile[3..7], &mobile[7..]),
                1 => format!("{}-{}-{}", &mobile[..3], &mobile[3..7], &mobile[7..]),
                2 => format!("+86 {mobile}"),
                3 => format!(
                    "0{}-{}{}",
                    self.one(&["10", "21", "755", "571", "28"]),
                    self.digit(2, 8),
                    self.digits(7)
                ),
                4 => mobile
                    .chars()
                    .map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap_or(digit))
                    .collect(),
                _ => mobile,
            };
        }
        let (area, exchange) = (
            format!("{}{}", self.digit(2, 9), self.digits(2)),
            format!("{}{}", self.digit(2, 9), self.digits(2)),
        );
        let line = self.digits(4);
        match self.below(6) {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("{area}-{exchange}-{line}"),
            2 => format!("+1 {area} {exchange} {line}"),
            3 => format!("+44 20 {} {}", self.digits(4), self.digits(4)),
            4 => format!("{area}.{exchange}.{line}"),
            _ => format!("+49 30 {}", self.digits(7)),
        }
    }

    /// The first seventeen digits and the character that ISO 7064 MOD 11-2 asks for; another one where it must be wrong.
    fn id_card(&mut self, right: bool) -> String {
        let region = self.one(&["110105", "310104", "440305", "510107", "330106", "654321"]);
        let first = format!(
            "{region}{}{:02}{:02}{}",
            1940 + self.below(70),
            1 + self.below(12),
            1 + self.below(28),
            self.digits(3)
        );
        // Weights are powers of two modulo eleven.
        let sum: u32 = first
            .bytes()
            .enumerate()
            .map(|(at, byte)| u32::from(byte - b'0') * (2_u32.pow(17 - at as u32) % 11))
            .sum();
        let check = (12 - sum % 11) % 11;
        let check = if right { check } else { (check + 1 + self.below(9) as u32) % 11 };
        format!("{first}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
    }

    fn card(&mut self, right: bool) -> String {
        let (start, long) =
            [("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6222", 19), ("6011", 16), ("622588", 16)]
                [self.below(7)];
        let mut number = format!("{start}{}", self.digits(long - start.len() - 1));
        let doubled = |digit: u32| digit * 2 / 10 + digit * 2 % 10;
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(
                |(at, byte)| {
                    if at % 2 == 0 { doubled(u32::from(byte - b'0')) } else { u32::from(byte - b'0') }
                },
            )
            .sum();
        let check = (10 - sum % 10) % 10;
        let check = if right { check } else { (check + 1 + self.below(9) as u32) % 10 };
        number.push_str(&check.to_string());
        if long == 16 && self.chance.coin(0.5) {
            let separator = self.one(&[" ", "-"]);
            return [&number[..4], &number[4..8], &number[8..12], &number[12..]].join(separator);
        }
        number
    }

    fn iban(&mut self, right: bool) -> String {
        let (country, letters, digits) =
            [("DE", 0, 18), ("GB", 4, 14), ("FR", 0, 23), ("NL", 4, 10), ("ES", 0, 20)][self.below(5)];
        let body = format!("{}{}", self.letters(letters, "ABCDEFGHKLMN"), self.digits(digits));
        let numeric: String = format!("{body}{country}00")
            .chars()
            .map(|character| {
                if character.is_ascii_digit() {
                    character.to_string()
                } else {
                    (character as u32 - 55).to_string()
                }
            })
            .collect();
        let rest = numeric.bytes().fold(0_u64, |rest, byte| (rest * 10 + u64::from(byte - b'0')) % 97);
        let check = if right { 98 - rest } else { (98 - rest + 1 + self.below(90) as u64) % 97 };
        let number = format!("{country}{check:02}{body}");
        if self.chance.coin(0.5) {
            return number
                .as_bytes()
                .chunks(4)
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect::<Vec<_>>()
                .join(" ");
        }
        number
    }

    fn plate(&mut self) -> String {
        let letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
        let dot = self.one(&["", "·"]);
        format!(
            "{}{}{dot}{}{}",
            self.one(&["京", "沪", "粤", "浙", "川"]),
            self.letters(1, letters),
            self.letters(1, letters),
            self.digits(4)
        )
    }

    fn planted(&mut self, chinese: bool) -> (PersonalKind, String) {
        use PersonalKind::*;
        let kinds = if chinese { 13 } else { 11 };
        match self.below(kinds) {
            0 => (Email, self.email()),
            1 | 2 => (Phone, self.phone(chinese)),
            3 => (BankCard, self.card(true)),
            4 => (Iban, self.iban(true)),
            5 => (
                IpAddress,
                if self.chance.coin(0.7) {
                    format!(
                        "{}.{}.{}.{}",
                        11 + self.below(240),
                        self.below(256),
                        self.below(256),
                        1 + self.below(255)
                    )
                } else {
                    format!(
                        "2001:db8:{:x}::{:x}:{:x}",
                        16 + self.below(60_000),
                        1 + self.below(60_000),
                        self.below(10)
                    )
                },
            ),
            6 => (
                MacAddress,
                (0..6).map(|_| self.letters(2, "0123456789ABCDEF")).collect::<Vec<_>>().join(":"),
            ),
            7 => (
                Link,
                format!(
                    "https://{}.com/{}?{}={}",
                    self.word(),
                    self.word(),
                    self.one(&["token", "access_token", "session", "sig"]),
                    self.letters(24, "abcdef0123456789")
                ),
            ),
            8 => (
                Secret,
                format!(
                    "{}{}",
                    self.one(&["ghp_", "sk_live_"]),
                    self.letters(36, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH")
                ),
            ),
            9 if !chinese => (
                SocialSecurity,
                format!(
                    "{}{}-{:02}-{:04}",
                    self.digit(1, 5),
                    self.digits(2),
                    1 + self.below(99),
                    1 + self.below(9999)
                ),
            ),
            9 | 10 if chinese => (IdCard, self.id_card(true)),
            11 => (Plate, self.plate()),
            12 => (Chat, format!("wx{}_{}", self.word(), self.digits(3))),
            _ => (Account, format!("@{}_{}", self.word(), self.digits(1))),
        }
    }

    /// What looks like personal data and is none; the words before it say so where people's would.
    fn decoy(&mut self, chinese: bool) -> (String, String) {
        let (order, tracking, version) = if chinese {
            ("订单号", "快递单号", "版本")
        } else {
            ("order ", "tracking number ", "version ")
        };
        match self.below(14) {
            0 => (String::new(), self.id_card(false)),
            1 => (String::new(), self.card(false)),
            2 => (String::new(), self.iban(false)),
            3 => (order.to_owned(), self.mobile()),
            4 => (tracking.to_owned(), self.digits(12)),
            5 => (
                version.to_owned(),
                format!("{}.{}.{}.{}", 1 + self.below(20), self.below(20), self.below(200), self.below(200)),
            ),
            6 => (String::new(), format!("{}.{}.{}", self.below(20), self.below(20), self.below(200))),
            7 => (
                String::new(),
                format!(
                    "{}-{:02}-{:02} {:02}:{:02}:{:02}",
                    2015 + self.below(12),
                    1 + self.below(12),
                    1 + self.below(28),
                    self.below(24),
                    self.below(60),
                    self.below(60)
                ),
            ),
            8 => (
                if chinese { "¥".to_owned() } else { "$".to_owned() },
                format!("{},{}.{}", 1 + self.below(999), self.digits(3), self.digits(2)),
            ),
            9 => (String::new(), format!("SF{}", self.digits(12))),
            10 => (String::new(), self.digits(22)),
            11 => (
                String::new(),
                format!("https://{}.com/{}?page={}", self.word(), self.word(), self.below(99)),
            ),
            12 => (order.to_owned(), self.digits(16)),
            _ => (String::new(), format!("{}-{}", self.letters(3, "ABCDEFGH"), self.mobile())),
        }
    }

    fn sample(&mut self) -> Sample {
        let chinese = self.chance.coin(0.5);
        let mut sample = Sample::default();
        let fillers: &[&str] = if chinese {
            &[
                "这个应用总是闪退",
                "请尽快处理",
                "付款以后一直没有反应",
                "昨天更新以后就这样了",
                "客服没有回复",
                "非常失望",
            ]
        } else {
            &[
                "the app keeps crashing",
                "please fix this soon",
                "I paid and nothing happened",
                "it was fine before the update",
                "nobody answers",
                "really disappointed",
            ]
        };
        let (comma, blank) = if chinese { ("，", "") } else { (", ", " ") };
        for piece in 0..1 + self.below(3) {
            if piece > 0 {
                sample.text.push_str(comma);
            }
            sample.text.push_str(self.one(fillers));
            sample.text.push_str(if chinese { "，" } else { "; " });
            if self.chance.coin(0.5) {
                let (kind, value) = self.planted(chinese);
                let lead = match (kind, chinese) {
                    (PersonalKind::Chat, _) => self.one(&["微信号", "加微信：", "我的微信是"]),
                    (_, true) => self.one(&["请联系", "这是我的：", "见", ""]),
                    (_, false) => self.one(&["see ", "mine is ", "use ", "here: "]),
                };
                sample.text.push_str(lead);
                let start = sample.text.len();
                sample.text.push_str(&value);
                sample.planted.push((kind, start..sample.text.len()));
            } else {
                let (lead, value) = self.decoy(chinese);
                sample.text.push_str(&lead);
                let start = sample.text.len();
                sample.text.push_str(&value);
                sample.decoys.push(start..sample.text.len());
            }
            sample.text.push_str(blank);
            sample.text.push_str(self.one(fillers));
        }
        sample.text.push_str(if chinese { "。" } else { "." });
        sample
    }
}

#[derive(Default, Clone, Copy)]
struct Score {
    planted: u64,
    hit: u64,
    exact: u64,
    found: u64,
    right: u64,
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.4}", part as f64 / whole as f64) }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let texts: u64 = arguments.next().map_or(Ok(40_000), |given| given.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |given| given.parse())?;
    generated(texts, seed);
    presidio()?;
    speed(seed);
    Ok(())
}

fn generated(texts: u64, seed: u64) {
    let mut scores: BTreeMap<PersonalKind, Score> = BTreeMap::new();
    let mut wrong: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut left = 0;
    for number in 0..texts {
        let sample = Author { chance: Chance::new(seed).stream("personal").stream(number) }.sample();
        let found = find(&sample.text);
        for (kind, span) in &sample.planted {
            let score = scores.entry(*kind).or_default();
            score.planted += 1;
            let exact = found.iter().any(|found| found.kind == *kind && found.span == *span);
            let hit = exact
                || found.iter().any(|found| {
                    found.kind == *kind && found.span.start <= span.start && found.span.end >= span.end
                });
            score.hit += u64::from(hit);
            score.exact += u64::from(exact);
            if !hit {
                let entry = wrong.entry(format!("missed {kind:?}")).or_default();
                entry.0 += 1;
                entry.1 = sample.text[span.clone()].to_owned();
            }
        }
        for found in &found {
            let score = scores.entry(found.kind).or_default();
            score.found += 1;
            let right =
                sample.planted.iter().any(|(kind, span)| *kind == found.kind && overlap(span, &found.span));
            score.right += u64::from(right);
            if !right {
                let entry = wrong.entry(format!("wrongly {:?}", found.kind)).or_default();
                entry.0 += 1;
                entry.1 = sample.text.clone();
            }
        }
        let masked = mask(&sample.text).0;
        left += sample.planted.iter().filter(|(_, span)| masked.contains(&sample.text[span.clone()])).count();
    }
    println!("generated texts: {texts}, seed {seed}");
    println!("{:<16} {:>8} {:>8} {:>9} {:>8}", "kind", "planted", "recall", "precision", "exact");
    let mut sum = Score::default();
    for (kind, score) in &scores {
        println!(
            "{:<16} {:>8} {:>8} {:>9} {:>8}",
            format!("{kind:?}"),
            score.planted,
            share(score.hit, score.planted),
            share(score.right, score.found),
            share(score.exact, score.planted)
        );
        sum.planted += score.planted;
        sum.hit += score.hit;
        sum.exact += score.exact;
        sum.found += score.found;
        sum.right += score.right;
    }
    println!(
        "{:<16} {:>8} {:>8} {:>9} {:>8}",
        "all",
        sum.planted,
        share(sum.hit, sum.planted),
        share(sum.right, sum.found),
        share(sum.exact, sum.planted)
    );
    println!("planted values left in masked texts: {left}");
    for (what, (count, example)) in wrong {
        println!("  {what}: {count}, such as `{example}`");
    }
}

/// Presidio's kinds beside ours.
fn presidio() -> Result<(), Box<dyn std::error::Error>> {
    let Some(folder) = std::env::var_os("FLYWHEEL_DATA") else {
        println!("Presidio's sentences are left out: FLYWHEEL_DATA is not set");
        return Ok(());
    };
    let path = std::path::Path::new(&folder).join("pii_presidio/synth_dataset_v2.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    let sentences: Vec<serde_json::Value> = serde_json::from_str(&text)?;
    let kinds = [
        ("EMAIL_ADDRESS", PersonalKind::Email),
        ("PHONE_NUMBER", PersonalKind::Phone),
        ("CREDIT_CARD", PersonalKind::BankCard),
        ("IBAN_CODE", PersonalKind::Iban),
        ("US_SSN", PersonalKind::SocialSecurity),
        ("IP_ADDRESS", PersonalKind::IpAddress),
        ("STREET_ADDRESS", PersonalKind::Address),
        ("PERSON", PersonalKind::Name),
    ];
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for sentence in &sentences {
        let text = sentence["full_text"].as_str().unwrap_or_default();
        // Places are given in characters.
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let place = |span: &serde_json::Value, name: &str| starts[span[name].as_u64().unwrap_or(0) as usize];
        let empty = Vec::new();
        let spans: Vec<(&str, Range<usize>)> = sentence["spans"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .map(|span| {
                (
                    span["entity_type"].as_str().unwrap_or_default(),
                    place(span, "start_position")..place(span, "end_position"),
                )
            })
            .collect();
        let found = find(text);
        for (name, kind) in kinds {
            let score = scores.entry(name).or_default();
            for (_, span) in spans.iter().filter(|(other, _)| *other == name) {
                score.planted += 1;
                score.hit +=
                    u64::from(found.iter().any(|found| found.kind == kind && overlap(&found.span, span)));
            }
            for found in found.iter().filter(|found| found.kind == kind) {
                score.found += 1;
                score.right +=
                    u64::from(spans.iter().any(|(other, span)| *other == name && overlap(&found.span, span)));
            }
        }
    }
    println!("Presidio, {} sentences", sentences.len());
    for (name, score) in scores {
        println!(
            "{name:<16} {:>8} {:>8} {:>9}",
            score.planted,
            share(score.hit, score.planted),
            share(score.right, score.found)
        );
    }
    Ok(())
}

fn speed(seed: u64) {
    let texts: Vec<String> = (0..100_000_u64)
        .map(|number| Author { chance: Chance::new(seed).stream("speed").stream(number) }.sample().text)
        .collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    // Nanoseconds that this thread ran, where the system counts them: others may be at work beside it.
    let ran = || -> Option<f64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    let before = ran();
    let started = Instant::now();
    let found: usize = texts.iter().map(|text| find(text).len()).sum();
    let seconds = started.elapsed().as_secs_f64();
    let ran = before.zip(ran()).map_or(seconds, |(before, after)| (after - before) / 1e9);
    println!(
        "100000 messages ({:.1} MB, {found} pieces) in {ran:.2} s of one core ({seconds:.2} s by the clock)",
        bytes as f64 / 1e6
    );
}
