//! Chinese addresses: a road or an estate, and the numbers of the house, the building, the unit and the room.

use flywheel_language::is_han;
use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

/// What a number in an address counts; longer ones first.
const UNITS: &[&str] =
    &["号楼", "号院", "号", "號", "弄", "栋", "幢", "座", "单元", "室", "楼", "层", "巷", "组", "户"];
/// What the name of a road ends with.
const ROADS: &[&str] =
    &["大道", "路", "街", "巷", "弄", "道", "胡同", "里", "村", "段", "镇", "乡", "屯", "庄"];
/// What the name of an estate or a house ends with.
const ESTATES: &[&str] = &[
    "小区", "花园", "公寓", "大厦", "广场", "家园", "新村", "苑", "城", "府", "园", "庭", "湾", "宿舍",
    "中心", "大楼", "社区", "区", "里",
];
/// Words that end where an address begins.
const BEFORE: &[&str] = &[
    "地址", "住址", "住在", "住", "在", "是", "到", "于", "寄", "送", "我家", "来", "去", "从", "给", "址",
    "为", "了", "的", "我", "他", "她", "您", "你", "有", "和", "到了", "请", "往", "至", "处", "后面",
    "前面", "旁边", "对面", "附近", "叫",
];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    if !reading.has_han {
        return;
    }
    let text = &*reading.text;
    let mut run = 0;
    while run < reading.digits.len() {
        let first = run;
        let start = reading.digits[first].start;
        let mut end = start;
        let mut units: Vec<&str> = Vec::new();
        // Numbers with what they count, one after the other: `100号3栋2单元501室`.
        while run < reading.digits.len() && units.len() < 8 {
            let span = &reading.digits[run];
            if span.start != end && !(text[end..span.start] == *"-" || text[end..span.start] == *" ") {
                break;
            }
            let mut after = span.end;
            if reading.at(after).is_ascii_uppercase() {
                after += 1;
            }
            let unit = UNITS.iter().find(|unit| text[after..].starts_with(**unit));
            match unit {
                Some(unit) if span.len() <= 5 => {
                    end = after + unit.len();
                    units.push(*unit);
                }
                // `3-2-501室`: the last counts for all.
                _ if span.len() <= 4 && text[span.end..].starts_with('-') => end = span.end,
                // `88号2301`: a room without its word.
                _ if !units.is_empty() && span.len() <= 4 && span.start == end => {
                    end = span.end;
                    run += 1;
                    break;
                }
                _ => break,
            }
            run += 1;
        }
        if run == first {
            run += 1;
            continue;
        }
        if units.is_empty() {
            continue;
        }
        let Some(begin) = named(text, start, &units) else { continue };
        // `5号线`, `3号门店`: no house.
        if units.len() == 1 && text[end..].starts_with(['线', '门', '机', '店', '位', '球', '台']) {
            continue;
        }
        note(found, PersonalKind::Address, begin..end, Certainty::Likely);
    }
}

/// Where the name begins that stands before the numbers, if it is one of a road or an estate that such numbers follow.
fn named(text: &str, start: usize, units: &[&str]) -> Option<usize> {
    let before = &text[..start];
    let housed = units.len() > 1 || matches!(units[0], "室" | "号楼" | "栋" | "幢");
    let road = ROADS.iter().find(|road| before.ends_with(**road));
    let estate = ESTATES.iter().find(|estate| before.ends_with(**estate));
    let lettered = matches!(units[0], "号" | "號" | "弄" | "号院" | "号楼" | "巷");
    let suffix = match (road, estate) {
        (Some(road), _) if lettered || units.len() > 1 => road,
        (_, Some(estate)) if housed => estate,
        _ => return None,
    };
    let mut begin = start;
    for (at, character) in before.char_indices().rev().take(32) {
        if !is_han(character) && !character.is_ascii_alphanumeric() {
            break;
        }
        let head = &before[..at + character.len_utf8()];
        if start - at > suffix.len() + 3 && BEFORE.iter().any(|word| head.ends_with(word)) {
            break;
        }
        begin = at;
    }
    // A name beside the suffix.
    (start - begin >= suffix.len() + 3).then_some(begin)
}
