//! Messages listened to one by one: language, mood, kind, what is praised and blamed, and what tells a person.

use std::collections::HashMap;
use std::sync::Arc;

use flywheel_spec::feedback::{Aspect, MessageKind, Mood, TextLanguage};
use rayon::prelude::*;

use crate::Message;
use crate::aspects::{Pair, Said, aggregate};
use crate::gist::{Gist, Gists, Kept, ears, short};
use crate::mood::learned::{Learner, Rated, Trial, weak_label};
use crate::mood::taught::Taught;
use crate::personal::Tally;

/// What one message says.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its language.
    pub language: TextLanguage,
    /// Its mood.
    pub mood: Mood,
    /// What was given with it, brought to 1 to 5; absent where nothing was, or nothing on the scale of its source.
    pub stars: Option<f64>,
    /// What it is for.
    pub kind: MessageKind,
    /// Its text without what tells a person.
    pub masked: String,
    /// What it praises and blames.
    pub pairs: Arc<[Pair]>,
}

/// What all messages say.
#[derive(Debug, Clone, Default)]
pub struct Listened {
    /// Message by message, in their order.
    pub heard: Vec<Heard>,
    /// What is praised and blamed, what most people speak of first.
    pub aspects: Vec<Aspect>,
    /// How well the project's ratings teach moods, where there are enough.
    pub trial: Option<Trial>,
    /// What personal data was found.
    pub personal: Tally,
}

/// Listens to messages; the result of each depends on the others only through what their ratings teach.
pub fn listen(messages: &[Message]) -> Listened {
    listen_to(messages, &Gists::of(messages, &Kept::default()))
}

/// As [`listen`], where the messages' gists are known.
pub fn listen_to(messages: &[Message], gists: &Gists) -> Listened {
    listen_again(messages, gists, None).0
}

/// As [`listen_to`], where it is known what ratings taught before; and what they teach, where that does not stand.
pub fn listen_again(
    messages: &[Message],
    gists: &Gists,
    before: Option<&Taught>,
) -> (Listened, Option<Taught>) {
    let scales = scales(messages);
    let scale_of = |message: &Message| scales.get(&message.source.as_deref()).copied();
    let rated: Vec<Rated<'_>> = messages
        .iter()
        .enumerate()
        .filter_map(|(at, message)| {
            let (lowest, highest) = scale_of(message)?;
            let pleased = weak_label(message.rating?, lowest, highest)?;
            let Gist { spoken, mood, .. } = gists.at(at);
            Some(Rated { text: short(&message.text), spoken, mood, pleased })
        })
        .filter(|rated| rated.text.chars().any(char::is_alphabetic))
        .collect();
    let taught = Taught::anew(rated, before);
    let learned = taught.as_ref().or(before).and_then(Taught::learned);
    let learner = Learner::new(&ears().reader, learned);
    let heard: Vec<Heard> = messages
        .par_iter()
        .enumerate()
        .map(|(at, message)| {
            let gist = gists.at(at);
            let mood = learner.mood_of(&gist.spoken, gist.mood);
            let stars = message.rating.zip(scale_of(message)).and_then(|(rating, (lowest, highest))| {
                let place = (rating - lowest) / (highest - lowest);
                // What is off the scale (0 for "unrated", a mistyped 45) says nothing.
                (0.0..=1.0).contains(&place).then_some(1.0 + 4.0 * place)
            });
            Heard {
                language: gist.language,
                mood,
                stars,
                kind: gist.cues.kind(stars, &mood).kind,
                masked: gist.masked.as_ref().unwrap_or(&message.text).clone(),
                pairs: gist.pairs.clone(),
            }
        })
        .collect();
    let mut personal = Tally::default();
    (0..messages.len()).for_each(|at| personal.add(&gists.at(at).personal));
    let said: Vec<Said<'_>> = messages
        .iter()
        .zip(&heard)
        .map(|(message, heard)| Said {
            message: &message.id,
            person: message.person.as_deref(),
            pairs: &heard.pairs,
        })
        .collect();
    let aspects = aggregate(&said);
    let trial = learned.map(|learned| learned.trial);
    (Listened { aspects, heard, trial, personal }, taught)
}

/// The scale of each source, for stars and points stand in one pile; messages without a source are among themselves.
fn scales(messages: &[Message]) -> HashMap<Option<&str>, (f64, f64)> {
    let mut given: HashMap<Option<&str>, Vec<f64>> = HashMap::new();
    for message in messages {
        if let Some(rating) = message.rating {
            given.entry(message.source.as_deref()).or_default().push(rating);
        }
    }
    let all: Vec<f64> = messages.iter().filter_map(|message| message.rating).collect();
    let of_all = scale(&all);
    let of_source = |ratings: &[f64]| {
        // Nothing but ones may be the lowest or the highest: the others tell.
        let only_ones = ratings.iter().all(|rating| *rating == 1.0);
        if only_ones { of_all } else { scale(ratings) }
    };
    given.iter().filter_map(|(source, ratings)| Some((*source, of_source(ratings)?))).collect()
}

/// The lowest and the highest rating that can be given, told from those that were: 1 to 5, 0 to 5, 0 to 10, 0 to 100,
/// or the tens from 10 to 50.
///
/// The hundredth of the ratings at each end is left out, so that one odd rating sets no scale.
fn scale(ratings: &[f64]) -> Option<(f64, f64)> {
    let mut given = ratings.to_vec();
    given.sort_by(f64::total_cmp);
    let odd = given.len() / 100;
    let usual = &given[odd..given.len() - odd];
    // Nothing but ones may be the lowest or the highest: the few others tell.
    let given = if usual.iter().all(|rating| *rating == 1.0) { &given[..] } else { usual };
    let is_ten = |rating: &f64| [10.0, 20.0, 30.0, 40.0, 50.0].contains(rating);
    match (*given.first()?, *given.last()?) {
        (low, high) if low >= 0.0 && high <= 1.0 => Some((0.0, 1.0)),
        (low, high) if low >= 1.0 && high <= 5.0 => Some((1.0, 5.0)),
        (low, high) if low >= 0.0 && high <= 5.0 => Some((0.0, 5.0)),
        (low, high) if low >= 0.0 && high <= 10.0 => Some((0.0, 10.0)),
        _ if given.iter().all(is_ten) => Some((10.0, 50.0)),
        (low, high) if low >= 0.0 && high <= 100.0 => Some((0.0, 100.0)),
        (low, high) => (high > low).then_some((low, high)),
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::MoodLabel;

    use super::*;

    fn message(id: u32, text: &str, rating: Option<f64>) -> Message {
        Message { id: id.to_string(), text: text.to_owned(), rating, ..Message::default() }
    }

    #[test]
    fn each_message_is_heard_in_its_language_and_masked() {
        let messages = [
            message(1, "The checkout is terribly slow, write me at ann@example.com", Some(1.0)),
            message(2, "客服态度很差", Some(1.0)),
            message(3, "love it 👍", Some(5.0)),
            message(4, "", None),
            message(5, &"慢 ".repeat(400_000), None),
        ];
        let listened = listen(&messages);
        let labels: Vec<MoodLabel> = listened.heard.iter().map(|heard| heard.mood.label).collect();
        assert_eq!(
            labels[..4],
            [MoodLabel::Negative, MoodLabel::Negative, MoodLabel::Positive, MoodLabel::Neutral]
        );
        assert_eq!(listened.heard[1].language, TextLanguage::Zh);
        assert!(!listened.heard[0].masked.contains("ann@example.com"));
        assert!(listened.aspects.iter().any(|aspect| aspect.blaming > 0), "{:?}", listened.aspects);
        assert_eq!(listened.trial, None, "three ratings teach nothing");
    }

    #[test]
    fn scales_are_told_from_what_was_given() {
        for (ratings, expected) in [
            (&[1.0, 5.0][..], Some((1.0, 5.0))),
            (&[0.0, 9.0], Some((0.0, 10.0))),
            (&[0.0, 3.5, 5.0], Some((0.0, 5.0))),
            (&[50.0, 10.0, 30.0], Some((10.0, 50.0))),
            (&[50.0, 35.0], Some((0.0, 100.0))),
            (&[10.0, 10.0], Some((0.0, 10.0))),
            (&[70.0, 3.0], Some((0.0, 100.0))),
            (&[], None),
        ] {
            assert_eq!(scale(ratings), expected, "{ratings:?}");
        }
    }

    #[test]
    fn one_odd_rating_turns_no_scale_around() {
        for (usual, odd, expected) in [
            (&[1.0, 3.0, 5.0][..], 0.0, (1.0, 5.0)),
            (&[1.0, 3.0, 5.0], 45.0, (1.0, 5.0)),
            (&[10.0, 30.0, 50.0], 0.0, (10.0, 50.0)),
            (&[0.0, 7.0, 10.0], 100.0, (0.0, 10.0)),
            (&[1.0], 5.0, (1.0, 5.0)),
        ] {
            let mut ratings = usual.repeat(200);
            ratings.push(odd);
            assert_eq!(scale(&ratings), Some(expected), "{usual:?} and {odd}");
        }
        let messages: Vec<Message> = [5.0, 4.0, 1.0]
            .repeat(100)
            .into_iter()
            .chain([0.0])
            .map(|rating| message(0, "ok", Some(rating)))
            .collect();
        let heard = listen(&messages).heard;
        assert_eq!((heard[0].stars, heard[2].stars), (Some(5.0), Some(1.0)));
        assert_eq!(heard.last().map(|heard| heard.stars), Some(None), "unrated is no star");
    }

    #[test]
    fn each_source_has_its_own_scale() {
        let (stars, points) = ((1.0, 5.0), (0.0, 10.0));
        for (given, expected) in [
            (
                &[("store", 5.0), ("store", 2.0), ("nps", 9.0), ("nps", 0.0)][..],
                &[("store", stars), ("nps", points)][..],
            ),
            // Nothing but ones: the lowest of the stars that the others give.
            (&[("store", 4.0), ("store", 2.0), ("mail", 1.0)], &[("store", stars), ("mail", stars)]),
            (&[("", 3.0), ("", 1.0), ("nps", 10.0)], &[("", stars), ("nps", points)]),
        ] {
            let messages: Vec<Message> = given
                .iter()
                .map(|(source, rating)| {
                    let source = (!source.is_empty()).then(|| (*source).to_owned());
                    Message { source, ..message(0, "x", Some(*rating)) }
                })
                .collect();
            let found = scales(&messages);
            for (source, scale) in expected {
                let source = (!source.is_empty()).then_some(*source);
                assert_eq!(found.get(&source), Some(scale), "{given:?}");
            }
        }
    }

    #[test]
    fn five_stars_beside_points_are_still_the_most() {
        let from = |source: &str, rating: f64| {
            let source = Some(source.to_owned());
            Message { source, ..message(0, "ok", Some(rating)) }
        };
        let alone = listen(&[from("store", 5.0), from("store", 1.0)]);
        let beside = listen(&[from("store", 5.0), from("store", 1.0), from("nps", 10.0), from("nps", 0.0)]);
        for at in 0..2 {
            assert_eq!(beside.heard[at].kind, alone.heard[at].kind);
        }
    }
}
