//! Who a person is: how they came, with what, and how far they will go.

use super::{DAY, STEPS, Startup};

/// What they use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// A computer.
    Desktop,
    /// A phone.
    Mobile,
    /// A tablet.
    Tablet,
}

/// What they pay for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    Free,
    /// 12 a month.
    Team,
    /// 49 a month.
    Business,
}

/// How they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By themselves.
    Organic,
    /// Through an advert.
    Advert,
    /// Through a search engine.
    Search,
    /// Somebody invited them.
    Friend,
}

/// One person with what is true of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// From 0, in the order in which people came.
    pub number: u64,
    /// What clients send.
    pub distinct_id: String,
    /// The first visit, microseconds since 1970.
    pub first: i64,
    /// What they use.
    pub device: Device,
    /// Their browser.
    pub browser: &'static str,
    /// Their country.
    pub country: &'static str,
    /// What they would pay for.
    pub plan: Plan,
    /// How they came.
    pub channel: Channel,
    /// Who invited them, by number.
    pub invited_by: Option<u64>,
    /// Steps of the way to a purchase that they take where no planted problem stops them, 0 to 5.
    pub steps: usize,
    /// Chance of coming on a day, at first, where no planted problem drives them away.
    pub habit: f64,
    /// Share of that chance left after each week.
    pub staying: f64,
}

impl Device {
    /// As PostHog's `$device_type` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "Desktop",
            Self::Mobile => "Mobile",
            Self::Tablet => "Tablet",
        }
    }
}

impl Plan {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Team => "team",
            Self::Business => "business",
        }
    }

    /// What it costs a month.
    pub fn price(self) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::Team => 12.0,
            Self::Business => 49.0,
        }
    }
}

impl Channel {
    /// As `utm_source` has it; absent for those who came by themselves.
    pub fn source(self) -> Option<&'static str> {
        match self {
            Self::Organic => None,
            Self::Advert => Some("adverts"),
            Self::Search => Some("search"),
            Self::Friend => Some("invitation"),
        }
    }
}

/// Chances of taking each step of [`STEPS`] after the one before: the first is to sign up at all.
const CHANCES: [f64; STEPS.len()] = [0.70, 0.64, 0.55, 0.72, 0.35];

/// What a phone leaves of the chance of the third step: its dialog of invitations is broken there.
pub(super) const BROKEN_ON_PHONES: f64 = 0.45;

impl Person {
    pub(super) fn draw(startup: &Startup, number: u64) -> Self {
        let mut chance = startup.chance(number, "person");
        // People come faster as the startup grows: the square root puts twice as many into the second half as a line would.
        let share = (number as f64 + chance.f64()) / startup.people.max(1) as f64;
        let day = f64::from(startup.days) * 0.97 * share.sqrt();
        let first = startup.begins + (day * DAY as f64) as i64;
        let device = match chance.f64() {
            draw if draw < 0.55 => Device::Desktop,
            draw if draw < 0.92 => Device::Mobile,
            _ => Device::Tablet,
        };
        let browser = match device {
            Device::Desktop => *chance.pick(&["Chrome", "Chrome", "Chrome", "Firefox", "Edge", "Safari"]),
            _ => *chance.pick(&["Chrome", "Mobile Safari", "Mobile Safari", "WeChat"]),
        };
        let country = *chance.pick(&["CN", "CN", "CN", "US", "US", "DE", "GB", "FR", "IN", "JP"]);
        let plan = match chance.f64() {
            draw if draw < 0.70 => Plan::Free,
            draw if draw < 0.94 => Plan::Team,
            _ => Plan::Business,
        };
        let invited = number > 20 && chance.coin(0.18);
        let invited_by = invited.then(|| chance.below(number));
        let channel = match (invited, chance.f64()) {
            (true, _) => Channel::Friend,
            (false, draw) if draw < 0.45 => Channel::Organic,
            (false, draw) if draw < 0.75 => Channel::Search,
            _ => Channel::Advert,
        };
        let mut steps = 0;
        for (step, likely) in CHANCES.iter().enumerate() {
            let mut likely = *likely;
            if step == 2 && device == Device::Mobile {
                likely *= BROKEN_ON_PHONES;
            }
            if step == 4 && plan == Plan::Free {
                likely *= 0.1;
            }
            if !chance.coin(likely) {
                break;
            }
            steps += 1;
        }
        let habit = (0.10 + 0.06 * steps as f64) * chance.between(0.5, 1.5);
        let staying = match channel {
            Channel::Friend => 0.93,
            Channel::Organic => 0.90,
            Channel::Search => 0.86,
            Channel::Advert => 0.74,
        };
        Self {
            number,
            distinct_id: distinct_id(startup, number),
            first,
            device,
            browser,
            country,
            plan,
            channel,
            invited_by,
            steps,
            habit,
            staying,
        }
    }
}

/// What the clients of a person send.
pub(super) fn distinct_id(startup: &Startup, number: u64) -> String {
    let mut chance = startup.chance(number, "distinct id");
    format!("u{number}-{:08x}", chance.u32())
}
