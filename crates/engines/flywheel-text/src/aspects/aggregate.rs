//! What many messages say of one thing, counted by people.

use std::collections::HashMap;

use flywheel_spec::feedback::{Aspect, AspectOpinion};
use rayon::prelude::*;

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

/// Who said something, where, how, and in which words; people and messages by number.
#[derive(Default)]
struct Tally<'a> {
    people: Vec<u32>,
    praising: Vec<u32>,
    blaming: Vec<u32>,
    /// Each message, as often as it says it, with what it thinks of it.
    messages: Vec<(u32, f64)>,
    names: HashMap<&'a str, u64>,
}

/// What is said of each thing, what most people speak of first; the order of the messages doesn't matter.
///
/// Things are told apart by their keys, so 价格 and "price" are one, and so are opinions of one family.
pub fn aggregate<'a>(said: &[Said<'a>]) -> Vec<Aspect> {
    // Messages are numbered by their names, so that nothing depends on how they arrived.
    let mut said: Vec<&Said<'a>> = said.iter().filter(|message| !message.pairs.is_empty()).collect();
    said.par_sort_by_key(|message| message.message);
    let mut known: HashMap<(bool, &str), u32> = HashMap::new();
    let mut things: HashMap<&str, (Tally<'a>, HashMap<&str, Tally<'a>>)> = HashMap::new();
    for (at, message) in said.iter().enumerate() {
        let person = message.person.map_or((false, message.message), |person| (true, person));
        let next = known.len() as u32;
        let person = *known.entry(person).or_insert(next);
        for pair in message.pairs {
            let (tally, opinions) = things.entry(&pair.aspect_key).or_default();
            tally.count(at as u32, person, pair.polarity, &pair.aspect);
            let opinion = opinions.entry(&pair.opinion_key).or_default();
            opinion.count(at as u32, person, pair.polarity, &pair.opinion);
        }
    }
    let mut aspects: Vec<Aspect> =
        things.into_par_iter().map(|(key, (tally, opinions))| tally.aspect(key, opinions, &said)).collect();
    aspects.par_sort_by(|one, other| {
        (other.people, other.messages, &one.key).cmp(&(one.people, one.messages, &other.key))
    });
    aspects
}

impl<'a> Tally<'a> {
    fn count(&mut self, message: u32, person: u32, polarity: f64, name: &'a str) {
        self.people.push(person);
        self.messages.push((message, polarity));
        if polarity > 0.0 {
            self.praising.push(person);
        } else if polarity < 0.0 {
            self.blaming.push(person);
        }
        *self.names.entry(name).or_default() += 1;
    }

    /// As most say it; of two that as many say, the first by the alphabet.
    fn name(&self) -> String {
        let most = self.names.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
        most.map_or_else(String::new, |(name, _)| (*name).to_owned())
    }

    fn aspect(self, key: &str, opinions: HashMap<&str, Tally<'a>>, said: &[&Said<'a>]) -> Aspect {
        let name = self.name();
        let mut opinions: Vec<AspectOpinion> =
            opinions.into_iter().map(|(key, tally)| tally.opinion(key, said)).collect();
        opinions.sort_by(|one, other| {
            (other.people, other.messages, &one.key).cmp(&(one.people, one.messages, &other.key))
        });
        let (people, praising, blaming) = (each(self.people), each(self.praising), each(self.blaming));
        let share = |part: usize| part as f64 / people.max(1) as f64;
        Aspect {
            key: key.to_owned(),
            name,
            people: people as u64,
            messages: self.messages.chunk_by(|one, other| one.0 == other.0).count() as u64,
            praising: praising as u64,
            blaming: blaming as u64,
            praised: share(praising),
            blamed: share(blaming),
            opinions,
        }
    }

    fn opinion(self, key: &str, said: &[&Said<'a>]) -> AspectOpinion {
        let name = self.name();
        // The messages come in the order of their names: the last digit of the sum doesn't depend on how they arrived.
        let messages: Vec<(u32, f64)> = self
            .messages
            .chunk_by(|one, other| one.0 == other.0)
            .map(|one| (one[0].0, one.iter().map(|(_, value)| value).sum::<f64>() / one.len() as f64))
            .collect();
        let sum: f64 = messages.iter().map(|(_, value)| value).sum();
        let example = |(at, _): &(u32, f64)| said[*at as usize].message.to_owned();
        AspectOpinion {
            key: key.to_owned(),
            name,
            polarity: sum / messages.len().max(1) as f64,
            people: each(self.people) as u64,
            messages: messages.len() as u64,
            examples: messages.iter().take(EXAMPLES).map(example).collect(),
        }
    }
}

/// How many different ones there are.
fn each(mut numbers: Vec<u32>) -> usize {
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len()
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
