//! A JSON text cut at its first level without being understood, so that one event that cannot be read spoils no other.

use std::borrow::Cow;

use flywheel_people::digits::{LONG, end_of_number, end_of_text};
use serde_json::Value;

/// One value inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// Its bytes, without blanks around them.
    pub text: &'t [u8],
    /// How deeply lists and objects lie in each other; 0 for a plain value.
    pub depth: u32,
    /// True when a whole number of 19 digits or more stands in it.
    pub long_number: bool,
}

/// A text that is not cut: it does not end where it should, or something follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The byte where that was found.
    pub at: usize,
}

/// The whole text as one piece.
pub fn whole(text: &[u8]) -> Result<Piece<'_>, Broken> {
    let mut cutter = Cutter { text, at: 0 };
    let piece = cutter.value()?;
    cutter.end()?;
    Ok(piece)
}

/// The items of a list.
pub fn items(text: &[u8]) -> Result<Vec<Piece<'_>>, Broken> {
    let mut cutter = Cutter { text, at: 0 };
    cutter.expect(b'[')?;
    let mut items = Vec::new();
    if cutter.next_is(b']') {
        cutter.end()?;
        return Ok(items);
    }
    loop {
        items.push(cutter.value()?);
        if cutter.next_is(b']') {
            cutter.end()?;
            return Ok(items);
        }
        cutter.expect(b',')?;
    }
}

/// The members of an object, each with its name; a name that is not text is left empty.
pub fn members(text: &[u8]) -> Result<Vec<(String, Piece<'_>)>, Broken> {
    let mut cutter = Cutter { text, at: 0 };
    cutter.expect(b'{')?;
    let mut members = Vec::new();
    if cutter.next_is(b'}') {
        cutter.end()?;
        return Ok(members);
    }
    loop {
        cutter.blanks();
        if cutter.peek() != Some(b'"') {
            return Err(cutter.broken());
        }
        let name = cutter.value()?;
        let name = serde_json::from_slice(name.text).unwrap_or_default();
        cutter.expect(b':')?;
        members.push((name, cutter.value()?));
        if cutter.next_is(b'}') {
            cutter.end()?;
            return Ok(members);
        }
        cutter.expect(b',')?;
    }
}

/// An object's text with one text member more, which stands for any of its name before it; what is no object stays.
pub fn with_member<'t>(text: &'t [u8], name: &str, value: &str) -> Cow<'t, [u8]> {
    let Some(open) = text.strip_suffix(b"}") else { return Cow::Borrowed(text) };
    let comma = if open.trim_ascii() == b"{" { "" } else { "," };
    let member = format!("{comma}{}:{}}}", Value::from(name), Value::from(value));
    Cow::Owned([open, member.as_bytes()].concat())
}

struct Cutter<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cutter<'t> {
    fn value(&mut self) -> Result<Piece<'t>, Broken> {
        self.blanks();
        let start = self.at;
        let (mut open, mut depth, mut long_number) = (0_u32, 0_u32, false);
        loop {
            match self.peek() {
                None => return Err(self.broken()),
                Some(b'{' | b'[') => {
                    open += 1;
                    depth = depth.max(open);
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    // Which bracket closes which is the reader's to say; here only the end is looked for.
                    open = open.checked_sub(1).ok_or(self.broken())?;
                    self.at += 1;
                }
                Some(b'"') => self.at = end_of_text(self.text, self.at).ok_or(self.broken())?,
                Some(b',' | b':') if open == 0 => return Err(self.broken()),
                Some(b',' | b':' | b' ' | b'\t' | b'\n' | b'\r') => {
                    self.at += 1;
                    continue;
                }
                Some(_) => {
                    let end = end_of_number(self.text, self.at).max(self.at + 1);
                    long_number |= end - self.at >= LONG;
                    self.at = end;
                }
            }
            if open == 0 {
                return Ok(Piece { text: &self.text[start..self.at], depth, long_number });
            }
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.blanks();
        if self.at == self.text.len() { Ok(()) } else { Err(self.broken()) }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.next_is(byte) { Ok(()) } else { Err(self.broken()) }
    }

    fn next_is(&mut self, byte: u8) -> bool {
        self.blanks();
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn broken(&self) -> Broken {
        Broken { at: self.at }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(pieces: &[Piece<'_>]) -> Vec<String> {
        pieces.iter().map(|piece| String::from_utf8_lossy(piece.text).into_owned()).collect()
    }

    #[test]
    fn a_list_is_cut_whatever_its_items_are() {
        let cut = items(b" [ {\"a\": [1, \"]}\\\"\"]} , 2.5,null , \"\xff\", [] ]\n").expect("cut");
        assert_eq!(texts(&cut)[..3], ["{\"a\": [1, \"]}\\\"\"]}", "2.5", "null"]);
        assert_eq!(cut.len(), 5);
        assert_eq!((cut[0].depth, cut[1].depth, cut[4].depth), (2, 0, 1));
        assert_eq!(items(b"[]"), Ok(vec![]));
    }

    #[test]
    fn an_object_is_cut_with_its_names() {
        let cut = members(b"{\"api_key\":\"k\", \"b\\u0061tch\" :[{}],\"n\": NaN}").expect("cut");
        let names: Vec<&str> = cut.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["api_key", "batch", "n"]);
        assert_eq!(cut[2].1.text, b"NaN");
    }

    #[test]
    fn what_does_not_end_is_not_cut() {
        for text in
            ["", "[", "[1", "[1,", "[1,]", "[1 2]", "[\"a]", "[1]x", "]", "{", "{\"a\"}", "{a:1}", "[\"\\"]
        {
            assert!(items(text.as_bytes()).is_err(), "{text}");
            assert!(members(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[".repeat(5_000_000);
        assert!(items(deep.as_bytes()).is_err(), "a deep text needs no deep stack");
    }

    #[test]
    fn a_member_that_is_added_stands_for_one_before_it() {
        for (text, whole) in [
            ("{}", "{\"type\":\"track\"}"),
            ("{ }", "{ \"type\":\"track\"}"),
            ("{\"a\":1}", "{\"a\":1,\"type\":\"track\"}"),
            ("[1]", "[1]"),
        ] {
            assert_eq!(String::from_utf8_lossy(&with_member(text.as_bytes(), "type", "track")), whole);
        }
        let twice = with_member(b"{\"type\":null}", "type", "track");
        let read: serde_json::Value = serde_json::from_slice(&twice).expect("JSON");
        assert_eq!(read, serde_json::json!({"type": "track"}));
    }

    #[test]
    fn a_long_number_is_noticed() {
        assert!(whole(br#"{"a":123456789012345678901234567890}"#).expect("whole").long_number);
        assert!(!whole(br#"{"a":9007199254740993}"#).expect("whole").long_number);
    }

    proptest! {
        #[test]
        fn every_list_is_cut_into_its_items(values in proptest::collection::vec(proptest::prelude::any::<(i64, String, bool)>(), 0..8)) {
            let values: Vec<serde_json::Value> = values.into_iter().map(|(number, text, flag)| serde_json::json!({"n": number, &text: [text, flag, {}]})).collect();
            let text = serde_json::to_vec_pretty(&values).expect("text");
            let cut = items(&text).expect("cut");
            let read: Vec<serde_json::Value> = cut.iter().map(|piece| serde_json::from_slice(piece.text).expect("JSON")).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn any_bytes_are_cut_or_not_without_a_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = (whole(&bytes), items(&bytes), members(&bytes));
        }
    }
}
