//! Plates of Chinese cars: GA 36, five characters after the province and the letter of the city, six on electric cars.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    if !reading.has_han {
        return;
    }
    for (start, province) in reading.text.char_indices() {
        let city = start + province.len_utf8();
        if !reading.at(city).is_ascii_uppercase() || !PROVINCES.contains(province) {
            continue;
        }
        let rest = &reading.text[city + 1..];
        let dot =
            ["·", "•", "-", " ", "・", "."].into_iter().find(|dot| rest.starts_with(dot)).map_or(0, str::len);
        let body = &rest[dot..];
        // Neither I nor O is given out.
        let plain = body
            .bytes()
            .take(7)
            .take_while(|byte| {
                byte.is_ascii_digit() || byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O')
            })
            .count();
        let special = body[plain..].chars().next().filter(|last| "挂学警港澳领使".contains(*last));
        let end = city + 1 + dot + plain;
        let digits = body.bytes().take(plain).filter(u8::is_ascii_digit).count();
        let (end, formed) = match special {
            Some(last) if plain == 4 => (end + last.len_utf8(), true),
            _ => (end, matches!(plain, 5 | 6)),
        };
        if formed && digits >= 2 && !reading.at(end).is_ascii_alphanumeric() {
            note(found, PersonalKind::Plate, start..end, Certainty::Certain);
        }
    }
}
