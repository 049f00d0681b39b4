//! How a person writes: their language, their voice, and sentences put together in it.

use flywheel_stats::chance::Chance;

use super::grammar::{Facts, line};
use super::person::Person;
use super::style::{mistyped, mixed, traditional};

/// The languages that a person writes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    Chinese,
    Traditional,
    /// Chinese with English words in it.
    Mixed,
}

/// How somebody sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Plain,
    Terse,
    Polite,
    Formal,
    Rant,
    Teen,
    Elderly,
}

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speaker {
    pub tongue: Tongue,
    pub voice: Voice,
    /// How often they speak, beside the average of one.
    pub chattiness: f64,
    /// Their own language, where it is neither English nor Chinese.
    pub native: Option<&'static str>,
}

/// What is said: the sections of sentences, and how much it hurts; less than zero for what pleases.
pub(super) struct Matter<'a> {
    pub subjects: &'a [&'a str],
    pub pain: f64,
    pub sarcastic: bool,
}

impl Voice {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Terse => "terse",
            Self::Polite => "polite",
            Self::Formal => "formal",
            Self::Rant => "rant",
            Self::Teen => "teen",
            Self::Elderly => "elderly",
        }
    }

    /// Chances of an opening, of saying what it did to them, of a closing, of a typing mistake, of an emoji.
    fn habits(self) -> [f64; 5] {
        match self {
            Self::Plain => [0.30, 0.55, 0.0, 0.10, 0.08],
            Self::Terse => [0.0, 0.12, 0.0, 0.18, 0.06],
            Self::Polite => [0.80, 0.50, 0.75, 0.04, 0.06],
            Self::Formal => [0.85, 0.45, 0.85, 0.0, 0.0],
            Self::Rant => [0.70, 0.85, 0.60, 0.22, 0.25],
            Self::Teen => [0.65, 0.35, 0.65, 0.32, 0.30],
            Self::Elderly => [0.80, 0.40, 0.70, 0.22, 0.0],
        }
    }
}

impl Speaker {
    pub(super) fn of(person: &Person, chance: &mut Chance) -> Self {
        let draw = chance.f64();
        let tongue = match person.country {
            "CN" if draw < 0.80 => Tongue::Chinese,
            "CN" if draw < 0.86 => Tongue::Traditional,
            "CN" if draw < 0.94 => Tongue::Mixed,
            "CN" => Tongue::English,
            _ if draw < 0.97 => Tongue::English,
            _ => Tongue::Chinese,
        };
        let voice = match chance.f64() {
            draw if draw < 0.34 => Voice::Plain,
            draw if draw < 0.52 => Voice::Terse,
            draw if draw < 0.64 => Voice::Polite,
            draw if draw < 0.70 => Voice::Formal,
            draw if draw < 0.82 => Voice::Rant,
            draw if draw < 0.93 => Voice::Teen,
            _ => Voice::Elderly,
        };
        let native = match person.country {
            "DE" => Some(" de"),
            "FR" => Some(" fr"),
            "JP" => Some(" ja"),
            _ => None,
        };
        Self { tongue, voice, chattiness: chance.between(0.5, 1.5), native }
    }

    pub(super) fn is_chinese(&self) -> bool {
        self.tongue != Tongue::English
    }

    /// The ending of sections in their language.
    pub(super) fn language(&self) -> &'static str {
        if self.is_chinese() { " zh" } else { " en" }
    }

    /// A message in their voice, as they type it.
    pub(super) fn say(&self, matter: &Matter, facts: &Facts, chance: &mut Chance) -> String {
        let [opens, tells, closes, mistakes, emoji] = self.voice.habits();
        let (section, pleased) = (self.voice.name(), matter.pain < 0.0);
        let section = match (matter.sarcastic, self.voice) {
            (true, _) => "sarcasm",
            // Nobody rants about what they like.
            (false, Voice::Rant) if pleased => "plain",
            (false, _) => section,
        };
        let mut sentences = Vec::new();
        if chance.coin(if matter.sarcastic { 0.85 } else { opens }) {
            sentences.push(line(&format!("{section} open"), facts, chance));
        }
        for subject in matter.subjects {
            sentences.push(line(subject, facts, chance));
        }
        if !pleased && chance.coin(tells) {
            let level = match matter.pain + 0.15 * chance.normal() {
                level if level < 0.35 => "mild",
                level if level < 0.65 => "medium",
                _ => "strong",
            };
            sentences.push(line(level, facts, chance));
        }
        let closing_fits = !pleased || matches!(self.voice, Voice::Polite | Voice::Formal);
        if closing_fits && chance.coin(if matter.sarcastic { 0.6 } else { closes }) {
            sentences.push(line(&format!("{section} close"), facts, chance));
        }
        sentences.retain(|sentence| !sentence.is_empty());
        let mut text = self.join(&sentences, pleased, chance);
        if chance.coin(mistakes) {
            text = mistyped(&text, chance);
        }
        text = match self.tongue {
            Tongue::Traditional => traditional(&text),
            Tongue::Mixed => mixed(&text),
            Tongue::English | Tongue::Chinese => text,
        };
        match self.voice {
            Voice::Rant if !pleased && chance.coin(0.18) => text = text.to_uppercase(),
            Voice::Teen => text = text.to_lowercase(),
            Voice::Terse if chance.coin(0.5) => text = text.to_lowercase(),
            _ => {}
        }
        if chance.coin(emoji) {
            text.push_str(&line(if pleased { "emoji good" } else { "emoji bad" }, facts, chance));
        }
        text
    }

    fn join(&self, sentences: &[String], pleased: bool, chance: &mut Chance) -> String {
        let chinese = self.is_chinese();
        let end = match (self.voice, chinese) {
            (Voice::Rant, true) if !pleased => *chance.pick(&["！", "！！", "！！！", "。"]),
            (Voice::Rant, false) if !pleased => *chance.pick(&["!", "!!", "!!!", "."]),
            (Voice::Teen, _) => *chance.pick(&[" ", " ", if chinese { "，" } else { ", " }, "... "]),
            (_, true) => *chance.pick(&["。", "，", "，", " "]),
            (_, false) => *chance.pick(&[".", ".", ".", ";", " -"]),
        };
        let mut text = String::new();
        for (place, sentence) in sentences.iter().enumerate() {
            text.push_str(sentence);
            let marked =
                sentence.ends_with(|last: char| !last.is_alphanumeric() && !matches!(last, '"' | '”' | ')'));
            let last = place + 1 == sentences.len();
            if last {
                if !marked && !matches!(self.voice, Voice::Teen | Voice::Terse) && chance.coin(0.6) {
                    text.push_str(match end.trim() {
                        ";" | "-" => ".",
                        "，" | "" => "。",
                        other => other,
                    });
                }
            } else {
                if !marked {
                    text.push_str(end);
                }
                if !chinese && !text.ends_with(' ') {
                    text.push(' ');
                }
            }
        }
        text
    }
}
