//! The list says what it should, and everyday complaints of one subject meet across the languages.

use std::collections::{BTreeMap, HashSet};

use super::list::{keys, lines};
use super::*;
use crate::{fold, forms, stem};

#[test]
fn words_of_both_languages_mean_the_same() {
    for (one, other, concept) in [
        ("付款", "payment", "pay"),
        ("闪退", "crashes", "crash"),
        ("失败", "failed", "fail"),
        ("登录", "login", "login"),
        ("退款", "refunds", "refund"),
    ] {
        assert!(concepts(one).contains(&concept), "{one}: {:?}", concepts(one));
        assert!(concepts(other).contains(&concept), "{other}: {:?}", concepts(other));
    }
    assert!(concepts("the").is_empty() && concepts("的").is_empty());
    assert!(words_of("pay").any(|word| word == "支付"));
    assert!(concepts_in("").is_empty());
}

#[test]
fn words_of_one_language_mean_the_same() {
    for (concept, texts) in [
        (
            "crash",
            &[
                "it crashes",
                "force closes",
                "it shuts down by itself",
                "keeps closing",
                "闪退",
                "崩溃了",
                "打不开就退出",
            ][..],
        ),
        ("double-charge", &["I was charged twice", "billed twice this month", "重复扣款", "扣了两次钱"]),
        ("loading", &["won't load", "it does not load, it keeps loading", "一直转圈", "加载不出来"]),
        ("wont-open", &["the app won't open", "can't open it", "cannot open it", "打不开", "进不去"]),
        ("attitude", &["the attitude was bad", "rude staff", "态度恶劣", "没礼貌"]),
        ("cancel-subscription", &["how to unsubscribe", "I couldn't cancel", "取消订阅", "关闭自动续费"]),
    ] {
        for text in texts {
            let found = names(text);
            assert!(found.contains(concept), "{text}: {found:?}");
        }
    }
}

#[test]
fn an_english_word_is_met_in_its_forms() {
    for (word, others) in [
        ("crash", &["crashes", "crashed", "crashing"][..]),
        ("refund", &["refunds", "refunded", "refunding"]),
        ("invoice", &["invoices", "invoiced", "invoicing"]),
        ("delivery", &["deliveries"]),
        ("reply", &["replies", "replied", "replying"]),
        ("pay", &["pays", "paid", "paying", "payment", "payments"]),
    ] {
        for other in others {
            let shared = concepts(word).iter().filter(|concept| concepts(other).contains(concept)).count();
            assert!(shared > 0, "{word} {other}");
        }
    }
    assert!(names("logging in is impossible").contains("login"));
    assert!(names("the charges came twice: charging twice").contains("double-charge"));
}

#[test]
fn the_longest_chinese_word_counts_and_one_character_only_by_itself() {
    assert!(names("客服电话打不通").contains("contact") && !names("客服电话").contains("support"));
    assert!(names("这个手机很卡").contains("lag"), "{:?}", names("这个手机很卡"));
    assert!(!names("我的卡车").contains("lag"), "{:?}", names("我的卡车"));
    assert_eq!(concepts_in_chinese("卡"), Vec::<u16>::new());
}

#[test]
fn mere_trouble_is_no_subject() {
    let subjects = |text: &str| -> Vec<&str> {
        let found = concepts_in(&fold(text)).into_iter().filter(|concept| is_subject(*concept));
        found.map(concept_name).collect()
    };
    for text in [
        "it failed again",
        "it is slow",
        "broken",
        "失败了",
        "太慢了",
        "坏了",
        "用不了",
        "有问题",
        "terrible",
        "垃圾",
    ] {
        assert_eq!(subjects(text), Vec::<&str>::new(), "{text}");
        assert!(!concepts_in(text).is_empty(), "{text}");
    }
    assert_eq!(subjects("the payment failed"), subjects("付款失败了"));
}

#[test]
fn the_list_is_in_order() {
    let mut met = HashSet::new();
    let mut stands_in: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in lines() {
        let name = line.name;
        let wider_is_known = line.wider().all(|wider| lines().any(|line| line.name == wider && line.subject));
        assert!(wider_is_known, "{name} has a wider concept that is no subject");
        assert!(met.insert(name), "{name} stands twice");
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        let (chinese, english): (Vec<&str>, Vec<&str>) = line.words().partition(|word| word.contains(is_han));
        assert!(!chinese.is_empty() && !english.is_empty(), "{name} has words of one language");
        let mut known = HashSet::new();
        for word in line.words() {
            assert_eq!(fold(word), word, "{name}: {word}");
            assert!(!word.is_empty() && known.insert(word), "{name}: {word} stands twice");
            assert!(
                word.split([' ', '-']).count() <= LONGEST_PHRASE,
                "{name}: {word} is longer than a phrase"
            );
            assert!(!word.contains(is_han) || word.chars().all(is_han), "{name}: {word} is of two languages");
            if line.subject {
                keys(word).into_iter().for_each(|key| stands_in.entry(key).or_default().push(name));
            }
        }
        for word in english.iter().filter(|word| !word.contains([' ', '-'])) {
            let needless = |other: &&&str| **other != *word && forms(other).iter().any(|form| form == word);
            let other = english.iter().find(needless);
            assert!(other.is_none(), "{name}: {word} is a form of {other:?}");
        }
    }
    assert!((500..=900).contains(&met.len()), "{}", met.len());
    for (word, mut concepts) in stands_in {
        concepts.dedup();
        assert!(concepts.len() <= 2, "{word} is in {concepts:?}");
    }
}

#[test]
fn whoever_names_a_concept_names_the_wider_one() {
    for (text, narrow, wide) in [
        ("退款太慢", "refund-slow", "refund"),
        ("扣了两次钱", "double-charge", "charge"),
        ("航班延误", "flight-delay", "flight"),
    ] {
        let found = names(text);
        assert!(found.contains(narrow) && found.contains(wide), "{text}: {found:?}");
    }
    assert!(concepts("退款太慢").contains(&"refund") && words_of("refund").all(|word| word != "退款太慢"));
}

#[test]
fn phrases_with_a_small_word_stand_for_its_spellings() {
    assert!(keys("can't log in").contains(&"cannot log in".to_owned()));
    assert_eq!(keys("crashes"), [stem("crash")]);
}

fn names(text: &str) -> HashSet<&'static str> {
    concepts_in(&fold(text)).into_iter().map(concept_name).collect()
}

/// What people of both languages complain of, in many trades; each pair means the same.
const PAIRS: &[(&str, &str)] = &[
    ("It closes by itself whenever I tap a photo", "一点开照片就闪退"),
    ("I can't sign in since yesterday", "从昨天开始一直登不上去"),
    ("The verification code never arrives", "收不到验证码"),
    ("I forgot my password and the reset link is dead", "密码忘了,点重置密码没用"),
    ("Somebody hacked my account", "我的号被盗了"),
    ("You banned me without a reason", "无缘无故被封号"),
    ("Please let me delete my account", "怎么注销账号啊"),
    ("I was charged twice for one order", "一个订单扣了我两次钱,重复扣款"),
    ("Still waiting for my refund", "退款到现在还没到账"),
    ("There is no way to cancel the subscription", "自动续费根本取消不了"),
    ("It got renewed automatically", "偷偷给我自动续费"),
    ("The free trial is too short", "试用时间太短"),
    ("Way overpriced for what it is", "卖得太贵了"),
    ("They raised prices again", "又涨价了"),
    ("The coupon does not work", "优惠券用不了"),
    ("I need an invoice for my company", "能不能给公司开发票"),
    ("Hidden fees everywhere", "各种隐形收费"),
    ("All my notes are gone after the update, total data loss", "更新之后笔记全没了,数据丢失"),
    ("It does not sync between my devices", "手机和电脑不同步"),
    ("Please add a dark mode", "能不能出个夜间模式"),
    ("The font is far too small", "字太小了看不清"),
    ("It drains the battery", "特别费电"),
    ("My phone overheats when I use it", "用一会手机就发烫"),
    ("It takes up so much storage", "太占内存了"),
    ("Too many ads", "广告太多"),
    ("I don't get notifications", "收不到推送"),
    ("The search finds nothing", "搜索什么都搜不到"),
    ("Exporting to Excel fails", "导出表格失败"),
    ("I cannot upload attachments", "附件传不上去"),
    ("The calendar shows the wrong time zone", "日历时区不对"),
    ("The chart on the dashboard is wrong", "仪表盘上的图表不对"),
    ("Your webhook is never called", "接口一直没有回调"),
    ("The translation is awful", "翻译得太烂"),
    ("I don't get how to use it, no tutorial", "没有教程,不会用"),
    ("The screen reader cannot read the buttons", "读屏读不出按钮"),
    ("It collects personal data", "收集个人信息,没有隐私"),
    ("It looks like a scam to me", "感觉就是骗子"),
    ("My parcel never arrived", "包裹一直没收到"),
    ("They sent the wrong item", "给我发错货了"),
    ("The courier was late", "快递员送晚了"),
    ("The box was crushed and the packaging torn", "包装都破了,盒子压扁"),
    ("The colour differs from the picture", "颜色有色差"),
    ("Runs small, order one size up", "码偏小,建议买大一码"),
    ("It is a fake, not the original", "是假货,不是正品"),
    ("The fabric is thin and itchy", "面料很薄还扎人"),
    ("It smells terrible", "一股刺鼻的味儿"),
    ("Out of stock again", "又缺货了"),
    ("They refuse the return", "不给退货"),
    ("The room smelled and the sheets were dirty", "房间有异味,床单很脏"),
    ("So noisy, thin walls", "隔音太差,很吵"),
    ("The air conditioning did not cool", "空调不制冷"),
    ("Breakfast was poor", "早餐一般"),
    ("Nowhere to park", "没有停车位"),
    ("The front desk was unfriendly", "前台爱理不理"),
    ("The food arrived cold", "送到的时候饭都凉了"),
    ("The portions are tiny", "分量太少"),
    ("We queued for an hour", "排队排了一个小时"),
    ("My flight was delayed for five hours", "航班延误了五个小时"),
    ("They lost my luggage", "行李丢了"),
    ("No legroom in these seats", "座位太挤,没有腿部空间"),
    ("The ATM swallowed my card", "取款机把我的卡吞了"),
    ("The exchange rate is a joke", "汇率太坑"),
    ("My transfer has not been received", "转账一直没到账"),
    ("The daily limit is too low", "每天限额太低"),
    ("They want my passport to verify my identity", "非要实名认证"),
    ("No signal at home", "家里没信号"),
    ("Roaming was expensive", "漫游费太贵"),
    ("Full of cheaters", "到处都是外挂"),
    ("The matchmaking is unfair", "匹配机制不公平"),
    ("I lost my save file", "存档没了"),
    ("The teacher speaks too fast", "老师讲得太快"),
    ("The doctor had no time for me", "医生根本没时间看"),
    ("Nobody answers the hotline", "客服热线没人接"),
    ("Only a bot replies, no human", "全是机器人自动回复"),
    ("The support agent was rude", "客服态度恶劣"),
    ("It freezes all the time", "老是卡死"),
    ("The page is blank", "打开一片空白"),
    ("Bluetooth disconnects all the time", "蓝牙老是断开"),
    ("The sound is distorted in the headphones", "耳机声音有问题"),
    ("Printing does not work", "打印不了"),
];

#[test]
fn complaints_of_one_subject_meet_across_the_languages() {
    let mut apart = Vec::new();
    for (english, chinese) in PAIRS {
        let shared = |text: &str| -> HashSet<u16> {
            concepts_in(&fold(text)).into_iter().filter(|concept| is_subject(*concept)).collect()
        };
        let (one, other) = (shared(english), shared(chinese));
        if one.is_disjoint(&other) {
            let named = |found: HashSet<u16>| found.into_iter().map(concept_name).collect::<Vec<_>>();
            apart.push(format!("{english} {:?} / {chinese} {:?}", named(one), named(other)));
        }
    }
    assert!(apart.is_empty(), "{} of {}:\n{}", apart.len(), PAIRS.len(), apart.join("\n"));
}
