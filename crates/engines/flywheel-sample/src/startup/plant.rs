//! The problems that a startup has: which ones, for whom, since when, how bad, and what they do to people.

use flywheel_stats::chance::Chance;
use serde::Serialize;

use super::catalogue::{DECOYS, Meets, PROBLEMS, Subject};
use super::person::{Person, Plan};
use super::session::release_at;
use super::{DAY, Startup};

/// Whom a problem can reach; absent is anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Segment {
    /// As [`Device::name`](super::Device::name) writes it.
    pub device: Option<&'static str>,
    /// `CN` or `abroad`.
    pub country: Option<&'static str>,
    /// Whether they are on a paid plan.
    pub paying: Option<bool>,
}

/// How a problem changes with time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Course {
    /// All the time alike.
    Steady,
    /// From a release on.
    New {
        /// The first release that has it.
        release: u32,
    },
    /// Reaches ever more of those who could meet it.
    Growing,
    /// Reaches ever fewer.
    Fading,
    /// Until a release that fixed it.
    Fixed {
        /// The first release without it.
        release: u32,
    },
    /// Little but for one week.
    Burst {
        /// The week's first day, from the startup's beginning.
        day: u32,
    },
}

/// What meeting a problem does to a person, beside their anger.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Effect {
    /// The step of [`STEPS`](super::STEPS) that it gets in the way of, by its place.
    pub step: Option<usize>,
    /// Chance of giving up before that step.
    pub giving_up: f64,
    /// Share of all later visits that don't happen.
    pub staying_away: f64,
    /// Chance of cancelling at each later bill, beside the usual one.
    pub cancelling: f64,
}

/// What sort of thing was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantKind {
    /// Spoken of as it hurts.
    Problem,
    /// Hurts much and is seldom spoken of.
    Quiet,
    /// Spoken of much and changes nothing.
    Loud,
}

/// One problem of a startup.
#[derive(Debug, Clone)]
pub(super) struct Plant {
    pub subject: &'static Subject,
    pub kind: PlantKind,
    pub segment: Segment,
    /// Share of those in the segment whom it reaches at its full strength.
    pub share: f64,
    /// From 0, hardly noticed, to 1, unbearable.
    pub pain: f64,
    pub effect: Effect,
    pub course: Course,
    /// Chance of speaking of it when it is met the first time.
    pub speaks: f64,
}

impl Segment {
    /// Whether a person is in it.
    pub fn has(&self, person: &Person) -> bool {
        self.device.is_none_or(|device| device == person.device.name())
            && self.country.is_none_or(|country| (country == "CN") == (person.country == "CN"))
            && self.paying.is_none_or(|paying| paying == (person.plan != Plan::Free))
    }
}

impl Course {
    /// `steady`, `new`, `growing`, `fading`, `fixed` or `burst`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::New { .. } => "new",
            Self::Growing => "growing",
            Self::Fading => "fading",
            Self::Fixed { .. } => "fixed",
            Self::Burst { .. } => "burst",
        }
    }

    /// What is left at a moment of a problem's full strength, 0 to 1.
    pub(super) fn strength(&self, startup: &Startup, moment: i64) -> f64 {
        let gone = (moment - startup.begins) as f64 / (startup.ends() - startup.begins) as f64;
        match self {
            Self::Steady => 1.0,
            Self::New { release } => f64::from(u8::from(release_at(startup, moment) >= *release)),
            Self::Fixed { release } => f64::from(u8::from(release_at(startup, moment) < *release)),
            Self::Growing => (0.05 + 0.95 * gone * gone).min(1.0),
            Self::Fading => (1.0 - 0.95 * gone.sqrt()).max(0.0),
            Self::Burst { day } => {
                let begins = startup.begins + i64::from(*day) * DAY;
                if (begins..begins + 7 * DAY).contains(&moment) { 1.0 } else { 0.06 }
            }
        }
    }

    fn draw(startup: &Startup, chance: &mut Chance) -> Self {
        let last = release_at(startup, startup.ends() - 1);
        // A release with something before it and enough time after it.
        let release = |chance: &mut Chance| 1 + chance.below(u64::from(last.saturating_sub(1).max(1))) as u32;
        match chance.f64() {
            draw if draw < 0.42 => Self::Steady,
            draw if draw < 0.57 && last > 0 => Self::New { release: release(chance) },
            draw if draw < 0.69 => Self::Growing,
            draw if draw < 0.79 => Self::Fading,
            draw if draw < 0.90 && last > 0 => Self::Fixed { release: release(chance) },
            _ => {
                let room = u64::from(startup.days.saturating_sub(14).max(1));
                let day = (room as f64 * (0.4 + 0.6 * chance.f64())) as u32;
                Self::Burst { day }
            }
        }
    }
}

impl Plant {
    /// All that a startup has: the problems first, then the decoys.
    pub(super) fn all(startup: &Startup) -> Vec<Self> {
        let mut chance = Chance::new(startup.seed).stream("problems");
        let mut problems: Vec<&'static Subject> = PROBLEMS.iter().collect();
        chance.shuffle(&mut problems);
        problems.truncate(startup.problems as usize);
        let quiet = startup.problems as usize / 6;
        let mut plants: Vec<Self> = problems
            .into_iter()
            .enumerate()
            .map(|(place, subject)| Self::problem(startup, &mut chance, subject, place < quiet))
            .collect();
        let mut decoys: Vec<&'static Subject> = DECOYS.iter().collect();
        chance.shuffle(&mut decoys);
        decoys.truncate(startup.decoys as usize);
        plants.extend(decoys.into_iter().map(|subject| Self::decoy(&mut chance, subject)));
        plants
    }

    fn problem(startup: &Startup, chance: &mut Chance, subject: &'static Subject, quiet: bool) -> Self {
        let strength = if quiet { chance.between(0.7, 0.95) } else { chance.between(0.05, 0.8) };
        let pain = (0.2 + 0.75 * strength + 0.06 * chance.normal()).clamp(0.1, 1.0);
        let speaks = if quiet { chance.between(0.05, 0.10) } else { chance.between(0.18, 0.45) };
        let share = 0.06 * 6.0_f64.powf(chance.f64());
        let mut segment = Segment { device: subject.device, ..Segment::default() };
        match chance.f64() {
            draw if draw < 0.22 && segment.device.is_none() => {
                segment.device = Some(*chance.pick(&["Mobile", "Mobile", "Desktop"]));
            }
            draw if draw < 0.36 => segment.country = Some(*chance.pick(&["CN", "abroad"])),
            draw if draw < 0.44 => segment.paying = Some(chance.coin(0.6)),
            _ => {}
        }
        // What reaches fewer people reaches more of them, or nobody would ever find it.
        let narrow = segment.device.is_some() || segment.country.is_some();
        let mut share = if narrow { share * 1.5 } else { share };
        let mut effect = Effect { staying_away: 0.8 * strength, ..Effect::default() };
        match subject.meets {
            Meets::Step(step) => {
                effect.step = Some(step);
                effect.giving_up = strength;
                // Few come as far as to pay.
                share *= [1.0, 1.0, 1.3, 1.5, 2.5][step.min(4)];
            }
            Meets::Bill => {
                effect.cancelling = strength;
                share *= 3.0;
            }
            Meets::Visit => {
                effect.step = Some(4);
                effect.giving_up = 0.5 * strength;
                effect.cancelling = 0.4 * strength;
            }
        }
        let mut course = Course::draw(startup, chance);
        // Few people come as far as to pay: what is met there is met by whoever comes, or by nobody at all.
        if matches!(subject.meets, Meets::Step(4) | Meets::Bill) {
            segment = Segment { device: subject.device, ..Segment::default() };
            share = share.max(0.5);
            if matches!(course, Course::Burst { .. }) {
                course = Course::Steady;
            }
        }
        Self {
            subject,
            kind: if quiet { PlantKind::Quiet } else { PlantKind::Problem },
            segment,
            share: share.min(0.75),
            pain,
            effect,
            course,
            speaks,
        }
    }

    fn decoy(chance: &mut Chance, subject: &'static Subject) -> Self {
        Self {
            subject,
            kind: PlantKind::Loud,
            segment: Segment::default(),
            share: chance.between(0.12, 0.22),
            pain: chance.between(0.08, 0.22),
            effect: Effect::default(),
            course: if chance.coin(0.5) { Course::Steady } else { Course::Growing },
            speaks: chance.between(0.55, 0.75),
        }
    }

    /// The release from which on it is there.
    pub(super) fn from_release(&self) -> Option<u32> {
        match self.course {
            Course::New { release } => Some(release),
            _ => None,
        }
    }
}
