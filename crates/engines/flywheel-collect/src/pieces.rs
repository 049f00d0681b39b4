//! A JSON text cut at its first level without being understood, so that one event that cannot be read spoils no other.

use std::ops::Range;

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

/// Digits from which on a whole number may not fit 64 bits.
const LONG: usize = 19;

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

/// Puts quotes around whole numbers that 64 bits cannot hold, so that their digits survive.
pub fn quote_long_numbers(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            b'"' => end_of_text(text, at).unwrap_or(text.len()),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(text, at);
                let number = &text[at..end];
                let digits = number.strip_prefix(b"-").unwrap_or(number);
                let written = std::str::from_utf8(number).unwrap_or_default();
                let beyond = digits.len() >= LONG
                    && digits.iter().all(u8::is_ascii_digit)
                    && digits[0] != b'0'
                    && written.parse::<i64>().is_err()
                    && written.parse::<u64>().is_err();
                if beyond {
                    quoted.push(b'"');
                    quoted.extend_from_slice(number);
                    quoted.push(b'"');
                    at = end;
                    continue;
                }
                end
            }
            _ => at + 1,
        };
        quoted.extend_from_slice(&text[at..end]);
        at = end;
    }
    quoted
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

/// The byte behind a text that begins at `at`.
fn end_of_text(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The byte behind a number or word that begins at `at`.
fn end_of_number(text: &[u8], at: usize) -> usize {
    let of_word = |byte: &u8| {
        !matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
    };
    let rest: Range<usize> = at..text.len();
    text[rest].iter().position(|byte| !of_word(byte)).map_or(text.len(), |length| at + length)
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
    fn digits_beyond_64_bits_survive() {
        let text = br#"{"a":123456789012345678901234567890,"b":9007199254740993,"c":"12345678901234567890123","d":-99999999999999999999,"e":18446744073709551615,"f":0.12345678901234567890123}"#;
        assert!(whole(text).expect("whole").long_number);
        let value: serde_json::Value = serde_json::from_slice(&quote_long_numbers(text)).expect("read");
        assert_eq!(value["a"], "123456789012345678901234567890");
        assert_eq!(value["b"], 9_007_199_254_740_993_u64);
        assert_eq!(value["c"], "12345678901234567890123");
        assert_eq!(value["d"], "-99999999999999999999");
        assert_eq!(value["e"], u64::MAX);
        assert!(value["f"].is_f64());
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
            let _ = (whole(&bytes), items(&bytes), members(&bytes), quote_long_numbers(&bytes));
        }
    }
}
