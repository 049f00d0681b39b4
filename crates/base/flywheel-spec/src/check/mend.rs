//! Mends what fingers slip on before the parser reads: full-width signs, and quotes and brackets that are left open.
//!
//! A mended text has the lines of the text, so that what is found in it later stands on the right line.

use super::slips::{Advice, Slip, shown};
use crate::phrase;

/// The lines after mending, and what was wrong with them.
pub(super) struct Mended {
    pub lines: Vec<String>,
    pub slips: Vec<Slip>,
    /// True when lines could not be read.
    pub lost: bool,
}

/// Mends a text that does not parse.
pub(super) fn mend(text: &str) -> Mended {
    let mut scan = Scan::default();
    for line in text.split('\n') {
        scan.line(line);
    }
    scan.end();
    Mended { lines: scan.lines, slips: scan.slips, lost: scan.lost }
}

/// The narrow sign for one that only looks like it.
fn narrow(letter: char) -> Option<char> {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0),
        '\u{a0}' | '\u{2002}'..='\u{200d}' | '\u{202f}' | '\u{3000}' | '\u{feff}' => Some(' '),
        '【' | '〔' => Some('['),
        '】' | '〕' => Some(']'),
        '、' => Some(','),
        '。' => Some('.'),
        '–' | '—' | '−' => Some('-'),
        _ => None,
    }
}

/// The quote that stands for a family of quotes; absent for any other sign.
fn quote(letter: char) -> Option<char> {
    match letter {
        '"' | '“' | '”' | '„' | '＂' | '「' | '」' | '『' | '』' => Some('"'),
        '\'' | '‘' | '’' | '＇' => Some('\''),
        _ => None,
    }
}

/// A bracket that waits for its other half.
struct Open {
    bracket: char,
    line: usize,
    character: usize,
}

impl Open {
    fn closing(&self) -> char {
        if self.bracket == '[' { ']' } else { '}' }
    }
}

/// Reads sign by sign and writes the mended lines.
#[derive(Default)]
struct Scan {
    lines: Vec<String>,
    /// Where the content of each mended line ends, its comment and trailing space left out.
    ends: Vec<usize>,
    open: Vec<Open>,
    /// The text over several lines that is under way, with the place where it began.
    long: Option<(&'static str, usize, usize)>,
    slips: Vec<Slip>,
    lost: bool,
}

/// The line under way.
struct Line {
    letters: Vec<char>,
    at: usize,
    out: String,
    end: usize,
    /// Signs that only look right, and where the first stands.
    wide: Vec<char>,
    wide_at: usize,
    /// Brackets of a table's header: opened, closed.
    header: Option<(usize, usize)>,
}

impl Line {
    fn rest_starts(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(step, letter)| self.letters.get(self.at + step) == Some(&letter))
    }

    /// Writes a sign that belongs to the content.
    fn put(&mut self, letter: char) {
        self.out.push(letter);
        if !letter.is_whitespace() {
            self.end = self.out.len();
        }
    }

    fn widely(&mut self, letter: char) {
        if self.wide.is_empty() {
            self.wide_at = self.at;
        }
        if !self.wide.contains(&letter) {
            self.wide.push(letter);
        }
    }
}

impl Scan {
    fn line(&mut self, text: &str) {
        if self.long.is_none() {
            self.close_before(text);
        }
        let mut line = Line {
            letters: text.chars().collect(),
            at: 0,
            out: String::new(),
            end: 0,
            wide: Vec::new(),
            wide_at: 0,
            header: None,
        };
        while let Some(&letter) = line.letters.get(line.at) {
            if let Some((mark, ..)) = self.long {
                self.long_text(&mut line, letter, mark);
            } else if matches!(letter, '#' | '＃') {
                if letter == '＃' {
                    line.widely(letter);
                }
                line.out.push('#');
                line.out.extend(&line.letters[line.at + 1..]);
                break;
            } else if quote(letter).is_some() {
                self.text(&mut line, letter);
            } else {
                let sign = narrow(letter);
                if sign.is_some() {
                    line.widely(letter);
                }
                self.sign(&mut line, sign.unwrap_or(letter));
                line.at += 1;
            }
        }
        self.end_of_line(line);
    }

    /// One sign of a text over several lines.
    fn long_text(&mut self, line: &mut Line, letter: char, mark: &'static str) {
        if line.rest_starts(mark) {
            mark.chars().for_each(|letter| line.put(letter));
            line.at += mark.len();
            self.long = None;
            return;
        }
        line.put(letter);
        line.at += 1;
        if letter == '\\' && mark == "\"\"\"" {
            line.letters.get(line.at).copied().into_iter().for_each(|letter| line.put(letter));
            line.at += 1;
        }
    }

    /// A text in quotes, from its first quote on.
    fn text(&mut self, line: &mut Line, first: char) {
        for mark in ["\"\"\"", "'''"] {
            if line.rest_starts(mark) {
                self.long = Some((mark, self.lines.len(), line.at));
                mark.chars().for_each(|letter| line.put(letter));
                line.at += mark.len();
                return;
            }
        }
        let family = quote(first);
        let narrow_first = matches!(first, '"' | '\'');
        let inside = line.at + 1;
        let same = |letter: char| quote(letter) == family;
        let closing = if narrow_first {
            let own = unescaped(&line.letters, inside, first);
            own.or_else(|| (inside..line.letters.len()).rfind(|&at| same(line.letters[at])))
        } else {
            (inside..line.letters.len()).find(|&at| same(line.letters[at]))
        };
        match closing {
            Some(closing) => match apostrophe(&line.letters, first, closing) {
                Some(last) => self.text_with_apostrophe(line, last),
                None => self.closed_text(line, first, closing),
            },
            None => self.open_text(line, first),
        }
    }

    fn closed_text(&mut self, line: &mut Line, first: char, closing: usize) {
        let last = line.letters[closing];
        let inside: String = line.letters[line.at + 1..closing].iter().collect();
        let strange = |letter: &char| !matches!(letter, '"' | '\'');
        // A path that ends in a backslash takes its own quote for a letter.
        let path = first == '"' && last == '"' && inside.ends_with('\\') && !inside.ends_with("\\\\");
        if path {
            let found = format!("\"{inside}\"");
            self.slip(line.at, phrase!("check.slip_backslash_last", found = shown(&found)), Advice::Line);
        }
        let at = line.at;
        for (place, letter) in [(at, first), (closing, last)] {
            if strange(&letter) {
                line.at = place;
                line.widely(letter);
            }
        }
        let mark = if path || (first == '\'' && last == '\'') { '\'' } else { '"' };
        line.put(mark);
        inside.chars().for_each(|letter| line.put(letter));
        line.put(mark);
        line.at = closing + 1;
    }

    /// `'it's'`: the text was meant to end at its last quote.
    fn text_with_apostrophe(&mut self, line: &mut Line, last: usize) {
        let inside: String = line.letters[line.at + 1..last].iter().collect();
        let found = shown(&format!("'{inside}'"));
        self.slip(line.at, phrase!("check.slip_apostrophe", found = found), Advice::Line);
        let text = format!("\"{}\"", inside.replace('\\', "\\\\").replace('"', "\\\""));
        text.chars().for_each(|letter| line.put(letter));
        line.at = last + 1;
    }

    /// A text whose second quote is missing: it ends where the content of the line does.
    fn open_text(&mut self, line: &mut Line, first: char) {
        let letters = &line.letters[line.at + 1..];
        let comment = (1..letters.len()).find(|&at| letters[at] == '#' && letters[at - 1].is_whitespace());
        let mut length = comment.unwrap_or(letters.len());
        let within = !self.open.is_empty() || line.header.is_some();
        while length > 0 {
            let last = letters[length - 1];
            if last.is_whitespace() || (within && matches!(last, ',' | ']' | '}')) {
                length -= 1;
            } else {
                break;
            }
        }
        let inside: String = letters[..length].iter().collect();
        let found = shown(&format!("{first}{inside}"));
        self.slip(line.at, phrase!("check.slip_open_text", found = found), Advice::Line);
        let mark = if first == '\'' { '\'' } else { '"' };
        line.put(mark);
        inside.chars().for_each(|letter| line.put(letter));
        line.put(mark);
        line.at += 1 + length;
    }

    /// A sign outside of texts and comments.
    fn sign(&mut self, line: &mut Line, sign: char) {
        match sign {
            '[' if self.open.is_empty() && line.end == 0 => {
                line.header = Some((1, 0));
                line.put(sign);
            }
            '[' if line.header == Some((1, 0)) && line.out.trim() == "[" => {
                line.header = Some((2, 0));
                line.put(sign);
            }
            ']' if self.open.is_empty() && line.header.is_some_and(|(opened, closed)| closed < opened) => {
                line.header = line.header.map(|(opened, closed)| (opened, closed + 1));
                line.put(sign);
            }
            '[' | '{' => {
                self.close_neighbour(line, sign);
                self.open.push(Open { bracket: sign, line: self.lines.len(), character: line.at });
                line.put(sign);
            }
            ']' | '}' => self.closing(line, sign),
            _ => line.put(sign),
        }
    }

    /// A `{` that follows another one's settings says that the other was left open.
    fn close_neighbour(&mut self, line: &mut Line, sign: char) {
        let before = if line.end > 0 { &line.out[..line.end] } else { self.content_before() };
        let value = before.ends_with(['=', '[', ':', '(']);
        let inside_table = self.open.last().is_some_and(|open| open.bracket == '{');
        if sign != '{' || !inside_table || value || before.ends_with('{') {
            return;
        }
        let Some(open) = self.open.pop() else { return };
        let number = if line.end > 0 { self.lines.len() } else { self.last_content() };
        self.left_open(&open, number);
        let comma = before_comma(if line.end > 0 { &line.out[..line.end] } else { self.content_before() });
        if line.end > 0 {
            line.out.insert_str(comma.0, comma.1);
            line.end += comma.1.len();
        } else if let Some(last) = self.lines.get_mut(number) {
            last.insert_str(comma.0, comma.1);
            self.ends[number] += comma.1.len();
        }
    }

    fn closing(&mut self, line: &mut Line, sign: char) {
        let fits = |open: &Open| open.closing() == sign;
        if !self.open.iter().any(fits) {
            let message = phrase!("check.slip_surplus_bracket", found = sign);
            self.slip(line.at, message, Advice::Line);
            return;
        }
        while self.open.last().is_some_and(|open| !fits(open)) {
            let Some(open) = self.open.pop() else { break };
            let here = line.end > 0;
            let number = if here { self.lines.len() } else { self.last_content() };
            self.left_open(&open, number);
            if here {
                line.out.insert(line.end, open.closing());
                line.end += 1;
            } else {
                self.append(number, open.closing());
            }
        }
        self.open.pop();
        line.put(sign);
    }

    fn end_of_line(&mut self, mut line: Line) {
        let number = self.lines.len();
        if let Some((opened, closed)) = line.header.filter(|(opened, closed)| closed < opened) {
            let found = shown(&line.out[..line.end]);
            line.out.insert_str(line.end, &"]".repeat(opened - closed));
            line.end += opened - closed;
            self.slip(0, phrase!("check.slip_open_header", found = found), Advice::Line);
        }
        if !line.wide.is_empty() {
            let found: Vec<String> = line.wide.iter().map(|&letter| named(letter)).collect();
            self.slip(line.wide_at, phrase!("check.slip_wide", found = found.join(" ")), Advice::Line);
        }
        debug_assert_eq!(number, self.lines.len());
        self.lines.push(line.out);
        self.ends.push(line.end);
    }

    /// Closes what is open before a line that can only stand outside of it.
    fn close_before(&mut self, text: &str) {
        let header = is_header(text);
        let setting = is_setting(text);
        while let Some(open) = self.open.last() {
            let mid_table = open.bracket == '{' && self.content_before().ends_with(['{', ',']);
            if !header && (!setting || mid_table) {
                return;
            }
            self.close_last();
        }
    }

    fn end(&mut self) {
        while !self.open.is_empty() {
            self.close_last();
        }
        if let Some((mark, line, character)) = self.long.take() {
            let message = phrase!("check.slip_open_long", mark = mark);
            let advice = Advice::Says(phrase!("check.slip_open_long_advice", mark = mark));
            self.slips.push(Slip { line, character, message, advice });
            let first = &mut self.lines[line];
            first.truncate(first.trim_end().len());
            first.push_str(mark);
            // What follows may belong to the text or not.
            self.lines[line + 1..].iter_mut().for_each(String::clear);
            self.lost = true;
        }
    }

    fn close_last(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let number = self.last_content();
        self.left_open(&open, number);
        self.append(number, open.closing());
    }

    fn left_open(&mut self, open: &Open, number: usize) {
        let message = phrase!("check.slip_open_bracket", found = open.bracket);
        let advice = phrase!("check.slip_open_bracket_advice", wanted = open.closing(), line = number + 1);
        let (line, character) = (open.line, open.character);
        self.slips.push(Slip { line, character, message, advice: Advice::Says(advice) });
    }

    /// The last line so far that holds more than space and comments.
    fn last_content(&self) -> usize {
        self.ends.iter().rposition(|&end| end > 0).unwrap_or(0)
    }

    fn content_before(&self) -> &str {
        let number = self.last_content();
        self.lines.get(number).map_or("", |line| &line[..self.ends[number]])
    }

    fn append(&mut self, number: usize, sign: char) {
        let Some(line) = self.lines.get_mut(number) else { return };
        line.insert(self.ends[number], sign);
        self.ends[number] += sign.len_utf8();
    }

    fn slip(&mut self, character: usize, message: crate::Phrase, advice: Advice) {
        self.slips.push(Slip { line: self.lines.len(), character, message, advice });
    }
}

/// Where the closing of a table goes that a neighbour follows: before the comma that parts them, or with one.
fn before_comma(content: &str) -> (usize, &'static str) {
    match content.strip_suffix(',') {
        Some(rest) => (rest.len(), "}"),
        None => (content.len(), "},"),
    }
}

/// The last quote of a line, where the one found first is an apostrophe: letters stand around it.
fn apostrophe(letters: &[char], first: char, closing: usize) -> Option<usize> {
    let letter =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphabetic());
    let within = first == '\'' && letter(closing.checked_sub(1)) && letter(Some(closing + 1));
    let last = letters.iter().rposition(|&letter| letter == '\'')?;
    (within && last > closing).then_some(last)
}

/// The next quote that no backslash takes for a letter.
fn unescaped(letters: &[char], from: usize, mark: char) -> Option<usize> {
    let mut at = from;
    while let Some(&letter) = letters.get(at) {
        match letter {
            '\\' if mark == '"' => at += 2,
            _ if letter == mark => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// True for a line such as `[train]` or `[[network]]`, as against a list within a list.
fn is_header(text: &str) -> bool {
    let text = text.split('#').next().unwrap_or_default().trim();
    let Some(inside) = text.strip_prefix('[').map(|rest| rest.trim_start_matches('[')) else { return false };
    let Some(inside) = inside.strip_suffix(']').map(|rest| rest.trim_end_matches(']')) else { return false };
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\'');
    inside.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && inside.chars().all(word)
        && !matches!(inside, "true" | "false" | "inf" | "nan")
}

/// True for a line that begins with a name and `=`.
fn is_setting(text: &str) -> bool {
    let Some((name, _)) = text.split_once(['=', '＝']) else { return false };
    let name = name.trim();
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\'');
    !name.is_empty() && name.chars().all(word)
}

/// A sign as a person can recognise it.
fn named(letter: char) -> String {
    if letter.is_whitespace() || narrow(letter) == Some(' ') {
        format!("`U+{:04X}`", u32::from(letter))
    } else {
        format!("`{letter}`")
    }
}
