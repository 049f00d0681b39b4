//! The known name that a mistyped one was probably meant to be.

/// The known name most like `found`, by Jaro–Winkler similarity; equals are settled by the names' order.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&found, &name.to_lowercase());
    known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)).then(b.cmp(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        for (found, expected) in
            [("digit", Some("digits")), ("CHURN", Some("churn")), ("bieks", Some("bikes"))]
        {
            assert_eq!(nearest(found, ["bikes", "churn", "digits"]), expected);
        }
        assert_eq!(nearest("x", []), None);
    }
}
