//! How fast a million messages are indexed and searched: build time, size on disk, and the slowest searches.
//!
//! `benchmark_search [messages] [queries]`; the messages are generated, English and Chinese, with a vocabulary of Zipf's form.

use std::time::Instant;

use flywheel_stats::chance::Chance;
use flywheel_text::search::{Document, Index, Query, Writer};

const SYLLABLES: [&str; 24] = [
    "ka", "re", "mo", "ti", "lus", "pan", "der", "fo", "vin", "sha", "gol", "mer", "tos", "bri", "nal",
    "que", "zet", "har", "dom", "pil", "est", "on", "ur", "ax",
];
const HAN: &str = "付款失败闪退登录更新版本订单物流客服退货商品质量价格优惠界面卡顿网络连接账号密码会员充值提现页面加载图片视频消息通知设置功能搜索推荐评价发货包装颜色尺寸电池屏幕声音信号系统手机电脑酒店房间早餐服务前台卫生位置交通";

/// A word of a rank: the frequent ones are short.
fn word(rank: usize) -> String {
    let mut word = String::new();
    let mut rest = rank + 7;
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

/// A rank from 0, the frequency falling as one over it (the integral's inverse).
fn zipf(chance: &mut Chance, words: usize) -> usize {
    (((words as f64).ln() * chance.f64()).exp() as usize).clamp(1, words) - 1
}

fn text(chance: &mut Chance, han: &[char], long: usize) -> String {
    let mut text = String::new();
    if chance.coin(0.5) {
        for _ in 0..long {
            text.push_str(&word(zipf(chance, 200_000)));
            text.push(' ');
        }
    } else {
        for _ in 0..long {
            let rank = zipf(chance, 20_000);
            text.push(han[(rank * 7) % han.len()]);
            text.push(han[(rank / han.len() + rank * 3 + 1) % han.len()]);
            if chance.coin(0.1) {
                text.push('，');
            }
        }
    }
    text
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let messages: u64 = arguments.next().map_or(Ok(1_000_000), |given| given.parse())?;
    let queries: usize = arguments.next().map_or(Ok(2_000), |given| given.parse())?;
    let han: Vec<char> = HAN.chars().collect();
    let folder = tempfile::tempdir()?;
    let seed = Chance::new(7);
    let started = Instant::now();
    let mut writer = Writer::open(folder.path(), 0)?;
    for number in 0..messages {
        let mut chance = seed.stream("message").stream(number);
        let long = 4 + (chance.f64().powi(3) * 60.0) as usize;
        let fields = [
            ("mood".to_owned(), ["bad", "good", "mixed"][(chance.u32() % 3) as usize].to_owned()),
            ("version".to_owned(), format!("{}.{}", chance.u32() % 4, chance.u32() % 10)),
        ];
        writer.add(Document {
            id: format!("message-{number}"),
            text: text(&mut chance, &han, long),
            time: number as i64 * 1_000_000,
            person: Some(format!("person-{}", chance.u32() % 100_000)),
            fields: fields.into(),
            vector: None,
        })?;
    }
    writer.commit()?;
    let built = started.elapsed().as_secs_f64();
    let size: u64 = std::fs::read_dir(folder.path())?
        .filter_map(Result::ok)
        .filter_map(|entry| entry.metadata().ok())
        .map(|data| data.len())
        .sum();
    println!("{messages} messages indexed in {built:.1} s, {:.0} MB on disk", size as f64 / 1e6);
    let started = Instant::now();
    let index = Index::open(folder.path())?;
    println!("opened and checked in {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    let mut chance = seed.stream("query");
    let mut times: Vec<f64> = Vec::new();
    // Nanoseconds that this thread ran, where the system counts them: others may be at work beside it.
    let ran = || -> Option<f64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    let mut own: Vec<f64> = Vec::new();
    for number in 0..queries {
        let long = 1 + (chance.u32() % 4) as usize;
        let query = text(&mut chance, &han, long);
        let fields =
            if number % 4 == 0 { vec![("mood".to_owned(), vec!["bad".to_owned()])] } else { Vec::new() };
        let before = ran();
        let started = Instant::now();
        let found = index.search(&Query { text: &query, limit: 20, fields, ..Query::default() })?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        own.extend(before.zip(ran()).map(|(before, after)| (after - before) / 1e6));
        std::hint::black_box(found);
    }
    for (clock, mut times) in [("by the clock", times), ("of one core", own)] {
        times.sort_by(f64::total_cmp);
        if let Some(last) = times.len().checked_sub(1) {
            let at = |share: f64| times[(last as f64 * share) as usize];
            println!(
                "{queries} searches, {clock}: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
                at(0.5),
                at(0.9),
                at(0.99),
                at(1.0)
            );
        }
    }
    let started = Instant::now();
    writer.erase_person("person-77")?;
    let committed = writer.commit()?;
    println!("a person erased ({} messages) in {:.1} s", committed.removed, started.elapsed().as_secs_f64());
    Ok(())
}
