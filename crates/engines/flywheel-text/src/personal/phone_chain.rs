//! The digits of a telephone's number as people write them: in groups, with blanks, dashes, dots and parentheses.

use super::reading::Reading;

/// Groups of digits that may be one number.
#[derive(Clone, Default)]
pub(super) struct Chain {
    /// All digits.
    pub digits: Vec<u8>,
    /// How long each group is.
    pub groups: Vec<usize>,
    /// What joins each group to the one before: a blank, a dash, a dot, or `(` for anything with parentheses.
    pub joints: Vec<u8>,
    /// A plus stands before it.
    pub plus: bool,
    /// A parenthesis opens before its first digit.
    pub parenthesis: bool,
    /// Where it begins, plus and parenthesis included.
    pub start: usize,
    /// Where each group ends.
    pub ends: Vec<usize>,
}

const MOST_GROUPS: usize = 7;
const MOST_DIGITS: usize = 18;

impl Chain {
    /// The longest chain that begins with a run of digits.
    pub fn of(reading: &Reading<'_>, first: usize) -> Self {
        let bytes = reading.bytes();
        let mut chain = Self { start: reading.digits[first].start, ..Self::default() };
        if reading.before(chain.start) == b'+' {
            chain.plus = true;
            chain.start -= 1;
        }
        if reading.before(chain.start) == b'(' {
            chain.parenthesis = true;
            chain.start -= 1;
            if !chain.plus && reading.before(chain.start) == b'+' {
                chain.plus = true;
                chain.start -= 1;
            }
        }
        for run in first..reading.digits.len().min(first + MOST_GROUPS) {
            let span = &reading.digits[run];
            if let Some(end) = chain.ends.last() {
                let Some(joint) = joint(&bytes[*end..span.start]) else { break };
                chain.joints.push(joint);
            }
            if chain.digits.len() + span.len() > MOST_DIGITS {
                chain.joints.truncate(chain.groups.len().saturating_sub(1));
                break;
            }
            chain.digits.extend_from_slice(&bytes[span.clone()]);
            chain.groups.push(span.len());
            chain.ends.push(span.end);
        }
        chain
    }

    /// Leaves the last group out; false where none is left.
    pub fn shorten(&mut self) -> bool {
        if let Some(length) = self.groups.pop() {
            self.digits.truncate(self.digits.len() - length);
            self.ends.pop();
            self.joints.pop();
        }
        !self.groups.is_empty()
    }

    /// Where it ends.
    pub fn end(&self) -> usize {
        self.ends.last().copied().unwrap_or(self.start)
    }

    /// Whether one sort of separator joins the groups, parentheses aside.
    pub fn is_even(&self) -> bool {
        let mut plain = self.joints.iter().filter(|joint| **joint != b'(');
        let first = plain.next();
        plain.all(|joint| Some(joint) == first)
    }
}

/// What joins two groups, if people write numbers so.
fn joint(between: &[u8]) -> Option<u8> {
    match between {
        b" " | b"-" | b"." => Some(between[0]),
        b" - " | b"  " => Some(b'-'),
        b")" | b") " | b")-" | b" (" | b"(" | b"-(" | b")." | b") (" | b")(" | b" )" | b".(" => Some(b'('),
        _ => None,
    }
}
