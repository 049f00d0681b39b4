//! A message as a person reads it: without the markup that it came in.

use std::borrow::Cow;

/// The text of a message that may be HTML: tags gone (line breaks and blocks as spaces), scripts and styles left out,
/// entities read. A text without markup comes back as it is; `a < b` is no tag.
pub fn plain(text: &str) -> Cow<'_, str> {
    let marked = text.match_indices('<').any(|(at, _)| tag_at(text, at).is_some());
    let entities = text.contains('&') && text.contains(';');
    if !marked && !entities {
        return Cow::Borrowed(text);
    }
    let mut stripped = String::with_capacity(text.len());
    let mut rest = 0;
    while let Some(at) = text[rest..].find('<').map(|at| at + rest) {
        stripped.push_str(&text[rest..at]);
        let Some((name, end)) = tag_at(text, at) else {
            stripped.push('<');
            rest = at + 1;
            continue;
        };
        if !INLINE.contains(&name.as_str()) {
            stripped.push(' ');
        }
        rest = end;
        if (name == "script" || name == "style") && !text[at..].starts_with("</") {
            let close = format!("</{name}");
            let lower = text[rest..].to_ascii_lowercase();
            rest = lower.find(&close).map_or(text.len(), |at| rest + at);
        }
    }
    stripped.push_str(&text[rest..]);
    let read = html_escape::decode_html_entities(&stripped).into_owned();
    Cow::Owned(read.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Tags that stand inside a word or sentence.
const INLINE: &[&str] = &["b", "i", "u", "em", "strong", "span", "a", "font", "small", "sub", "sup", "code"];

/// The tag or comment that begins at a `<`: its name in lower case, and where it ends.
fn tag_at(text: &str, at: usize) -> Option<(String, usize)> {
    let inside = text.get(at + 1..)?;
    if let Some(comment) = inside.strip_prefix("!--") {
        let end = comment.find("-->").map_or(text.len(), |end| at + 4 + end + 3);
        return Some((String::new(), end));
    }
    let named = inside.strip_prefix('/').unwrap_or(inside);
    let length = named.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(named.len());
    let name = named[..length].to_ascii_lowercase();
    let known = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let after = named[length..].chars().next()?;
    if !known || !(after == '>' || after == '/' || after.is_whitespace()) {
        return None;
    }
    // An opening `<` before the end means that this one was no tag.
    let end = named[length..].find(['>', '<'])? + length;
    named[end..].starts_with('>').then(|| (name, at + 1 + (inside.len() - named.len()) + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (text, expected) in [
            ("no markup, 3 < 5 & fine", "no markup, 3 < 5 & fine"),
            ("<p>It is <b>slow</b>.<br/>Fix&nbsp;it &amp; thanks</p>", "It is slow. Fix it & thanks"),
            ("<script>alert('x')</script>bad<style>p{}</style>", "bad"),
            ("a<!-- hidden -->b", "a b"),
            ("i <3 this", "i <3 this"),
            ("<不是标签>", "<不是标签>"),
            ("a <b", "a <b"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
