//! Formulas over series, such as `A / B * 100`: read with precise mistakes, worked out step by step.

use flywheel_spec::{Phrase, Problem, phrase};

/// Most brackets inside each other.
const DEPTH_AT_MOST: usize = 100;

/// A formula that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A number.
    Number(f64),
    /// A series, from 0.
    Series(usize),
    /// The other way round.
    Negative(Box<Formula>),
    /// Two, and what is done with them.
    Both(Box<Formula>, Sign, Box<Formula>),
}

/// What is done with two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

impl Formula {
    /// Reads a formula over so many series.
    ///
    /// # Errors
    /// The first thing that does not fit, with its place among the characters, from 1.
    pub fn read(text: &str, series: usize) -> Result<Self, Problem> {
        let letters: Vec<char> = text.chars().collect();
        if text.trim().is_empty() {
            return Err(Problem::error(phrase!("trend.formula_empty")));
        }
        let mut reader = Reader { letters: &letters, at: 0, series, depth: 0 };
        let formula = reader.sum()?;
        match reader.peek() {
            None => Ok(formula),
            Some(_) => Err(reader.unexpected(&phrase!("trend.expected_operator"))),
        }
    }

    /// Its number, of the series' numbers; absent where one is, or where something is divided by 0.
    pub fn of(&self, series: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Series(at) => series(*at)?,
            Self::Negative(inner) => -inner.of(series)?,
            Self::Both(one, sign, other) => {
                let (one, other) = (one.of(series)?, other.of(series)?);
                match sign {
                    Sign::Plus => one + other,
                    Sign::Minus => one - other,
                    Sign::Times => one * other,
                    Sign::Over if other == 0.0 => return None,
                    Sign::Over => one / other,
                }
            }
        };
        value.is_finite().then_some(value)
    }
}

struct Reader<'t> {
    letters: &'t [char],
    at: usize,
    series: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        while self.letters.get(self.at).is_some_and(|letter| letter.is_whitespace()) {
            self.at += 1;
        }
        self.letters.get(self.at).copied()
    }

    fn sum(&mut self) -> Result<Formula, Problem> {
        let mut left = self.product()?;
        loop {
            let sign = match self.peek() {
                Some('+') => Sign::Plus,
                Some('-') => Sign::Minus,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = Formula::Both(Box::new(left), sign, Box::new(right));
        }
    }

    fn product(&mut self) -> Result<Formula, Problem> {
        let mut left = self.value()?;
        loop {
            let sign = match self.peek() {
                Some('*') => Sign::Times,
                Some('/') => Sign::Over,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.value()?;
            left = Formula::Both(Box::new(left), sign, Box::new(right));
        }
    }

    fn value(&mut self) -> Result<Formula, Problem> {
        self.depth += 1;
        if self.depth > DEPTH_AT_MOST {
            return Err(Problem::error(phrase!("trend.formula_deep", most = DEPTH_AT_MOST)));
        }
        let value = match self.peek() {
            Some('-') => {
                self.at += 1;
                Formula::Negative(Box::new(self.value()?))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                if self.peek() != Some(')') {
                    return Err(self.unexpected(&phrase!("trend.expected_bracket")));
                }
                self.at += 1;
                inner
            }
            Some(letter) if letter.is_ascii_digit() || letter == '.' => self.number()?,
            Some(letter) if letter.is_ascii_alphabetic() => {
                let series = letter.to_ascii_uppercase() as usize - 'A' as usize;
                if series >= self.series {
                    let last = char::from(b'A' + self.series.clamp(1, 26) as u8 - 1);
                    let at = self.at + 1;
                    let found = letter;
                    return Err(Problem::error(phrase!(
                        "trend.formula_letter",
                        found = found,
                        at = at,
                        first = 'A',
                        last = last
                    )));
                }
                self.at += 1;
                Formula::Series(series)
            }
            _ => return Err(self.unexpected(&phrase!("trend.expected_value"))),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn number(&mut self) -> Result<Formula, Problem> {
        let begin = self.at;
        while self.letters.get(self.at).is_some_and(|letter| letter.is_ascii_digit() || *letter == '.') {
            self.at += 1;
        }
        let text: String = self.letters[begin..self.at].iter().collect();
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number
            .map(Formula::Number)
            .ok_or_else(|| Problem::error(phrase!("trend.formula_number", found = text, at = begin + 1)))
    }

    fn unexpected(&mut self, expected: &Phrase) -> Problem {
        let words = match self.peek() {
            Some(found) => phrase!("trend.formula_unexpected", found = found, at = self.at + 1),
            None => phrase!("trend.formula_end"),
        };
        Problem::error(words.with_phrase("expected", expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_worked_out() {
        let series = [Some(6.0), Some(2.0), Some(0.0), None];
        for (text, expected) in [
            ("A / B * 100", Some(300.0)),
            ("A+2*B", Some(10.0)),
            ("a - b - 1", Some(3.0)),
            ("-(A - B) / 2", Some(-2.0)),
            ("(A/3600)/B", Some(6.0 / 3600.0 / 2.0)),
            ("A / C", None),
            ("A + D", None),
            ("--A * .5", Some(3.0)),
            ("B / A / B", Some(2.0 / 6.0 / 2.0)),
        ] {
            let formula = Formula::read(text, 4).expect(text);
            assert_eq!(formula.of(&|at| series[at]), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, code, words) in [
            ("", "trend.formula_empty", ""),
            ("A +", "trend.formula_end", "a series, a number or `(`"),
            ("A B", "trend.formula_unexpected", "`B` at character 3"),
            ("(A + B", "trend.formula_end", "`)`"),
            ("A + D", "trend.formula_letter", "series D at character 5"),
            ("A + 1.2.3", "trend.formula_number", "`1.2.3` at character 5"),
            ("A ^ 2", "trend.formula_unexpected", "`^` at character 3"),
            ("A + )", "trend.formula_unexpected", "`)` at character 5"),
            ("收入 / A", "trend.formula_unexpected", "`收` at character 1"),
        ] {
            let problem = Formula::read(text, 3).expect_err(text);
            assert_eq!(problem.code, code, "{text}");
            assert!(problem.message.en.contains(words), "{text}: {}", problem.message.en);
        }
        let deep = "(".repeat(200) + "A" + &")".repeat(200);
        assert_eq!(Formula::read(&deep, 1).expect_err("deep").code, "trend.formula_deep");
    }
}
