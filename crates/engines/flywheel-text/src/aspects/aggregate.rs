//! What many messages say of one thing, counted by people.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_spec::feedback::{Aspect, AspectOpinion};

use super::Pair;

/// How many messages stand as examples of an opinion.
const EXAMPLES: usize = 5;

/// The pairs of one message, and who wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What names the message.
    pub message: &'a str,
    /// Who wrote it; whoever isn't known counts as a person of their own.
    pub person: Option<&'a str>,
    /// What it says.
    pub pairs: &'a [Pair],
}

/// Who said something, where, how, and in which words.
#[derive(Default)]
struct Tally<'a> {
    people: BTreeSet<(bool, &'a str)>,
    messages: BTreeMap<&'a str, (f64, u32)>,
    praising: BTreeSet<(bool, &'a str)>,
    blaming: BTreeSet<(bool, &'a str)>,
    names: BTreeMap<&'a str, u64>,
}

/// What is said of each thing, what most people speak of first; the order of the messages doesn't matter.
///
/// Things are told apart by their keys, so 价格 and "price" are one, and so are opinions of one family.
pub fn aggregate<'a>(said: &[Said<'a>]) -> Vec<Aspect> {
    let mut things = BTreeMap::<&str, (Tally<'a>, BTreeMap<&str, Tally<'a>>)>::new();
    for message in said {
        let person = message.person.map_or((false, message.message), |person| (true, person));
        for pair in message.pairs {
            let (tally, opinions) = things.entry(&pair.aspect_key).or_default();
            tally.count(message.message, person, pair.polarity, &pair.aspect);
            let opinion = opinions.entry(&pair.opinion_key).or_default();
            opinion.count(message.message, person, pair.polarity, &pair.opinion);
        }
    }
    let mut aspects: Vec<Aspect> =
        things.into_iter().map(|(key, (tally, said))| tally.aspect(key, said)).collect();
    aspects.sort_by(|one, other| {
        (other.people, other.messages, &one.key).cmp(&(one.people, one.messages, &other.key))
    });
    aspects
}

impl<'a> Tally<'a> {
    fn count(&mut self, message: &'a str, person: (bool, &'a str), polarity: f64, name: &'a str) {
        self.people.insert(person);
        let place = self.messages.entry(message).or_default();
        place.0 += polarity;
        place.1 += 1;
        if polarity > 0.0 {
            self.praising.insert(person);
        } else if polarity < 0.0 {
            self.blaming.insert(person);
        }
        *self.names.entry(name).or_default() += 1;
    }

    /// As most say it; of two that as many say, the first by the alphabet.
    fn name(&self) -> String {
        let most = self.names.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
        most.map_or_else(String::new, |(name, _)| (*name).to_owned())
    }

    fn aspect(self, key: &str, said: BTreeMap<&str, Tally<'a>>) -> Aspect {
        let mut opinions: Vec<AspectOpinion> =
            said.into_iter().map(|(key, tally)| tally.opinion(key)).collect();
        opinions.sort_by(|one, other| {
            (other.people, other.messages, &one.key).cmp(&(one.people, one.messages, &other.key))
        });
        let people = self.people.len();
        let share = |part: usize| part as f64 / people.max(1) as f64;
        Aspect {
            key: key.to_owned(),
            name: self.name(),
            people: people as u64,
            messages: self.messages.len() as u64,
            praising: self.praising.len() as u64,
            blaming: self.blaming.len() as u64,
            praised: share(self.praising.len()),
            blamed: share(self.blaming.len()),
            opinions,
        }
    }

    fn opinion(self, key: &str) -> AspectOpinion {
        // Summed in the order of the messages' names, so that the last digit doesn't depend on how they arrived.
        let sum: f64 = self.messages.values().map(|(sum, count)| sum / f64::from(*count)).sum();
        AspectOpinion {
            key: key.to_owned(),
            name: self.name(),
            polarity: sum / self.messages.len().max(1) as f64,
            people: self.people.len() as u64,
            messages: self.messages.len() as u64,
            examples: self.messages.keys().take(EXAMPLES).map(|id| (*id).to_owned()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(aspect: &str, opinion: &str, polarity: f64) -> Pair {
        Pair {
            aspect: aspect.to_owned(),
            aspect_key: aspect.to_owned(),
            opinion: opinion.to_owned(),
            opinion_key: opinion.to_owned(),
            polarity,
            place: 0..0,
        }
    }

    #[test]
    fn people_are_counted_not_messages_and_order_does_not_matter() {
        let slow = [pair("checkout", "slow", -0.5)];
        let fast = [pair("checkout", "fast", 0.6), pair("staff", "friendly", 0.5)];
        let mut said = vec![
            Said { message: "1", person: Some("ann"), pairs: &slow },
            Said { message: "2", person: Some("ann"), pairs: &slow },
            Said { message: "3", person: None, pairs: &slow },
            Said { message: "4", person: Some("bob"), pairs: &fast },
        ];
        let aspects = aggregate(&said);
        let checkout = &aspects[0];
        assert_eq!((checkout.key.as_str(), checkout.people, checkout.messages), ("checkout", 3, 4));
        assert_eq!((checkout.praising, checkout.blaming), (1, 2));
        assert_eq!(checkout.opinions[0].key, "slow");
        assert_eq!(checkout.opinions[0].examples, ["1", "2", "3"]);
        said.reverse();
        assert_eq!(aggregate(&said), aspects);
        assert!(aggregate(&[]).is_empty());
    }
}
