//! What a person says of the startup, out of their own life: of the problems that they met, and of everything else.

use flywheel_people::Event;
use flywheel_stats::chance::Chance;
use serde_json::{Map, Value, json};

use super::grammar::{Facts, line};
use super::journey::{MINUTE, event};
use super::label::{Label, MessageKind, Mood};
use super::life::{Hit, Life};
use super::person::{Device, Person};
use super::plant::{Plant, PlantKind};
use super::private::{self, Personal};
use super::session::{release_at, version_name};
use super::speaker::{Matter, Speaker};
use super::{DAY, Startup};

/// A message with what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// The message as an event: `feedback`, or `survey sent` where it answers a survey.
    pub event: Event,
    /// What is true of it.
    pub label: Label,
}

/// What people say without a problem: what it is, how many a person on average, and where its sentences stand.
const OTHERS: [(MessageKind, f64, &str); 7] = [
    (MessageKind::Praise, 0.30, "praise"),
    (MessageKind::Question, 0.09, "question"),
    (MessageKind::Request, 0.10, "request"),
    (MessageKind::SmallTalk, 0.07, "talk"),
    (MessageKind::EmojiOnly, 0.035, ""),
    (MessageKind::RatingOnly, 0.06, ""),
    (MessageKind::Empty, 0.015, ""),
];

/// Visits of a person on average, about.
const VISITS: f64 = 5.0;

/// How much less likely somebody speaks of a problem that they met before.
const AGAIN: f64 = 0.15;

/// Share of the messages on a decoy that are one text that goes round.
const GOES_ROUND: f64 = 0.07;

/// Share of people who advertise.
const SPAMMERS: f64 = 0.008;

/// Everything that a person says, by time.
pub(super) fn spoken(startup: &Startup, person: &Person) -> Vec<Spoken> {
    if startup.talk <= 0.0 {
        return Vec::new();
    }
    let plants = startup.plants();
    let life = Life::of(startup, person, &plants);
    let mut chance = startup.chance(person.number, "feedback");
    let speaker = Speaker::of(person, &mut chance);
    let mut desk = Desk { startup, person, plants: &plants, speaker, drafts: Vec::new() };
    let mut worst = 0.0_f64;
    for hit in &life.hits {
        worst = worst.max(plants[hit.plant].pain);
        desk.complain(
            hit,
            &life,
            &mut startup.chance(person.number, "complaint").stream(hit.plant).stream(hit.moment as u64),
        );
    }
    desk.others(&life, worst, &mut chance);
    desk.advertise(&mut chance);
    desk.send()
}

/// A message that is not sent yet.
struct Draft {
    moment: i64,
    text: String,
    kind: MessageKind,
    problems: Vec<&'static str>,
    mood: Mood,
    pain: f64,
    sarcastic: bool,
    /// By its place among the drafts.
    duplicate_of: Option<usize>,
    goes_round: bool,
    language: &'static str,
    personal: Vec<Personal>,
}

struct Desk<'a> {
    startup: &'a Startup,
    person: &'a Person,
    plants: &'a [Plant],
    speaker: Speaker,
    drafts: Vec<Draft>,
}

impl Desk<'_> {
    /// Speaks of a problem that was met, or doesn't.
    fn complain(&mut self, hit: &Hit, life: &Life, chance: &mut Chance) {
        let plant = &self.plants[hit.plant];
        let likely = plant.speaks * self.startup.talk * self.speaker.chattiness;
        if !chance.coin(likely * if hit.again { AGAIN } else { 1.0 }) {
            return;
        }
        let moment = hit.moment + 2 * MINUTE + (chance.f64().powi(3) * 3.0 * DAY as f64) as i64;
        let mut subjects = vec![plant.subject];
        let earlier = life.hits.iter().filter(|other| other.moment <= hit.moment && other.plant != hit.plant);
        if let Some(other) = earlier.last().filter(|_| chance.coin(0.06)) {
            subjects.push(self.plants[other.plant].subject);
        }
        let sarcastic = chance.coin(0.05);
        let goes_round = plant.kind == PlantKind::Loud && chance.coin(GOES_ROUND);
        let sections: Vec<&str> = subjects.iter().map(|subject| subject.id).collect();
        let text = if goes_round {
            let facts = Facts { language: self.speaker.language(), ..self.facts("2.0") };
            let mut same = Chance::new(self.startup.seed).stream("goes round").stream(plant.subject.id);
            line(plant.subject.id, &facts, &mut same)
        } else {
            self.say(&Matter { subjects: &sections, pain: plant.pain, sarcastic }, moment, chance)
        };
        let mut draft = Draft {
            kind: plant.subject.complaint.into(),
            problems: subjects.iter().map(|subject| subject.id).collect(),
            mood: Mood::Negative,
            pain: plant.pain,
            sarcastic: sarcastic && !goes_round,
            goes_round,
            ..self.draft(moment, text)
        };
        if !goes_round && chance.coin(0.05) {
            draft.personal.push(private::add(&mut draft.text, self.speaker.is_chinese(), chance));
        }
        self.drafts.push(draft);
        if !goes_round && chance.coin(0.035) {
            self.paste(self.drafts.len() - 1, chance);
        }
    }

    /// Sends a message again and again, as it was or nearly so.
    fn paste(&mut self, original: usize, chance: &mut Chance) {
        let mut moment = self.drafts[original].moment;
        for _ in 0..1 + chance.below(9) {
            moment += MINUTE + chance.below(40) as i64 * MINUTE;
            let first = &self.drafts[original];
            let mut text = first.text.clone();
            if chance.coin(0.4) {
                let ending: &str = chance.pick::<&str>(&["!", "!!", "！", " ", "...", "😡", "👎", "??"]);
                text.push_str(ending);
            }
            let copy = Draft {
                kind: first.kind,
                problems: first.problems.clone(),
                mood: first.mood,
                pain: first.pain,
                sarcastic: first.sarcastic,
                duplicate_of: Some(original),
                personal: first.personal.clone(),
                ..self.draft(moment, text)
            };
            self.drafts.push(copy);
        }
    }

    /// Says what has nothing to do with a problem, at any visit alike: were it said once in a life, at a visit drawn among
    /// all of them, harmless talk would tell that few visits follow.
    fn others(&mut self, life: &Life, worst: f64, chance: &mut Chance) {
        for visit in &life.visits {
            for (kind, rate, section) in OTHERS {
                let mut rate = rate * self.startup.talk * self.speaker.chattiness / VISITS;
                if kind == MessageKind::Praise {
                    rate *= 1.0 - worst;
                }
                if !chance.coin(rate) {
                    continue;
                }
                let moment = visit.begins + 2 * MINUTE + (chance.f64() * 0.5 * DAY as f64) as i64;
                let draft = self.other(kind, section, worst, moment, chance);
                self.drafts.push(draft);
            }
        }
    }

    fn other(&self, kind: MessageKind, section: &str, worst: f64, moment: i64, chance: &mut Chance) -> Draft {
        let (mood, pain) = match kind {
            MessageKind::Praise => (Mood::Positive, -0.05),
            MessageKind::Request | MessageKind::Question | MessageKind::SmallTalk => (Mood::Neutral, 0.2),
            _ if worst > 0.5 || chance.coin(0.25) => (Mood::Negative, 0.7),
            _ => (Mood::Positive, 0.0),
        };
        let native = self.speaker.native.filter(|_| !self.speaker.is_chinese() && chance.coin(0.25));
        let facts = self.facts("");
        let (text, language) = match (kind, native) {
            (MessageKind::Empty, _) => ((*chance.pick(&["", " ", "\n", "  "])).to_owned(), "other"),
            (MessageKind::RatingOnly, _) => (String::new(), "other"),
            (MessageKind::EmojiOnly, _) => {
                let section = if mood == Mood::Positive { "emoji good" } else { "emoji bad" };
                let count = 1 + chance.below(3);
                ((0..count).map(|_| line(section, &facts, chance)).collect(), "other")
            }
            (MessageKind::Praise | MessageKind::SmallTalk, Some(native)) => {
                (line(&format!("{section}{native}"), &facts, chance), "other")
            }
            (MessageKind::SmallTalk, None) => (line(section, &facts, chance), self.speaker.language().trim()),
            (_, _) => {
                let twice = [section, section];
                let subjects =
                    if kind == MessageKind::Praise && chance.coin(0.45) { &twice[..] } else { &twice[..1] };
                // Wishes and questions hurt nobody: they are said without complaints.
                let matter = Matter { subjects, pain: -1.0, sarcastic: false };
                (self.say(&matter, moment, chance), self.speaker.language().trim())
            }
        };
        Draft { kind, mood, pain, language, ..self.draft(moment, text) }
    }

    /// Some people are no users at all.
    fn advertise(&mut self, chance: &mut Chance) {
        if !chance.coin(SPAMMERS * self.startup.talk) {
            return;
        }
        let facts = self.facts("");
        let mut moment = self.person.first + 30 * MINUTE;
        let mut text = line("spam", &facts, chance);
        for place in 0..1 + chance.below(7) {
            let fresh = place > 0 && chance.coin(0.4);
            if fresh {
                text = line("spam", &facts, chance);
            }
            let same =
                self.drafts.iter().position(|draft| draft.kind == MessageKind::Spam && draft.text == text);
            let draft =
                Draft { kind: MessageKind::Spam, duplicate_of: same, ..self.draft(moment, text.clone()) };
            self.drafts.push(draft);
            moment += chance.below(600) as i64 * MINUTE;
        }
    }

    fn say(&self, matter: &Matter, moment: i64, chance: &mut Chance) -> String {
        let version = version_name(release_at(self.startup, moment));
        self.speaker.say(matter, &self.facts(&version), chance)
    }

    fn facts<'b>(&self, version: &'b str) -> Facts<'b> {
        let phones = ["iPhone 15", "iPhone 13", "Pixel 8", "Galaxy S23", "Huawei P60", "Xiaomi 14"];
        let device = match self.person.device {
            Device::Mobile => phones[self.person.number as usize % phones.len()],
            Device::Tablet => "iPad",
            Device::Desktop => ["MacBook", "Windows 11", "ThinkPad"][self.person.number as usize % 3],
        };
        Facts { language: self.speaker.language(), version, device, browser: self.person.browser }
    }

    fn draft(&self, moment: i64, text: String) -> Draft {
        Draft {
            moment,
            text,
            kind: MessageKind::SmallTalk,
            problems: Vec::new(),
            mood: Mood::Neutral,
            pain: 0.2,
            sarcastic: false,
            duplicate_of: None,
            goes_round: false,
            language: self.speaker.language().trim(),
            personal: Vec::new(),
        }
    }

    /// Makes events of the drafts.
    fn send(self) -> Vec<Spoken> {
        let mut uuids = self.startup.chance(self.person.number, "feedback uuids");
        let mut ways = self.startup.chance(self.person.number, "feedback ways");
        let mut sent: Vec<Spoken> = Vec::with_capacity(self.drafts.len());
        for draft in self.drafts {
            let (name, more) = properties(self.startup, &draft, &mut ways);
            let event = event(self.person, &mut uuids, draft.moment, name, more);
            let label = Label {
                uuid: event.uuid,
                person: self.person.distinct_id.clone(),
                kind: draft.kind,
                problems: draft.problems,
                mood: draft.mood,
                sarcastic: draft.sarcastic,
                duplicate_of: draft.duplicate_of.map(|place| sent[place].label.uuid),
                goes_round: draft.goes_round,
                language: draft.language,
                voice: self.speaker.voice.name(),
                personal: draft.personal,
            };
            sent.push(Spoken { event, label });
        }
        sent.retain(|spoken| spoken.event.time < self.startup.ends());
        sent.sort_by_key(|spoken| (spoken.event.time, spoken.event.uuid));
        sent
    }
}

/// The event's name and what it carries: where it was said decides.
fn properties(startup: &Startup, draft: &Draft, chance: &mut Chance) -> (&'static str, Map<String, Value>) {
    let source = match chance.f64() {
        _ if draft.kind == MessageKind::RatingOnly => "app_store",
        draw if draw < 0.36 => "app_store",
        draw if draw < 0.56 => "survey",
        draw if draw < 0.80 => "support",
        _ => "chat",
    };
    let rated = match source {
        "app_store" => true,
        "survey" => chance.coin(0.8),
        _ => false,
    };
    let mut more = Map::new();
    let stars = rated.then(|| stars(draft, chance));
    let (name, text_name, stars_name) = match source {
        "survey" => ("survey sent", "$survey_response", "$survey_response_1"),
        _ => ("feedback", "text", "rating"),
    };
    if source == "survey" {
        more.insert("$survey_id".to_owned(), json!("voice-1"));
    }
    more.insert(text_name.to_owned(), json!(draft.text));
    if let Some(stars) = stars {
        more.insert(stars_name.to_owned(), json!(stars));
    }
    more.insert("source".to_owned(), json!(source));
    more.insert("version".to_owned(), json!(version_name(release_at(startup, draft.moment))));
    more.insert("language".to_owned(), json!(draft.language));
    (name, more)
}

/// Stars as the mood asks for them, with what people click by mistake or out of kindness.
fn stars(draft: &Draft, chance: &mut Chance) -> u8 {
    if chance.coin(0.03) {
        return 1 + chance.below(5) as u8;
    }
    let middle = match draft.mood {
        Mood::Positive => 4.7,
        Mood::Neutral => 3.6,
        Mood::Negative => 4.1 - 3.2 * draft.pain,
    };
    (middle + 0.7 * chance.normal()).round().clamp(1.0, 5.0) as u8
}
