//! What a line that does not parse was meant to be: YAML's, Python's and the shell's ways put into TOML's.

use std::ops::Range;

use crate::{Phrase, phrase};

/// A mistake of a line, and how the line reads without it.
pub(super) struct Slip {
    /// From 0.
    pub line: usize,
    /// From 0.
    pub character: usize,
    pub message: Phrase,
    pub advice: Advice,
}

/// What to do about a slip.
pub(super) enum Advice {
    /// To write the line as it was mended.
    Line,
    /// Something else.
    Says(Phrase),
}

/// A slip that the parser stumbled over.
pub(super) struct Found {
    pub slip: Slip,
    /// The line that the slip stands on as it should be; empty when it is taken out.
    pub mended: String,
    /// True when a setting went with it.
    pub lost: bool,
}

/// Where the parser stumbled, and why.
pub(super) struct Stumble<'t> {
    pub lines: &'t [String],
    /// The line, from 0.
    pub number: usize,
    /// Bytes of the line.
    pub span: Range<usize>,
    /// In the parser's words.
    pub reason: &'t str,
}

/// How the parser's reasons begin where a value is no value.
const VALUES: [&str; 6] = [
    "string values must be quoted",
    "invalid boolean",
    "invalid float",
    "invalid mantissa",
    "invalid fraction",
    "unexpected leading zero",
];

/// What was meant where the parser stumbled, if that can be told.
pub(super) fn meant(stumble: &Stumble<'_>) -> Option<Found> {
    let reason = stumble.reason;
    if reason == "duplicate key" {
        return Some(stumble.twice());
    }
    stumble.comment().or_else(|| match reason {
        _ if reason.starts_with("key with no value") => stumble.no_equals(),
        _ if reason.starts_with("missing assignment") => stumble.colon_inside(),
        _ if reason.starts_with("invalid unquoted key") => stumble.key(),
        _ if reason.starts_with("missing comma") => stumble.comma(stumble.span.start),
        _ if reason.starts_with("extra assignment") => stumble.comma_before_key(),
        _ if reason.starts_with("unexpected key or value") => stumble.after_value(),
        _ if reason.starts_with("extra `=`") => stumble.double_equals(),
        _ if reason.contains("escape") || reason.contains("unicode") => stumble.backslash(),
        _ if VALUES.iter().any(|begins| reason.starts_with(begins)) => stumble.value(),
        _ => None,
    })
}

/// A piece of a text, cut where it grows too long to be shown.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 90;
    let text = text.trim();
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

impl Stumble<'_> {
    fn line(&self) -> &str {
        self.lines[self.number].trim_end_matches('\r')
    }

    /// The line up to its comment. A `#` within quotes is none, and quotes that are open by now are odd.
    fn content(&self) -> &str {
        let line = self.line();
        let mut open = None;
        for (at, letter) in line.char_indices() {
            match (open, letter) {
                (None, '#') => return line[..at].trim_end(),
                (None, '"' | '\'') => open = Some(letter),
                (Some(mark), letter) if mark == letter => open = None,
                _ => {}
            }
        }
        line.trim_end()
    }

    fn found(&self, at: usize, message: Phrase, mended: String) -> Found {
        let character = self.line().get(..at).map_or(0, |before| before.chars().count());
        let slip = Slip { line: self.number, character, message, advice: Advice::Line };
        Found { slip, mended, lost: false }
    }

    /// The line with a piece of it replaced.
    fn with(&self, piece: Range<usize>, by: &str) -> String {
        let mut line = self.line().to_owned();
        line.replace_range(piece, by);
        line
    }

    fn indent(&self) -> usize {
        self.line().len() - self.line().trim_start().len()
    }

    fn comment(&self) -> Option<Found> {
        let indent = self.indent();
        let rest = &self.line()[indent..];
        let mark = ["//", "--", "/*", ";", "%"].into_iter().find(|mark| rest.starts_with(mark))?;
        let text = rest.trim_start_matches(mark).trim();
        Some(self.found(indent, phrase!("check.slip_comment", found = mark), format!("# {text}")))
    }

    /// `name: value`, `name value`, `two words = value`, or a name alone.
    fn no_equals(&self) -> Option<Found> {
        let content = self.content();
        let indent = self.indent();
        let colon = content.find(':').filter(|&colon| {
            let before = &content[..colon];
            !before.contains('=') && !before.trim().is_empty()
        });
        if let Some(colon) = colon {
            let name = key_text(&content[indent..colon]);
            let value = content[colon + 1..].trim_start_matches('=').trim();
            let comment = &self.line()[content.len()..];
            let mended = match value {
                "" => format!("[{name}]{comment}"),
                value => format!("{}{name} = {value}{comment}", &content[..indent]),
            };
            let message = phrase!("check.slip_colon", name = shown(&name));
            return Some(self.found(colon, message, mended));
        }
        let (name, rest) = match content.split_once('=') {
            Some((name, _)) => (name.trim(), None),
            None => match content[indent..].split_once(char::is_whitespace) {
                Some((name, rest)) => (name, Some(rest.trim())),
                None => (content.trim(), None),
            },
        };
        let has_equals = content.contains('=');
        match rest {
            _ if name.is_empty() => None,
            _ if has_equals => Some(self.quoted_key(indent, name)),
            Some(value) => {
                let comment = &self.line()[content.len()..];
                let mended = format!("{}{} = {value}{comment}", &content[..indent], key_text(name));
                Some(self.found(indent, phrase!("check.slip_no_equals", name = shown(name)), mended))
            }
            None => Some(self.no_value(indent, name)),
        }
    }

    fn no_value(&self, at: usize, name: &str) -> Found {
        let mut found = self.found(at, phrase!("check.slip_no_value", name = shown(name)), String::new());
        found.slip.advice = Advice::Says(phrase!("check.slip_no_value_advice"));
        found.lost = true;
        found
    }

    /// A name that can only stand in quotes, or that was meant with `_` between its words.
    fn quoted_key(&self, at: usize, name: &str) -> Found {
        let quoted = format!("\"{}\"", name.trim_matches(['"', '\'']));
        let message = phrase!("check.slip_key", name = shown(name));
        let mut found = self.found(at, message, self.with(at..at + name.len(), &quoted));
        if name.is_ascii() && name.contains(' ') && !name.contains(['"', '\'']) {
            let joined = name.split_whitespace().collect::<Vec<_>>().join("_");
            let advice = phrase!("check.slip_key_advice", joined = joined, quoted = quoted);
            found.slip.advice = Advice::Says(advice);
        }
        found
    }

    fn key(&self) -> Option<Found> {
        let start = self.span.start;
        let rest = self.line().get(start..)?;
        let end = rest.find(['.', '=', ']', ',', '}', ' ', '\t', ':']).unwrap_or(rest.len());
        (end > 0).then(|| self.quoted_key(start, &rest[..end]))
    }

    /// `{ name: value }`.
    fn colon_inside(&self) -> Option<Found> {
        let before = self.line().get(..=self.span.start).or_else(|| self.line().get(..self.span.start))?;
        let colon = before.rfind(':')?;
        let name = before[..colon].trim_end();
        let start = name.rfind(['{', ',']).map_or(0, |mark| mark + 1);
        let name = shown(&key_text(&name[start..]));
        let mended = self.with(colon..colon + 1, " =");
        Some(self.found(colon, phrase!("check.slip_colon", name = name), mended))
    }

    /// A comma that is missing before a place; at a line's beginning it is missing on the line before.
    fn comma(&self, at: usize) -> Option<Found> {
        let before = self.line().get(..at)?.trim_end();
        if !before.is_empty() {
            let message = phrase!("check.slip_comma", found = last_piece(before));
            return Some(self.found(before.len(), message, self.with(before.len()..before.len(), ",")));
        }
        let number = (0..self.number).rev().find(|&number| {
            let line = self.lines[number].trim();
            !line.is_empty() && !line.starts_with('#')
        })?;
        let earlier = Stumble { number, span: 0..0, ..*self };
        let end = earlier.content().len();
        let message = phrase!("check.slip_comma", found = last_piece(&earlier.content()[..end]));
        Some(earlier.found(end, message, earlier.with(end..end, ",")))
    }

    fn comma_before_key(&self) -> Option<Found> {
        let before = self.line().get(..self.span.start)?.trim_end().trim_end_matches('=').trim_end();
        let key = before.rfind(char::is_whitespace)?;
        self.comma(key)
    }

    /// What follows a value that was complete.
    fn after_value(&self) -> Option<Found> {
        let content = self.content();
        let at = self.span.start.min(content.len());
        let (before, rest) = (content.get(..at)?, content.get(at..)?.trim());
        // Of `a = 1 b = 2` the parser takes `1 b` for one value.
        let at = match rest.starts_with('=') {
            true => before.trim_end().rfind(char::is_whitespace)? + 1,
            false => at,
        };
        let (before, rest) = (content.get(..at)?, content.get(at..)?.trim());
        let value_at = before.find('=').map_or(0, |equals| equals + 1);
        let value_at = value_at + before[value_at..].len() - before[value_at..].trim_start().len();
        let value = content[value_at..].trim_end();
        if value.starts_with('(') && value.ends_with(')') {
            let list = format!("[{}]", value[1..value.len() - 1].trim().trim_end_matches(','));
            let message = phrase!("check.slip_list", found = shown(value));
            return Some(self.found(value_at, message, self.with(value_at..content.len(), &list)));
        }
        if let Some(plain) = number(value) {
            let message = phrase!("check.slip_number", found = shown(value));
            return Some(self.found(value_at, message, self.with(value_at..content.len(), &plain)));
        }
        let message = phrase!("check.slip_surplus", found = shown(rest));
        let mut found = self.found(at, message, self.with(at..content.len(), ""));
        if rest.starts_with(['"', '\'']) && before.contains('=') {
            found.mended =
                self.with(value_at..content.len(), &format!("[{}, {rest}]", before[value_at..].trim()));
        } else if !matches!(rest, "," | ";") {
            found.slip.advice = Advice::Says(phrase!("check.slip_surplus_advice"));
            found.lost = true;
        }
        Some(found)
    }

    fn double_equals(&self) -> Option<Found> {
        let message = phrase!("check.slip_double_equals", found = "==");
        let mended = self.with(self.span.clone(), "");
        Some(self.found(self.span.start.checked_sub(1)?, message, mended))
    }

    /// A path such as `"C:\data"`: in double quotes a backslash begins an escape.
    fn backslash(&self) -> Option<Found> {
        let line = self.line();
        let start = line.get(..self.span.start)?.rfind('"')?;
        let end = start + 1 + line[start + 1..].find('"')?;
        let inside = &line[start + 1..end];
        let escape = line[..self.span.start].rfind('\\')?;
        let found: String = line[escape..].chars().take(2).collect();
        let mark = if inside.contains('\'') { None } else { Some(format!("'{inside}'")) };
        let mended = mark.unwrap_or_else(|| format!("\"{}\"", inside.replace('\\', "\\\\")));
        let message = phrase!("check.slip_backslash", found = found);
        Some(self.found(escape, message, self.with(start..end + 1, &mended)))
    }

    /// A value that is no TOML: a text without quotes, another language's words, a number written otherwise.
    fn value(&self) -> Option<Found> {
        let content = self.content();
        let piece = self.piece(content)?;
        let found = &content[piece.clone()];
        if found.is_empty() {
            let name = content.trim().trim_end_matches('=').trim();
            let alone = content.ends_with('=') && !name.is_empty();
            return alone.then(|| self.no_value(self.indent(), name));
        }
        let at = piece.start;
        if let Some(value) = found.strip_prefix('>') {
            let arrow = content[..at].rfind('=')?;
            let message = phrase!("check.slip_double_equals", found = "=>");
            return Some(self.found(arrow, message, self.with(piece.clone(), value)));
        }
        for mark in [" //", " --", " ;"] {
            if let Some(comment) = found.find(mark) {
                let message = phrase!("check.slip_comment", found = mark.trim());
                let mended = self.with(at + comment + 1..at + comment + mark.len(), "#");
                return Some(self.found(at + comment + 1, message, mended));
            }
        }
        if let Some(value) = found.strip_suffix(';') {
            let message = phrase!("check.slip_surplus", found = ";");
            return Some(self.found(at + value.len(), message, self.with(piece, value.trim_end())));
        }
        if matches!(found, "None" | "none" | "null" | "NULL" | "Null" | "nil" | "undefined" | "NaN" | "NA") {
            return Some(self.nothing(piece, content));
        }
        if let Some(truth) = truth(found) {
            let message = phrase!("check.slip_truth", found = found);
            let mut slip = self.found(at, message, self.with(piece, truth));
            if !found.eq_ignore_ascii_case(truth) {
                // `yes` may be a label of the data.
                slip.slip.advice =
                    Advice::Says(phrase!("check.slip_truth_advice", truth = truth, found = found));
            }
            return Some(slip);
        }
        if let Some(plain) = number(found) {
            let message = phrase!("check.slip_number", found = found);
            return Some(self.found(at, message, self.with(piece, &plain)));
        }
        let numbers: Vec<&str> = found.split_whitespace().collect();
        if numbers.len() > 1 && numbers.iter().all(|piece| piece.parse::<f64>().is_ok()) {
            let message = phrase!("check.slip_comma", found = numbers[0]);
            let mended = self.with(piece, &numbers.join(", "));
            return Some(self.found(at + numbers[0].len(), message, mended));
        }
        if !self.reason.starts_with("string values") && !found.contains(|letter: char| letter.is_alphabetic())
        {
            return None;
        }
        let literal = found.contains(['\\', '"']) && !found.contains('\'');
        let mark = if literal { '\'' } else { '"' };
        let text = if literal { found.to_owned() } else { found.replace('\\', "\\\\").replace('"', "\\\"") };
        let message = phrase!("check.slip_bare_text", found = shown(found));
        Some(self.found(at, message, self.with(piece, &format!("{mark}{text}{mark}"))))
    }

    /// The value that the parser stumbled over, from its first letter to its last.
    fn piece(&self, content: &str) -> Option<Range<usize>> {
        let start = self.span.start.min(content.len());
        let end = self.span.end.clamp(start, content.len());
        content.get(start..end)?;
        let bounds = ['=', ',', '[', ']', '{', '}', ' ', '\t'];
        let first = content[..start].rfind(bounds).map_or(0, |mark| mark + 1);
        let last = content[end..].find([',', ']', '}']).map_or(content.len(), |mark| end + mark);
        let piece = &content[first..last];
        Some(first..first + piece.trim_end().len())
    }

    fn nothing(&self, piece: Range<usize>, content: &str) -> Found {
        let found = &content[piece.clone()];
        let message = phrase!("check.slip_nothing", found = found);
        let alone = content.trim_start().find('=').is_some_and(|_| piece.end == content.len());
        let mended = if alone { String::new() } else { self.with(piece.clone(), "\"\"") };
        let mut found = self.found(piece.start, message, mended);
        found.slip.advice = Advice::Says(phrase!("check.slip_nothing_advice"));
        found
    }

    /// A name or a table that is there already.
    fn twice(&self) -> Found {
        let line = self.content().trim().to_owned();
        let header = line.strip_prefix('[').map(|rest| rest.trim_matches(['[', ']']).trim().to_owned());
        let name = match &header {
            Some(header) => header.clone(),
            None => line.split('=').next().unwrap_or_default().trim().to_owned(),
        };
        let mut found =
            self.found(self.indent(), phrase!("check.slip_twice", name = shown(&name)), String::new());
        if let Some(first) = self.first_of(&name, header.is_some()) {
            found.slip.message = phrase!("check.slip_twice_after", name = shown(&name), line = first + 1);
        }
        found.slip.advice = Advice::Says(match header {
            Some(_) => phrase!("check.slip_twice_table_advice"),
            None => phrase!("check.slip_twice_advice"),
        });
        if header.is_some() {
            // Its settings are read as those of a table that nobody knows.
            found.mended = format!("[again-{}]", self.number + 1);
            found.lost = true;
        }
        found
    }

    /// The line that the name stood on first: of a setting, in the same table.
    fn first_of(&self, name: &str, header: bool) -> Option<usize> {
        let is_header = |line: &str| line.trim_start().starts_with('[');
        let mut table = String::new();
        let mut first = None;
        for (number, line) in self.lines[..self.number].iter().enumerate() {
            if is_header(line) {
                table = line
                    .split('#')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .trim_matches(['[', ']'])
                    .trim()
                    .to_owned();
                if header && table == name {
                    return Some(number);
                }
                first = None;
                continue;
            }
            let Some((key, _)) = line.split_once('=') else { continue };
            let path =
                if table.is_empty() { key.trim().to_owned() } else { format!("{table}.{}", key.trim()) };
            if header && path == name {
                return Some(number);
            }
            if !header && key.trim() == name && first.is_none() {
                first = Some(number);
            }
        }
        first
    }
}

/// A name as it may stand before `=`.
fn key_text(name: &str) -> String {
    let name = name.trim();
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if name.starts_with(['"', '\'']) || name.chars().all(bare) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

/// What stands at the end of a text, for a message.
fn last_piece(text: &str) -> String {
    let start = text.trim_end().rfind([' ', '[', '{', ',']).map_or(0, |mark| mark + 1);
    let piece = &text[start..];
    if piece.is_empty() { shown(text) } else { shown(piece) }
}

fn truth(found: &str) -> Option<&'static str> {
    match found.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        _ => None,
    }
}

/// A number as TOML writes it, for one that is written otherwise: `1,000`, `.5`, `5.`, `007`, `10%`.
fn number(found: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (sign, size) = match found.strip_prefix(['-', '+']) {
        Some(size) => (&found[..1], size),
        None => ("", found),
    };
    if let Some(share) = size.strip_suffix('%') {
        let share: f64 = share.trim().parse().ok()?;
        return Some(format!("{sign}{}", share / 100.0));
    }
    let groups: Vec<&str> = size.split(',').collect();
    let (first, rest) = groups.split_first()?;
    if !rest.is_empty()
        && first.len() <= 3
        && digits(first)
        && rest.iter().all(|group| group.len() == 3 && digits(group))
    {
        return Some(format!("{sign}{}", groups.concat()));
    }
    let (whole, part) = size.split_once('.').unwrap_or((size, ""));
    let fits = (whole.is_empty() || digits(whole)) && (part.is_empty() || digits(part));
    if !fits || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole.trim_start_matches('0') };
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if size.contains('.') {
        format!("{sign}{whole}.{}", if part.is_empty() { "0" } else { part })
    } else {
        format!("{sign}{whole}")
    })
}
