//! How a message sounds, by a lexicon and rules of both languages, without a label or a download.
//!
//! Opinion words have a strength; what stands around them turns it (negation), scales it (very, a bit), or makes it
//! count less (a question, a wish, how it once was) or more (what follows a "but", what sums up).
//! The words are in `words/mood_en.txt`, `words/mood_zh.txt` and `words/emoji.txt`.

mod irony;
pub mod learned;
mod opinions;
mod words;

use flywheel_spec::feedback::{Mood, MoodLabel};

use crate::lexicon::Lexicon;
use crate::reading::Reading;
pub use opinions::Opinion;
use words::Meaning;

/// Reads moods; costly to make (the word files are read), cheap to share.
#[derive(Debug)]
pub struct Reader {
    lexicon: Lexicon<Meaning>,
}

/// What a reading of a message's opinions came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinions {
    /// Each opinion in its order, with what it counts for here.
    pub each: Vec<Opinion>,
    /// The sum of what is praised, 0 or more.
    pub praise: f64,
    /// The sum of what is blamed, 0 or more.
    pub blame: f64,
    /// Whether the praise is likely meant the other way.
    pub sarcastic: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader with the project's own words.
    pub fn new() -> Self {
        Self { lexicon: Lexicon::new(words::meanings()) }
    }

    /// The mood of a text; of an empty one, none.
    pub fn read(&self, text: &str) -> Mood {
        self.mood(&Reading::new(text))
    }

    /// The mood of a message that was made ready.
    pub fn mood(&self, reading: &Reading<'_>) -> Mood {
        self.opinions(reading).mood()
    }

    /// The opinions of a message that was made ready.
    pub fn opinions(&self, reading: &Reading<'_>) -> Opinions {
        let units = self.lexicon.units(reading);
        let (mut each, weak) = opinions::opinions(reading, &units);
        let sarcastic = irony::is_likely(reading, &units, &each);
        if sarcastic {
            // Mockery is rarely kind: its praise is a light blame.
            for opinion in each.iter_mut().filter(|opinion| opinion.value > 0.0) {
                opinion.value *= -0.4;
            }
        }
        let praise = each.iter().map(|opinion| opinion.value.max(0.0)).sum::<f64>();
        let blame = each.iter().map(|opinion| (-opinion.value).max(0.0)).sum::<f64>() + weak;
        Opinions { each, praise, blame, sarcastic }
    }
}

/// How much evidence makes half a certainty, in strengths of the lexicon.
const HALF: f64 = 3.0;
/// The square of the evidence that bends the score; VADER (Hutto and Gilbert 2014) has 15 for strengths up to 4.
const BEND: f64 = 12.0;
/// From where on a score has a side.
const SIDE: f64 = 0.1;

impl Opinions {
    /// The mood that these opinions make.
    pub fn mood(&self) -> Mood {
        let sum = self.praise - self.blame;
        let evidence = self.praise + self.blame;
        if evidence <= 0.0 {
            return Mood { sarcastic: self.sarcastic, ..Mood::NONE };
        }
        let score = sum / (sum * sum + BEND).sqrt();
        let undivided = sum.abs() / evidence;
        let certainty = evidence / (evidence + HALF) * (0.3 + 0.7 * undivided);
        let doubt = if self.sarcastic { 0.4 } else { 1.0 };
        Mood { score, certainty: certainty * doubt, label: label(score), sarcastic: self.sarcastic }
    }
}

/// The word for a score.
pub fn label(score: f64) -> MoodLabel {
    if score >= SIDE {
        MoodLabel::Positive
    } else if score <= -SIDE {
        MoodLabel::Negative
    } else {
        MoodLabel::Neutral
    }
}
