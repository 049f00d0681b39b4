//! Personal data masked by rule as it arrives, before anything of it reaches the disk.

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_spec::project::{PersonalData, PrivacySpec};
use serde_json::{Map, Value};

/// What stands in place of a masked value.
pub(crate) const MASKED: &str = "***";

/// Where an event says whose it is. These are never masked: people whose ids were would all become one.
const IDS: &[&str] =
    &["distinct_id", "$distinct_id", "$anon_distinct_id", "userId", "anonymousId", "previousId"];

/// The same where it says that two ids are one person.
const ALIASES: &[&str] =
    &["distinct_id", "$distinct_id", "$anon_distinct_id", "userId", "anonymousId", "previousId", "alias"];

/// The rules made ready.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks {
    names: Vec<Vec<String>>,
    values: Vec<PersonalData>,
}

impl Masks {
    /// Makes the project's rules ready.
    pub fn new(spec: Option<&PrivacySpec>) -> Self {
        let Some(spec) = spec else { return Self::default() };
        let parts = |pattern: &String| pattern.to_lowercase().split('*').map(str::to_owned).collect();
        Self { names: spec.mask.iter().map(parts).collect(), values: spec.mask_values.clone() }
    }

    /// True when there is no rule.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.values.is_empty()
    }

    /// Masks what an event carries.
    pub fn event(&self, event: &mut Event) {
        if !self.is_empty() {
            let merges = matches!(event.event.as_str(), "$create_alias" | "$merge_dangerously");
            self.object(&mut event.properties, if merges { ALIASES } else { IDS });
        }
    }

    /// Masks what was kept aside: by its JSON where it is some, else only what is known by its form.
    pub fn aside(&self, aside: &mut Aside) {
        if self.is_empty() {
            return;
        }
        match serde_json::from_str::<Value>(&aside.raw) {
            Ok(mut value) => {
                self.value(&mut value, ALIASES);
                aside.raw = value.to_string();
            }
            // Whether a name is among the rules cannot be told in what is no JSON.
            Err(_) if !self.names.is_empty() => aside.raw = MASKED.to_owned(),
            Err(_) => {
                if let Some(masked) = self.text(&aside.raw) {
                    aside.raw = masked;
                }
            }
        }
    }

    /// Masks an object; `ids` names what of it says whose it is.
    fn object(&self, properties: &mut Map<String, Value>, ids: &[&str]) {
        for (name, value) in properties.iter_mut() {
            if ids.contains(&name.as_str()) && !value.is_object() && !value.is_array() {
                continue;
            }
            // These hold the person's properties and the groups, each under its own name.
            let envelope = matches!(name.as_str(), "$set" | "$set_once" | "$groups" | "properties");
            if !envelope && self.names_it(name) {
                if !value.is_null() {
                    *value = Value::from(MASKED);
                }
            } else {
                self.value(value, if name == "properties" { ids } else { &[] });
            }
        }
    }

    fn value(&self, value: &mut Value, ids: &[&str]) {
        match value {
            Value::Object(properties) => self.object(properties, ids),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, ids)),
            Value::String(text) => {
                if let Some(masked) = self.text(text) {
                    *text = masked;
                }
            }
            _ => {}
        }
    }

    fn names_it(&self, name: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let name = name.to_lowercase();
        self.names.iter().any(|parts| fits(&name, parts))
    }

    /// The text without the personal data that its form tells; `None` when there is none.
    fn text(&self, text: &str) -> Option<String> {
        let mut masked: Option<String> = None;
        for kind in &self.values {
            let now = masked.as_deref().unwrap_or(text);
            let found = match kind {
                PersonalData::Email => emails(now),
                PersonalData::Phone => digits(now, phone),
                PersonalData::Card => digits(now, card),
                PersonalData::IdentityNumber => digits(now, identity_number),
                PersonalData::Ip => addresses(now),
            };
            if !found.is_empty() {
                masked = Some(without(now, &found));
            }
        }
        masked
    }
}

/// Whether a name is the parts with any letters between.
fn fits(name: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| only == name);
    };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

type Stretch = std::ops::Range<usize>;

fn without(text: &str, found: &[Stretch]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for stretch in found {
        masked.push_str(&text[from..stretch.start]);
        masked.push_str(MASKED);
        from = stretch.end;
    }
    masked.push_str(&text[from..]);
    masked
}

fn emails(text: &str) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let local = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
        let host = |letter: char| letter.is_alphanumeric() || ".-".contains(letter);
        let before: usize =
            text[..at].chars().rev().take_while(|letter| local(*letter)).map(char::len_utf8).sum();
        let after: usize =
            text[at + 1..].chars().take_while(|letter| host(*letter)).map(char::len_utf8).sum();
        let name = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
        if before > 0 && name.contains('.') {
            found.push(at - before..at + 1 + name.len());
        }
    }
    found.dedup_by(|next, last| next.start < last.end);
    found
}

/// Runs of digits, with single blanks, hyphens, dots or brackets between, which `is_it` takes for what is looked for.
fn digits(text: &str, is_it: fn(&str, bool) -> bool) -> Vec<Stretch> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let before = bytes[..at].last().copied().unwrap_or(b' ');
        let plus = before == b'+';
        let (mut end, mut number) = (at, String::new());
        let mut next = at;
        while next < bytes.len() {
            match bytes[next] {
                digit if digit.is_ascii_digit() || (digit == b'X' || digit == b'x') && number.len() == 17 => {
                    number.push(char::from(digit.to_ascii_uppercase()));
                    next += 1;
                    end = next;
                }
                b' ' | b'-' | b'.' | b'(' | b')' if next + 1 < bytes.len() && next < end + 2 => next += 1,
                _ => break,
            }
        }
        let after = bytes.get(end).copied().unwrap_or(b' ');
        let apart = !before.is_ascii_alphanumeric() && !after.is_ascii_alphanumeric();
        if apart && is_it(&number, plus) {
            found.push(if plus { at - 1..end } else { at..end });
        }
        at = end.max(at + 1);
    }
    found
}

fn phone(number: &str, plus: bool) -> bool {
    let mobile = number.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(number);
    let chinese =
        mobile.len() == 11 && mobile.starts_with('1') && matches!(mobile.as_bytes()[1], b'3'..=b'9');
    chinese || plus && (8..=15).contains(&number.len())
}

/// ISO/IEC 7812: 13 to 19 digits, the last by Luhn.
fn card(number: &str, plus: bool) -> bool {
    if plus || !(13..=19).contains(&number.len()) || number.ends_with('X') {
        return false;
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * (1 + place as u32 % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// GB 11643-1999: 17 digits and a check digit by ISO 7064 MOD 11-2.
fn identity_number(number: &str, plus: bool) -> bool {
    if plus || number.len() != 18 {
        return false;
    }
    const CHECKS: &[u8; 11] = b"10X98765432";
    let mut weight = 1_u32;
    let mut sum = 0_u32;
    for digit in number.bytes().take(17).collect::<Vec<_>>().into_iter().rev() {
        weight = weight * 2 % 11;
        sum += u32::from(digit - b'0') * weight;
    }
    number.as_bytes()[17] == CHECKS[(sum % 11) as usize]
}

fn addresses(text: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    let part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let mut from = 0;
    while let Some(start) = text[from..].find(part).map(|at| from + at) {
        let length = text[start..].find(|letter| !part(letter)).unwrap_or(text.len() - start);
        let number = text[start..start + length].trim_end_matches('.');
        if number.parse::<std::net::Ipv4Addr>().is_ok() {
            found.push(start..start + number.len());
        }
        from = start + length;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::testing::event;

    fn masked(spec: &PrivacySpec, properties: Value) -> Value {
        let mut one = event("p", "bought", 0);
        one.properties = properties.as_object().cloned().unwrap_or_default();
        Masks::new(Some(spec)).event(&mut one);
        Value::Object(one.properties)
    }

    #[test]
    fn names_are_masked_wherever_they_stand() {
        let spec = PrivacySpec {
            mask: vec!["email".into(), "*Phone*".into(), "card_*".into()],
            ..Default::default()
        };
        let found = masked(
            &spec,
            json!({
                "Email": "a@b.c", "my_phone_2": 5, "card_no": [1], "card": "ace", "emails": "x", "none": {"email": null},
                "$set": {"email": "a@b.c", "name": "Anna"}, "$set_once": {"telephone": "1"},
                "list": [{"email": "a"}, "email"]
            }),
        );
        assert_eq!(
            found,
            json!({
                "Email": "***", "my_phone_2": "***", "card_no": "***", "card": "ace", "emails": "x", "none": {"email": null},
                "$set": {"email": "***", "name": "Anna"}, "$set_once": {"telephone": "***"},
                "list": [{"email": "***"}, "email"]
            })
        );
    }

    #[test]
    fn values_are_masked_by_their_form_and_nothing_else_is() {
        use PersonalData::*;
        let spec =
            PrivacySpec { mask_values: vec![Email, IdentityNumber, Card, Phone, Ip], ..Default::default() };
        for (text, expected) in [
            ("write to anna.b+c@mail.example.com.", "write to ***."),
            ("a@b", "a@b"),
            ("我的邮箱 张三@例子.公司", "我的邮箱 ***"),
            ("call +41 44 668 18 00 now", "call *** now"),
            ("手机13812345678,", "手机***,"),
            ("order 12345678", "order 12345678"),
            // Visa's published test number, and one with a wrong check digit.
            ("4111 1111 1111 1111", "***"),
            ("4111 1111 1111 1112", "4111 1111 1111 1112"),
            // The example of GB 11643-1999.
            ("11010519491231002X", "***"),
            ("110105194912310021", "110105194912310021"),
            ("from 192.168.0.1:80", "from ***:80"),
            ("version 1.2.3", "version 1.2.3"),
            ("2026-03-01T09:31:00Z", "2026-03-01T09:31:00Z"),
            ("", ""),
        ] {
            assert_eq!(masked(&spec, json!({"text": text}))["text"], expected, "{text}");
        }
    }

    #[test]
    fn whose_an_event_is_stays_whatever_is_masked() {
        use flywheel_collect::identity::Claim;
        let spec =
            PrivacySpec { mask: vec!["*id".into(), "alias".into()], mask_values: vec![PersonalData::Email] };
        let masks = Masks::new(Some(&spec));
        for (name, property) in
            [("$create_alias", "alias"), ("$merge_dangerously", "alias"), ("$identify", "$anon_distinct_id")]
        {
            let mut one = event("ada", name, 0);
            let said = json!({property: "ada@x.com", "note": "ada@x.com", "$set": {"alias": "ada@x.com"}});
            one.properties = said.as_object().cloned().unwrap_or_default();
            masks.event(&mut one);
            assert_eq!(Claim::of(&one).and_then(|claim| claim.from).as_deref(), Some("ada@x.com"), "{name}");
            assert_eq!(
                (&one.properties["note"], &one.properties["$set"]["alias"]),
                (&json!("***"), &json!("***"))
            );
        }
        let bought = masked(&spec, json!({"alias": "ada@x.com", "order_id": 5}));
        assert_eq!(
            bought,
            json!({"alias": "***", "order_id": "***"}),
            "elsewhere it is a property like any other"
        );
        let raw = json!({"event": "", "distinct_id": "ada@x.com", "userId": "bob@x.com",
            "properties": {"$anon_distinct_id": "carl@x.com", "email": "dan@x.com"}});
        let reason = flywheel_spec::Phrase::verbatim("x");
        let mut aside = Aside::new(0, "posthog", reason, raw.to_string().as_bytes());
        masks.aside(&mut aside);
        let mut expected = raw;
        expected["properties"]["email"] = json!("***");
        assert_eq!(serde_json::from_str::<Value>(&aside.raw).expect("JSON"), expected);
    }

    #[test]
    fn what_is_kept_aside_is_masked_too() {
        let spec = PrivacySpec { mask: vec!["email".into()], ..Default::default() };
        let masks = Masks::new(Some(&spec));
        let reason = flywheel_spec::Phrase::verbatim("x");
        for (raw, expected) in [
            (r#"{"properties":{"email":"a@b.c"}}"#, r#"{"properties":{"email":"***"}}"#),
            ("{\"email\": \"a@b", "***"),
        ] {
            let mut aside = Aside::new(0, "posthog", reason.clone(), raw.as_bytes());
            masks.aside(&mut aside);
            assert_eq!(aside.raw, expected);
        }
    }
}
