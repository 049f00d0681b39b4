//! Messages that say nothing of the product: empty ones, adverts, keys held down; each set aside with its reason.
//!
//! A real message thrown away costs more than an advert that is read: what is not plainly spam stays. "ok" and a lone
//! emoji are no spam.

use std::sync::OnceLock;

use flywheel_language::{fold, is_han, plain};
use flywheel_spec::feedback::insights::AsideReason;
use regex::{Regex, RegexSet};

use crate::tokens::READ_CHARACTERS;

/// Points from which a message is an advert.
const ADVERT: u32 = 4;

/// Why a message is set aside; none where it is read.
pub fn aside(text: &str) -> Option<AsideReason> {
    let end = text.char_indices().nth(READ_CHARACTERS).map_or(text.len(), |(at, _)| at);
    aside_folded(&fold(&plain(&text[..end])))
}

/// As [`aside`], of a message that is folded already.
pub(crate) fn aside_folded(folded: &str) -> Option<AsideReason> {
    if folded.is_empty() {
        return Some(AsideReason::Empty);
    }
    if folded.chars().all(|character| character.is_whitespace() || is_mark(character)) {
        return Some(AsideReason::Punctuation);
    }
    if is_repeated(folded) {
        return Some(AsideReason::Repeated);
    }
    if is_mash(folded) {
        return Some(AsideReason::Mash);
    }
    (advert_points(folded) >= ADVERT).then_some(AsideReason::Advert)
}

/// Punctuation and currency signs; pictograms say something.
fn is_mark(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(character, '\u{a1}'..='\u{bf}' | '\u{2010}'..='\u{205e}' | '\u{3001}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

/// One or two characters, over and over; laughter, praise in digits (666), one Chinese word and what is short stay.
fn is_repeated(folded: &str) -> bool {
    let said: Vec<char> = folded.chars().filter(|character| character.is_alphanumeric()).collect();
    let mut letters = said.clone();
    letters.sort_unstable();
    letters.dedup();
    let laughter = letters.iter().all(|letter| "哈呵嘻嘿赞6".contains(*letter))
        || [['a', 'h'], ['e', 'h'], ['2', '3']].iter().any(|laugh| letters == laugh);
    said.len() >= 8 && letters.len() <= 2 && !laughter && !is_one_word(&said)
}

/// Whether eight characters and more are one Chinese word of one or two, again and again: 垃圾垃圾垃圾垃圾, 差差差差差差差差.
fn is_one_word(said: &[char]) -> bool {
    const SOUNDS: &str = "啊阿哦喔噢嗯恩呃额哎唉诶呀哟哇啦嘛呜哼吧呢吗的了";
    const JUDGEMENTS: &str = "好棒妙牛顶差烂坑慢卡贵丑假骗退";
    let [first, second, ..] = said else { return false };
    let again = said.iter().enumerate().all(|(at, letter)| is_han(*letter) && *letter == said[at % 2]);
    let says = if first == second {
        JUDGEMENTS.contains(*first)
    } else {
        ![first, second].iter().all(|letter| SOUNDS.contains(**letter))
    };
    again && says
}

/// Fingers run over the keyboard: every longer word is one that no language has.
fn is_mash(folded: &str) -> bool {
    if folded.chars().any(is_han) {
        return false;
    }
    let words: Vec<&str> = folded
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mashed = words.iter().filter(|word| is_mashed(word)).count();
    mashed > 0 && mashed * 2 > words.len()
}

fn is_mashed(word: &str) -> bool {
    if word.len() < 6 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let neighbours = |one: u8, other: u8| {
        KEYS.iter().any(|row| {
            let at = |key: u8| row.bytes().position(|byte| byte == key);
            at(one).zip(at(other)).is_some_and(|(one, other)| one.abs_diff(other) == 1)
        })
    };
    let bytes = word.as_bytes();
    let runs = bytes.windows(2).filter(|pair| neighbours(pair[0], pair[1])).count();
    let vowels = bytes.iter().filter(|byte| b"aeiouy".contains(byte)).count();
    // "property" and "were" run a little along the rows too: nearly all pairs must.
    runs * 5 >= (bytes.len() - 1) * 4 || vowels == 0 || (bytes.len() >= 10 && vowels * 10 < bytes.len())
}

/// How much speaks for an advert: somewhere to turn to, something to gain, and a hurry.
fn advert_points(folded: &str) -> u32 {
    let (Some(signs), Some(contact)) = (signs(), contact()) else { return 0 };
    // Without anywhere to turn to, an advert sells nothing; that is also the quicker look.
    if !contact.is_match(folded) {
        return 0;
    }
    signs.matches(folded).into_iter().map(|sign| SIGNS[sign].0).sum()
}

/// Signs of an advert with their points.
const SIGNS: &[(u32, &str)] = &[
    // Contacts: short codes and premium numbers, WeChat, QQ and Telegram ids, shortened links.
    (2, r"\b(?:txt|text|sms|reply|call|dial|send)\b[^.!?]{0,40}?\b(?:\d{5,6}|0[789]\d{8,9}|\+?\d{10,12})\b"),
    // An id has a digit or an underscore, or it is said to be one to add: "wechat payment" is none.
    (
        3,
        concat!(
            r"(?:(?:^|[^增])加|\+|\badd (?:my|our|me on|us on) )(?:我的?)?",
            r"(?:微信|薇信|威信|v信|(?-u:\b)(?:vx|wx|qq群?)|wechat|扣扣)(?:号|群|id)?[:: ]*加?[a-z0-9_-]{5,20}",
            r"|(?:微信|薇信|威信|v信|(?-u:\b)(?:vx|wx|qq群?)|wechat|扣扣)(?:号|群|id)?[:: ]*加?",
            r"(?:[0-9_][a-z0-9_-]{4}|[a-z-][0-9_][a-z0-9_-]{3}|[a-z-]{2}[0-9_][a-z0-9_-]{2}",
            r"|[a-z-]{3}[0-9_][a-z0-9_-]|[a-z-]{4,19}[0-9_])",
        ),
    ),
    (2, r"加(?:我|微|v|q)|私聊我|扫码加|进群"),
    (3, r"t\.me/|telegram[ :]*@|whats ?app[ :]*\+?\d{6,}|\bbit\.ly/|\btinyurl\."),
    (1, r"https?://|www\.|\b[a-z0-9-]{3,}\.(?:com|net|co\.uk|org|cn|info|biz)\b"),
    (1, r"\b(?:0[789]\d{8,9}|\+?\d{10,12}|\d{5} ?\d{6})\b|(?:^|\D)1[3-9]\d{9}(?:\D|$)"),
    // Something to gain.
    (
        2,
        r"\b(?:winner|you have won|you've won|has won|u have won|prize|jackpot|lottery|claim (?:your|ur|now|code)|guaranteed|awarded|cash prize|gift ?voucher)\b",
    ),
    (1, r"\b(?:free|bonus|reward|cash|discount|offer|offers|deal|sale|promo|win|congratulations|congrats)\b"),
    (1, r"(?:[£$€]|\busd ?|\bgbp ?)\d+|\d+p(?:/|\s|per)\b|\bper (?:min|msg|week|wk)\b|\d+p\b"),
    (
        2,
        r"\b(?:ringtone|ringtones|polyphonic|sexy|xxx|adult|viagra|casino|betting|forex|bitcoin|crypto investment|escort|hookup|dating service|singles)\b",
    ),
    (
        2,
        r"\b(?:work from home|earn \$?\d+|make money|passive income|loan approved|no credit check|weight loss|buy followers|cheap followers|seo service|whatsapp group)\b",
    ),
    (
        2,
        r"刷单|代开发票|开发票联系|博彩|彩金|下注|赌场|裸聊|约炮|小额贷款|无抵押|秒批|信用卡套现|代刷|刷粉|买粉|代写|包过|办证",
    ),
    (
        2,
        r"日赚|日入|月入过?万|躺赚|轻松赚|在家赚|兼职招|招兼职|高薪|免费领取|内部优惠券|返利群|稳赚|代理加盟|招代理|诚招",
    ),
    (1, r"优惠券|领券|福利|加盟|兼职|赚钱|推广|贷款|投资"),
    // A hurry, and the small print of paid messages.
    (
        1,
        r"\b(?:urgent|urgently|act now|limited time|expires|valid (?:until|12hrs)|hurry|final attempt|last chance|call now|apply now|click here|order now|buy now)\b",
    ),
    (
        2,
        r"\b(?:t&c|t&cs|ts&cs|opt ?out|to stop|stop2|18\+|16\+|po ?box|std txt|standard rate|network charges|subscription service)\b|\b(?:reply|text|txt)\b[^.!?]{0,30}\bunsubscribe\b|\bunsubscribe:? (?:reply|text|txt|send|with stop)\b",
    ),
];

fn signs() -> Option<&'static RegexSet> {
    static SET: OnceLock<Option<RegexSet>> = OnceLock::new();
    SET.get_or_init(|| RegexSet::new(SIGNS.iter().map(|(_, sign)| *sign)).ok()).as_ref()
}

/// Somewhere to turn to: a number, a link, an account.
fn contact() -> Option<&'static Regex> {
    static CONTACT: OnceLock<Option<Regex>> = OnceLock::new();
    CONTACT
        .get_or_init(|| {
            Regex::new(r"\d{5,}|\d[ -]\d{4,}|https?://|www\.|\.(?:com|net|co\.uk|cn)\b|t\.me/|telegram|whats ?app|微信|薇信|威信|v信|\bvx\b|\bwx\b|wechat|扣扣|qq|加我|加v|私聊").ok()
        })
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_read_or_set_aside_with_its_reason() {
        for (text, expected) in [
            ("", Some(AsideReason::Empty)),
            (" \u{200b}\0\n", Some(AsideReason::Empty)),
            ("<p></p>", Some(AsideReason::Empty)),
            ("... !!! ???", Some(AsideReason::Punctuation)),
            ("。。。!!", Some(AsideReason::Punctuation)),
            ("aaaaaaaaaaaaaaaa", Some(AsideReason::Repeated)),
            ("啊啊啊啊啊啊啊啊啊啊", Some(AsideReason::Repeated)),
            ("asdfghjkl asdfgh", Some(AsideReason::Mash)),
            ("sdkfjhgsdkfjh", Some(AsideReason::Mash)),
            ("加微信 abc12345 日赚500,轻松在家赚钱", Some(AsideReason::Advert)),
            ("诚招代理,高薪兼职,联系QQ:123456789", Some(AsideReason::Advert)),
            ("WINNER!! You have won a £900 prize. To claim call 09061701461", Some(AsideReason::Advert)),
            ("Earn $500 daily, join t.me/easycash now", Some(AsideReason::Advert)),
            ("ok", None),
            ("👍", None),
            ("❤️❤️❤️❤️❤️❤️❤️❤️❤️", None),
            ("哈哈哈哈哈哈哈哈哈哈哈哈", None),
            ("66666666", None),
            ("5", None),
            ("the property were well kept", None),
            ("微信支付失败,订单号 123456789012", None),
            ("I called 18001234567 three times and nobody answers", None),
            ("order 20240112345 never arrived, refund please", None),
            ("Your coupon does not work on www.shop.com", None),
            ("希望增加微信登录", None),
            ("rhythm", None),
            ("垃圾垃圾垃圾垃圾", None),
            ("好评好评好评好评", None),
            ("退钱!退钱!退钱!退钱!", None),
            ("差差差差差差差差差", None),
            ("啊哦啊哦啊哦啊哦", Some(AsideReason::Repeated)),
            ("WeChat payment failed, they charged me $20", None),
            ("add wechat payment please, I would pay $20", None),
            ("add me on wechat easycash, free bonus", Some(AsideReason::Advert)),
            ("Cannot unsubscribe on www.shop.com, still charged $9", None),
            ("Ringtones £3 a week on www.tones.com, reply STOP to unsubscribe", Some(AsideReason::Advert)),
        ] {
            assert_eq!(aside(text), expected, "{text}");
        }
    }

    #[test]
    fn real_short_messages_are_not_thrown_away() {
        let Ok(folder) = std::env::var("FLYWHEEL_DATA") else {
            eprintln!("left out: FLYWHEEL_DATA is not set");
            return;
        };
        let text = std::fs::read_to_string(format!("{folder}/text_en_sms_spam/sms.tsv")).unwrap();
        let (mut hits, mut spam, mut wrong, mut ham) = (0, 0, 0, 0);
        for (label, message) in text.lines().filter_map(|line| line.split_once('\t')) {
            let set = u32::from(aside(message).is_some());
            if label == "spam" {
                spam += 1;
                hits += set;
            } else {
                ham += 1;
                wrong += set;
            }
        }
        let precision = f64::from(hits) / f64::from((hits + wrong).max(1));
        let recall = f64::from(hits) / f64::from(spam);
        eprintln!(
            "spam: precision {precision:.3}, recall {recall:.3}, {wrong} of {ham} real messages set aside"
        );
        assert!(precision >= 0.95 && recall >= 0.5, "{precision} {recall}");
    }
}
