//! Personal data that people put into messages: right in form, with right check digits, and nobody's.
//!
//! E-mail domains are those that RFC 2606 keeps for examples, telephone numbers those that British and American
//! authorities keep for fiction, Chinese mobile numbers have an exchange of zeros, identity numbers a county 99 that no
//! province has, and bank cards the numbers that payment networks keep for tests.

use flywheel_stats::chance::Chance;
use serde::Serialize;

/// What sort of personal data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A Chinese identity number.
    IdCard,
    /// The number of a bank card.
    BankCard,
}

/// Personal data inside a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Personal {
    /// What it is.
    pub kind: PersonalKind,
    /// Where it begins, in bytes of the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Adds a sentence with personal data to a message; Chinese where `chinese`.
pub(super) fn add(text: &mut String, chinese: bool, chance: &mut Chance) -> Personal {
    let (kind, value) = match chance.f64() {
        draw if draw < 0.45 => (PersonalKind::Email, email(chance)),
        draw if draw < 0.80 => (PersonalKind::Phone, phone(chinese, chance)),
        draw if draw < 0.90 && chinese => (PersonalKind::IdCard, id_card(chance)),
        _ => (PersonalKind::BankCard, bank_card(chance)),
    };
    let (before, after): (&str, &str) = match (kind, chinese) {
        (PersonalKind::Email, true) => {
            *chance.pick(&[("我的邮箱是", ""), ("请发到", "，谢谢"), ("账号：", "")])
        }
        (PersonalKind::Email, false) => {
            *chance.pick(&[("My e-mail is ", ""), ("Please write to ", ", thanks"), ("Account: ", "")])
        }
        (PersonalKind::Phone, true) => {
            *chance.pick(&[("我的手机号是", ""), ("请打", "联系我"), ("电话：", "")])
        }
        (PersonalKind::Phone, false) => {
            *chance.pick(&[("Call me on ", ""), ("My number is ", ", please call"), ("Phone: ", "")])
        }
        (PersonalKind::IdCard, _) => *chance.pick(&[("身份证号", ""), ("身份证：", "，请核实")]),
        (PersonalKind::BankCard, true) => *chance.pick(&[("卡号", ""), ("我的卡是", "，查一下")]),
        (PersonalKind::BankCard, false) => {
            *chance.pick(&[("My card is ", ""), ("Card number ", ", please check")])
        }
    };
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(before);
    let start = text.len();
    text.push_str(&value);
    let end = text.len();
    text.push_str(after);
    Personal { kind, start, end }
}

fn email(chance: &mut Chance) -> String {
    let first = *chance.pick(&[
        "wei",
        "li.na",
        "anna",
        "b.meyer",
        "john_s",
        "priya",
        "zhang.min",
        "c.dupont",
        "kenji",
    ]);
    let domain = *chance.pick(&["example.com", "example.org", "example.net", "mail.example.com"]);
    format!("{first}{}@{domain}", 1 + chance.below(9_999))
}

fn phone(chinese: bool, chance: &mut Chance) -> String {
    let last = chance.below(10_000);
    if chinese {
        let prefix = *chance.pick(&["135", "138", "150", "159", "177", "186", "199"]);
        return match chance.below(3) {
            0 => format!("{prefix}0000{last:04}"),
            1 => format!("{prefix}-0000-{last:04}"),
            _ => format!("+86 {prefix} 0000 {last:04}"),
        };
    }
    match chance.below(3) {
        0 => format!("({}) 555-01{:02}", 201 + chance.below(700), last % 100),
        1 => format!("+1 {}-555-01{:02}", 201 + chance.below(700), last % 100),
        _ => format!("+44 7700 900{:03}", last % 1_000),
    }
}

fn id_card(chance: &mut Chance) -> String {
    let province = *chance.pick(&["110", "310", "320", "330", "440", "510"]);
    let (year, month, day) = (1960 + chance.below(44), 1 + chance.below(12), 1 + chance.below(28));
    let number = format!("{province}199{year}{month:02}{day:02}{:03}", 1 + chance.below(999));
    let check = id_check(&number);
    format!("{number}{check}")
}

/// The check character of GB 11643-1999 (ISO 7064, MOD 11-2) for the first seventeen digits.
fn id_check(number: &str) -> char {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize =
        number.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    char::from(b"10X98765432"[sum % 11])
}

fn bank_card(chance: &mut Chance) -> String {
    let begin = *chance.pick(&["411111", "555555", "620000"]);
    let number = format!("{begin}{:09}", chance.below(1_000_000_000));
    let card = format!("{number}{}", luhn_digit(&number));
    if chance.coin(0.5) {
        return card;
    }
    format!("{} {} {} {}", &card[..4], &card[4..8], &card[8..12], &card[12..])
}

/// The digit that completes a number by Luhn's rule (ISO/IEC 7812-1, annex B).
fn luhn_digit(number: &str) -> u32 {
    let doubled = |(place, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0');
        if place % 2 == 1 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    let sum: u32 = number.bytes().rev().enumerate().map(doubled).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_the_standards() {
        // The example number of GB 11643-1999, and the test card numbers of the networks.
        assert_eq!(id_check("11010519491231002"), 'X');
        assert_eq!(luhn_digit("411111111111111"), 1);
        assert_eq!(luhn_digit("555555555555444"), 4);
    }

    #[test]
    fn what_is_marked_is_what_was_added() {
        let mut chance = Chance::new(2);
        for _ in 0..200 {
            let mut text = "付款失败".to_owned();
            let chinese = chance.coin(0.5);
            let personal = add(&mut text, chinese, &mut chance);
            let value = &text[personal.start..personal.end];
            let digits = value.bytes().filter(u8::is_ascii_digit).count();
            match personal.kind {
                PersonalKind::Email => assert!(value.contains('@') && value.contains("example"), "{value}"),
                PersonalKind::Phone => assert!((10..=13).contains(&digits), "{value}"),
                PersonalKind::IdCard => assert_eq!(value.len(), 18, "{value}"),
                PersonalKind::BankCard => assert_eq!(digits, 16, "{value}"),
            }
        }
    }
}
