//! Each kind in the forms that people write, beside what looks like it and is none.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<(PersonalKind, &str)> {
    find(text).into_iter().map(|found| (found.kind, &text[found.span])).collect()
}

#[test]
fn each_kind_is_found_where_it_stands() {
    use PersonalKind::*;
    for (text, kind, value) in [
        ("write to jane.doe+x@mail.example.co.uk.", Email, "jane.doe+x@mail.example.co.uk"),
        ("邮箱ｔｅｓｔ＠ｑｑ．ｃｏｍ谢谢", Email, "ｔｅｓｔ＠ｑｑ．ｃｏｍ"),
        ("我的手机13812345678", Phone, "13812345678"),
        ("手机：１３８ １２３４ ５６７８", Phone, "１３８ １２３４ ５６７８"),
        ("打 +86 138-1234-5678 找我", Phone, "+86 138-1234-5678"),
        ("电话010-62345678", Phone, "010-62345678"),
        ("call (212) 555-0187 x12 now", Phone, "(212) 555-0187 x12"),
        ("ring +44 20 7946 0958", Phone, "+44 20 7946 0958"),
        ("身份证 11010519491231002X", IdCard, "11010519491231002X"),
        ("110105 19491231 002x ok", IdCard, "110105 19491231 002x"),
        ("card 4111 1111 1111 1111 thanks", BankCard, "4111 1111 1111 1111"),
        ("I paid with 4111 1111 1111 1111", BankCard, "4111 1111 1111 1111"),
        ("付了两次，6222021234567890128扣的", BankCard, "6222021234567890128"),
        ("订单一直没发货，13812345678", Phone, "13812345678"),
        ("my order from Monday, 13812345678", Phone, "13812345678"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", Iban, "GB82 WEST 1234 5698 7654 32"),
        ("ssn 078-05-1120", SocialSecurity, "078-05-1120"),
        ("护照号：E12345678", Passport, "E12345678"),
        ("from 192.168.1.44:8080", IpAddress, "192.168.1.44"),
        ("ip 2001:db8::ff00:42:8329 here", IpAddress, "2001:db8::ff00:42:8329"),
        ("mac 00:1B:44:11:3A:B7", MacAddress, "00:1B:44:11:3A:B7"),
        ("see https://x.io/reset?token=abc123def.", Link, "https://x.io/reset?token=abc123def"),
        ("my password is hunter2x", Secret, "hunter2x"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", Secret, "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("验证码是482913", Secret, "482913"),
        ("我住在北京市海淀区中关村大街27号3栋501室，快递", Address, "北京市海淀区中关村大街27号3栋501室"),
        ("deliver to 12 Main Street, Apt 4B please", Address, "12 Main Street, Apt 4B"),
        ("I live at 221B Baker Street, London NW1 6XE", Address, "221B Baker Street, London NW1 6XE"),
        (
            "send it to 80 Wellington Street, Ottawa K1A 0B1 please",
            Address,
            "80 Wellington Street, Ottawa K1A 0B1",
        ),
        ("my name is Jane Doe and I", Name, "Jane Doe"),
        ("我叫张伟，想退款", Name, "张伟"),
        ("王先生一直没回复", Name, "王先生"),
        ("thanks @jane_doe!", Account, "@jane_doe"),
        ("date of birth: 7 March 1990", BirthDate, "7 March 1990"),
        ("1990年3月7日出生", BirthDate, "1990年3月7日"),
        ("车牌粤B·12345被扣", Plate, "粤B·12345"),
        ("加微信 wx_12345a", Chat, "wx_12345a"),
        ("QQ：1234567", Chat, "1234567"),
    ] {
        assert_eq!(found(text), [(kind, value)], "{text}");
    }
}

#[test]
fn what_looks_like_it_is_left_alone() {
    for text in [
        "order 13812345678 has not arrived",
        "订单号 13812345678 没到",
        "快递单号4111111111111112",
        "订单号是：13812345678",
        "快递单号【13812345678】",
        "order no 4111 1111 1111 1111",
        "积分 13812345678",
        "version 10.2.3.4 crashes",
        "update 2.14.0.1 is bad",
        "paid $4111111111111111",
        "11010519491231002Y",
        "110105194912310021",
        "4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "on 2024-05-06 at 10:30:45 I paid 1,234,567.89",
        "5月3号坐地铁10号线",
        "forgot password: cannot login",
        "微信支付失败",
        "https://example.com/help?page=2",
        "my order is 3 weeks late",
        "the icon name is strange, I miss U",
        "I WENT 2 TOWN BY THE WAY",
        "前台的小姐和先生很热情",
        "std::vec::Vec is fine, ratio 3::1",
        "",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn masks_speak_the_language_of_the_text() {
    assert_eq!(mask("mail a@b.com").0, "mail [e-mail]");
    assert_eq!(mask("我的邮箱是a@b.com").0, "我的邮箱是[邮箱]");
    assert_eq!(mask("我叫张伟。张伟付了款").0, "我叫[姓名]。[姓名]付了款");
}

#[test]
fn a_column_says_what_its_values_are() {
    for (name, value, expected) in [
        ("contact", "jane@example.com", "[e-mail]"),
        ("phone", "2125550187", "[phone]"),
        ("order", "13812345678", "13812345678"),
        ("order_code", "13812345678", "13812345678"),
        ("plan", "pro", "pro"),
        ("a@b.com", "13812345678", "[phone]"),
    ] {
        assert_eq!(mask_value(name, value), expected, "{name}: {value}");
    }
}

#[test]
fn a_long_text_takes_time_in_proportion_to_its_length() {
    for piece in [
        "1 2 3 4 ",
        "a@a.",
        "13812345678 ",
        "-----BEGIN RSA PRIVATE KEY-----",
        "password: a1b2 ",
        "::1:",
        "12 Main Street ",
        "中山路1号",
        "微信我叫",
        "（（＋86",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        let started = std::time::Instant::now();
        let masked = mask(&text).0;
        assert!(started.elapsed().as_secs() < 20, "{piece}: {:?}", started.elapsed());
        assert!(!masked.is_empty());
    }
}

#[test]
fn an_export_holds_nothing_that_was_found() {
    let message = crate::Message {
        id: "m1".into(),
        text: "我叫李雷，手机13812345678".into(),
        person: Some("lilei@example.com".into()),
        more: [("contact".to_owned(), "jane@example.com".to_owned())].into(),
        ..crate::Message::default()
    };
    let mut written = Vec::new();
    let tally = export([&message], &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    for value in ["李雷", "13812345678", "lilei@example.com", "jane@example.com"] {
        assert!(!written.contains(value), "{written}");
    }
    let report = tally.report();
    assert_eq!((report.messages, report.affected, report.kinds.len()), (1, 1, 3));
    let kinds: Vec<&str> = report.kinds.iter().map(|count| count.name.zh.as_str()).collect();
    let drawn: Vec<&str> = report.charts[0].marks(flywheel_spec::Language::Zh).collect();
    assert_eq!(drawn, kinds);
}

/// Sentences written by somebody else: what has a checksum or an unmistakable form is found, and nothing else is taken for it.
#[test]
fn sentences_of_others_are_read_as_well() {
    let Some(folder) = std::env::var_os("FLYWHEEL_DATA") else {
        eprintln!("left out: FLYWHEEL_DATA is not set, so Presidio's sentences are not read");
        return;
    };
    let path = std::path::Path::new(&folder).join("pii_presidio/synth_dataset_v2.json.gz");
    let sentences: Vec<serde_json::Value> =
        serde_json::from_reader(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())).unwrap();
    for (name, kind, least) in [
        ("EMAIL_ADDRESS", PersonalKind::Email, 0.99),
        ("IBAN_CODE", PersonalKind::Iban, 0.99),
        ("US_SSN", PersonalKind::SocialSecurity, 0.99),
        ("IP_ADDRESS", PersonalKind::IpAddress, 0.99),
        ("CREDIT_CARD", PersonalKind::BankCard, 0.85),
        ("PHONE_NUMBER", PersonalKind::Phone, 0.65),
    ] {
        let (mut planted, mut hit, mut found, mut right) = (0_u32, 0_u32, 0_u32, 0_u32);
        for sentence in &sentences {
            let text = sentence["full_text"].as_str().unwrap();
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let place = |span: &serde_json::Value, end: &str| starts[span[end].as_u64().unwrap() as usize];
            let spans: Vec<Range<usize>> = sentence["spans"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|span| span["entity_type"] == name)
                .map(|span| place(span, "start_position")..place(span, "end_position"))
                .collect();
            let pieces: Vec<Range<usize>> =
                find(text).into_iter().filter(|piece| piece.kind == kind).map(|piece| piece.span).collect();
            let touch =
                |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
            planted += spans.len() as u32;
            found += pieces.len() as u32;
            hit += spans.iter().filter(|span| pieces.iter().any(|piece| touch(piece, span))).count() as u32;
            right += pieces.iter().filter(|piece| spans.iter().any(|span| touch(piece, span))).count() as u32;
        }
        assert!(f64::from(hit) >= least * f64::from(planted), "{name}: {hit} of {planted}");
        assert!(f64::from(right) >= 0.98 * f64::from(found), "{name}: {right} of {found} are some");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_its_masks_are_whole(text in "\\PC{0,80}|[0-9０-９ ()+.@:/a-zX号路街我叫王张微信QQ密码\\-\n]{0,60}|(my name is |password: |微信号|QQ |tel |出生|passport )[a-zA-Z0-9é号是 :.\\-]{0,20}") {
        let pieces = find(&text);
        let mut end = 0;
        for piece in &pieces {
            prop_assert!(piece.span.start >= end && piece.span.end > piece.span.start);
            prop_assert!(text.is_char_boundary(piece.span.start) && text.is_char_boundary(piece.span.end));
            end = piece.span.end;
        }
        let (masked, counts) = mask(&text);
        prop_assert_eq!(counts.values().sum::<u64>(), pieces.len() as u64);
        for piece in &pieces {
            let value = &text[piece.span.clone()];
            if value.chars().count() >= 2 && value.len() >= 3 && value.is_ascii() {
                // Whole words only: a value of few letters may be part of a longer word.
                let touched = |at: usize| masked.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
                for (at, _) in masked.match_indices(value) {
                    prop_assert!((at > 0 && touched(at - 1)) || touched(at + value.len()) || "e-mail phone identity card number bank account social security passport IP address MAC private link secret name of birth date license plate chat ID".contains(value), "{} in {}", value, masked);
                }
            }
        }
    }
}
