//! What a part of a breakdown is called where no user named it: who has no value, all others, who is in a segment or not.

use flywheel_people::segments::{IN, OUT};
use flywheel_spec::product::{Owner, Property};
use flywheel_spec::{Phrase, phrase};

/// The part of one value of a property, or of all values that are not told apart; absent where the value itself says it.
pub(crate) fn title(property: Option<&Property>, value: Option<&str>, rest: bool) -> Option<Phrase> {
    if rest {
        return Some(phrase!("chart.rest"));
    }
    let property = property?;
    match (property.of, value) {
        (_, None) => Some(phrase!("chart.no_value")),
        (Owner::Segment, Some(IN)) => Some(phrase!("chart.in_segment", name = property.name)),
        (Owner::Segment, Some(OUT)) => Some(phrase!("chart.out_of_segment", name = property.name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_no_user_named_are_called_in_both_languages() {
        let (plan, vips) = (Property::of_event("plan"), Property::of_segment("vips"));
        for (property, value, rest, expected) in [
            (Some(&plan), Some("pro"), false, None),
            (Some(&plan), Some("in"), false, None),
            (Some(&plan), None, false, Some(("without a value", "没有取值"))),
            (Some(&plan), None, true, Some(("all others", "其余"))),
            (Some(&vips), Some("in"), false, Some(("in vips", "属于“vips”"))),
            (Some(&vips), Some("out"), false, Some(("not in vips", "不属于“vips”"))),
            (None, None, false, None),
        ] {
            let found = title(property, value, rest);
            let texts = found.as_ref().map(|title| (title.en.as_str(), title.zh.as_str()));
            assert_eq!(texts, expected, "{property:?} {value:?} {rest}");
        }
    }
}
