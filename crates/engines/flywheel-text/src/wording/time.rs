//! When: the stretch of time that a sentence names, as dates.

use std::ops::Range;
use std::sync::LazyLock;

use flywheel_spec::product::{Interval, Period};
use flywheel_spec::project::Weekday;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use regex::{Captures, Regex};

use super::Settings;
use super::sentence::{Sentence, cue, pattern};

/// Years back that are read: in months they are as many steps as a question has at most.
const MOST_YEARS: i16 = 30;
/// Years that a stretch with nothing but an end reaches back: what a product counts is younger, and months of so many
/// years can be seen.
const YEARS_BEFORE: i64 = 10;

/// A stretch of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last; up to now when absent.
    pub to: Option<Date>,
    /// The first as so long before now, such as `-30d`.
    back: Option<String>,
    /// Only its end was named: the first is as early as anything is counted.
    pub no_beginning: bool,
}

impl Days {
    fn since(from: Date) -> Self {
        Self { from, to: None, back: None, no_beginning: false }
    }

    fn whole(from: Date, to: Date) -> Self {
        Self { from, to: Some(to), back: None, no_beginning: false }
    }

    fn until(to: Date) -> Self {
        let from = minus(to, YEARS_BEFORE.years()).first_of_year();
        Self { no_beginning: true, ..Self::whole(from, to) }
    }

    /// As a question writes it.
    pub fn period(&self) -> Period {
        let from = self.back.clone().unwrap_or_else(|| self.from.to_string());
        Period { from: Some(from), to: self.to.map(|date| date.to_string()) }
    }

    /// As moments, microseconds since 1970: the first inclusive, the last exclusive.
    pub fn moments(&self, settings: &Settings) -> (Option<i64>, Option<i64>) {
        let moment = |date: Date| {
            date.to_zoned_datetime(settings.zone.clone()).ok().map(|day| day.timestamp().as_microsecond())
        };
        let from = Some(self.from).filter(|_| !self.no_beginning).and_then(moment);
        (from, self.to.and_then(|to| moment(plus(to, 1.day()))))
    }

    /// Steps that cut it into a number that reads well.
    pub fn interval(&self, today: Date) -> Interval {
        let last = self.to.unwrap_or(today);
        match last.since(self.from).map_or(0, |span| span.get_days()) {
            ..=1 => Interval::Hour,
            2..=62 => Interval::Day,
            63..=400 => Interval::Week,
            _ => Interval::Month,
        }
    }
}

/// Reads the stretch of time that a sentence names and takes its words; where it names several, the first.
pub fn days(sentence: &mut Sentence, settings: &Settings) -> Option<Days> {
    let open = sentence.open();
    let mut found: Vec<(Range<usize>, Days)> = Vec::new();
    for pattern in RELATIVE.iter() {
        for captures in pattern.captures_iter(&open) {
            let Some(place) = captures.get(0) else { continue };
            found.extend(relative(&captures, settings).map(|days| (place.range(), days)));
        }
    }
    for captures in DATE.captures_iter(&open) {
        let Some(place) = captures.get(0) else { continue };
        let Some(days) = date(&captures, settings.today) else { continue };
        let before = open[..place.start()].trim_end();
        let led = LEADS.is_match(before) || ENDS.is_match(before);
        let bare = place.as_str() == "may" || (place.as_str().len() == 4 && captures.name("year").is_some());
        if led || !bare || TO.is_match(before) {
            found.push((place.range(), days));
        }
    }
    found.sort_by_key(|(place, _)| (place.start, usize::MAX - place.end));
    let mut disjoint: Vec<(Range<usize>, Days)> = Vec::new();
    for (place, days) in found {
        if disjoint.last().is_none_or(|(last, _)| last.end <= place.start) {
            disjoint.push((place, days));
        }
    }
    let (mut place, mut days) = disjoint.first()?.clone();
    if let Some((other, until)) = disjoint.get(1)
        && JOINS.is_match(&open[place.end..other.start])
    {
        let mut to = until.to.unwrap_or(settings.today);
        if to < days.from {
            to = plus(to, 1.year());
        }
        if to >= days.from {
            days = Days::whole(days.from, to);
            place.end = other.end;
        }
    }
    let joined = place.end > disjoint[0].0.end;
    if let Some((words, last)) = end_alone(&open, &place, &days, settings.today).filter(|_| !joined) {
        (place, days) = (words, Days::until(last));
    } else {
        let alone = days.to.is_some() && !joined;
        if let Some(lead) = LEADS.find(open[..place.start].trim_end()) {
            if alone && SINCE.is_match(lead.as_str()) {
                days = Days::since(days.from);
            }
            place.start = lead.start();
        }
        if let Some(tail) = SINCE_AFTER.find(&open[place.end..]) {
            if alone {
                days = Days::since(days.from);
            }
            place.end += tail.end();
        } else if let Some(tail) = WITHIN_AFTER.find(&open[place.end..]) {
            place.end += tail.end();
        }
    }
    if days.to.is_some_and(|to| to >= settings.today) && days.from <= settings.today {
        days.to = None;
    }
    // What is yet to come, or so long ago, cannot be told; its words stay, so that it is said that they were not used.
    if days.from > settings.today || settings.today.year() - days.from.year() > MOST_YEARS {
        return None;
    }
    sentence.take(&place);
    Some(days)
}

/// The words and the last day of a stretch of which only the end is named: `before March`, 3月之前, 到3月为止.
fn end_alone(open: &str, named: &Range<usize>, days: &Days, today: Date) -> Option<(Range<usize>, Date)> {
    let front = open[..named.start].trim_end();
    let lead = ENDS.find(front);
    let tail = ENDS_AFTER.captures(&open[named.end..]).filter(|tail| {
        // 前三个月 and 前端 go on from 前.
        let after = tail.get(0).map_or("", |found| &open[named.end + found.end()..]);
        tail.name("bare").is_none() || !after.trim_start().starts_with(|next: char| GOES_ON.contains(next))
    });
    if lead.is_none() && tail.is_none() {
        return None;
    }
    let whole = tail.as_ref().and_then(|tail| tail.get(0));
    let has = |name: &str| tail.as_ref().is_some_and(|tail| tail.name(name).is_some());
    let before = match (&lead, &tail) {
        (_, Some(_)) => !has("late") && !has("until"),
        (lead, None) => lead.is_some_and(|lead| BEFORE.is_match(lead.as_str())),
    };
    let last = if before { minus(days.from, 1.day()) } else { days.to.unwrap_or(today) };
    let lead = lead.or_else(|| LEADS.find(front)).or_else(|| TO.find(front));
    let start = lead.map_or(named.start, |lead| lead.start());
    Some((start..named.end + whole.map_or(0, |whole| whole.end()), last))
}

/// Reads the steps of time that a sentence asks for.
pub fn interval(sentence: &mut Sentence) -> Option<Interval> {
    let taken = INTERVALS.iter().find(|(pattern, _)| sentence.take_first(pattern).is_some());
    taken.map(|(_, interval)| *interval)
}

/// The stretch of this unit of the calendar that today lies in.
pub fn current(unit: Interval, settings: &Settings) -> Days {
    match unit {
        Interval::Week => Days::since(week(settings.today, settings.first_day_of_week)),
        Interval::Month => Days::since(settings.today.first_of_month()),
        Interval::Hour | Interval::Day => Days::since(settings.today),
    }
}

/// The year so far.
pub fn this_year(settings: &Settings) -> Days {
    Days::since(settings.today.first_of_year())
}

static INTERVALS: LazyLock<[(Regex, Interval); 4]> = LazyLock::new(|| {
    [
        (
            cue("hourly|(?:per|by|each|every) hour|hour by hour", "每个?小时|按小时|逐小时|分小时"),
            Interval::Hour,
        ),
        (
            cue("daily|(?:per|by|each|every) day|day by day", "每一?[天日]|按[天日]|逐[天日]|分天"),
            Interval::Day,
        ),
        (
            cue(
                "weekly|(?:per|by|each|every) week|week by week",
                "每个?(?:周|星期)|按(?:周|星期)|逐周|分周|周度",
            ),
            Interval::Week,
        ),
        (
            cue("monthly|(?:per|by|each|every) month|month by month", "每个?月|按月|逐月|分月|月度"),
            Interval::Month,
        ),
    ]
});

const NUMBER_ZH: &str = "[0-9]+|[一二两三四五六七八九十半几]+";

static RELATIVE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    vec![
        cue(
            r"(?:the )?(?:last|past|previous) (?P<n>[0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety|couple of|few) ?(?P<u>hour|day|week|month|quarter|year)s?",
            "",
        ),
        cue(
            r"(?:the )?(?P<w>this|current|last|previous|past) (?P<u>week|month|quarter|year)(?: so far)?",
            "",
        ),
        cue("(?P<today>today)|(?P<before>(?:the )?day before yesterday)|(?P<yesterday>yesterday)", ""),
        cue(
            "(?P<recent>recently|lately|these days)|(?P<ytd>ytd|year to date)|(?P<mtd>mtd|month to date)",
            "",
        ),
        cue("(?:(?:on|last) )?(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)", ""),
        cue(
            "",
            &format!(
                "(?:最近|过去|近|前|这)的?(?P<n>{NUMBER_ZH}) ?个?(?P<u>小时|天|日|周|星期|礼拜|月|季度|年)"
            ),
        ),
        cue("", "(?P<w>上上个?|上一?个?|本|这一?个?)(?P<u>周|星期|礼拜|月|季度|年)"),
        cue("", "(?P<thisyear>今年)|(?P<lastyear>去年)|(?P<yearbefore>前年)"),
        cue(
            "",
            "(?P<today>今[天日])|(?P<yesterday>昨[天日])|(?P<before>前天)|(?P<recent>最近|近期|近来|这段时间)",
        ),
    ]
});

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let zh = format!(
        "(?:(?P<zy>[0-9]{{4}}|今|去|前)年)?(?P<zm>{NUMBER_ZH})月份?(?:(?P<zd>{NUMBER_ZH})[日号])?|(?P<zyear>[0-9]{{4}})年|(?:(?P<qzy>[0-9]{{4}}|今|去|前)年)?第?(?P<qz>[一二三四1-4])季度"
    );
    let month = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec";
    let en = format!(
        "(?P<iy>[0-9]{{4}})[-/.](?P<im>[0-9]{{1,2}})(?:[-/.](?P<id>[0-9]{{1,2}}))?|(?:(?P<ed>[0-9]{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<em>{month})(?:\\.? (?P<ed2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?-u:\\b))?(?:,? (?P<ey>[0-9]{{4}}))?|q(?P<q>[1-4])(?: (?P<qy>[0-9]{{4}}))?|(?P<year>20[0-4][0-9])"
    );
    // The Chinese forms first: the year of 2025年3月 is no year alone.
    pattern(&format!("(?:{zh})|{}", cue(&en, "").as_str()))
});

/// Words that lead to a time.
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    end(&cue(
        "since|from|starting(?: in| on| from)?|after|in|during|on|of|over|within|for|between|the month of",
        "自从|自|从|在",
    ))
});
static SINCE: LazyLock<Regex> =
    LazyLock::new(|| cue("since|from|starting(?: in| on| from)?|after", "自从|自|从"));
static SINCE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "^ ?(?:onwards?|until now|till now|to now|to date|份?(?:以来|至今|到现在|到今天|起|之后|以后|开始))",
    )
});
/// Words that lead to an end, and those that follow one.
static ENDS: LazyLock<Regex> =
    LazyLock::new(|| end(&cue("(?:before|prior to|until|till)(?: the)?", "截至|截止到?|截止至|直到")));
static BEFORE: LazyLock<Regex> = LazyLock::new(|| cue("before|prior to", ""));
static ENDS_AFTER: LazyLock<Regex> =
    LazyLock::new(|| pattern("^ ?(?:份|初)?(?P<late>底|末)?(?:之前|以前|(?P<bare>前)|(?P<until>为止))"));
/// What goes on from 前 as another word.
const GOES_ON: &str = "0123456789一二两三四五六七八九十半几数端台面后者期往列景提途夕年天";
static WITHIN_AFTER: LazyLock<Regex> = LazyLock::new(|| pattern("^(?:'s|以内|之内|内|里|期间|中|末|初)"));
static TO: LazyLock<Regex> = LazyLock::new(|| end(&cue("to|until|till|through|and", "到|至|-|~")));
static JOINS: LazyLock<Regex> =
    LazyLock::new(|| pattern("^ ?(?:to|until|till|through|and|到|至|-|~|和)(?: the)? ?$"));

fn end(inner: &Regex) -> Regex {
    pattern(&format!("(?:{})$", inner.as_str()))
}

fn relative(captures: &Captures<'_>, settings: &Settings) -> Option<Days> {
    let today = settings.today;
    let named = |name: &str| captures.name(name).map(|found| found.as_str());
    if let (Some(count), Some(unit)) = (named("n"), named("u")) {
        return back(count, unit, today);
    }
    if named("w") == Some("past") {
        return back("1", named("u")?, today);
    }
    if let (Some(which), Some(unit)) = (named("w"), named("u")) {
        let ago: i64 = match which {
            "this" | "current" => 0,
            _ if which.starts_with("上上") => 2,
            _ if which.starts_with('上') || matches!(which, "last" | "previous") => 1,
            _ => 0,
        };
        let (from, next) = match unit {
            "week" | "周" | "星期" | "礼拜" => {
                let from = minus(week(today, settings.first_day_of_week), (7 * ago).days());
                (from, plus(from, 7.days()))
            }
            "month" | "月" => {
                let from = minus(today.first_of_month(), ago.months());
                (from, plus(from, 1.month()))
            }
            "quarter" | "季度" => {
                let from = minus(quarter(today), (3 * ago).months());
                (from, plus(from, 3.months()))
            }
            _ => {
                let from = minus(today.first_of_year(), ago.years());
                (from, plus(from, 1.year()))
            }
        };
        return Some(if ago == 0 { Days::since(from) } else { Days::whole(from, minus(next, 1.day())) });
    }
    let day = |ago: i64| {
        let day = minus(today, ago.days());
        Days::whole(day, day)
    };
    let year = |ago: i64| {
        let from = minus(today.first_of_year(), ago.years());
        if ago == 0 { Days::since(from) } else { Days::whole(from, from.last_of_year()) }
    };
    if let Some(weekday) = named("weekday") {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let wanted = names.iter().position(|name| *name == weekday)? as i64;
        let now = i64::from(today.weekday().to_monday_zero_offset());
        return Some(day((now - wanted).rem_euclid(7)));
    }
    match NAMES.into_iter().find(|name| captures.name(name).is_some())? {
        "today" => Some(Days::since(today)),
        "yesterday" => Some(day(1)),
        "before" => Some(day(2)),
        "recent" => back("30", "day", today),
        "ytd" | "thisyear" => Some(year(0)),
        "lastyear" => Some(year(1)),
        "yearbefore" => Some(year(2)),
        "mtd" => Some(Days::since(today.first_of_month())),
        _ => None,
    }
}

/// The groups that stand for one stretch each.
const NAMES: [&str; 9] =
    ["today", "yesterday", "before", "recent", "ytd", "mtd", "thisyear", "lastyear", "yearbefore"];

/// So many units before today.
fn back(count: &str, unit: &str, today: Date) -> Option<Days> {
    let half = count == "半";
    let count = number(count)?;
    let (text, from) = match unit {
        "hour" | "小时" => (format!("-{count}h"), minus(today, (i64::from(count) / 24).days())),
        "day" | "天" | "日" => days_back(count, today),
        "week" | "周" | "星期" | "礼拜" if count == 1 => days_back(7, today),
        "week" | "周" | "星期" | "礼拜" => {
            (format!("-{count}w"), minus(today, (7 * i64::from(count)).days()))
        }
        "month" | "月" if half => days_back(15, today),
        "month" | "月" if count == 1 => days_back(30, today),
        "month" | "月" => months_back(count, today),
        "quarter" | "季度" => months_back(3 * count, today),
        "year" | "年" if half => months_back(6, today),
        _ if count == 1 => months_back(12, today),
        _ => (format!("-{count}y"), minus(today, i64::from(count).years()).first_of_month()),
    };
    Some(Days { back: Some(text), ..Days::since(from) })
}

fn days_back(count: u32, today: Date) -> (String, Date) {
    (format!("-{count}d"), minus(today, i64::from(count).days()))
}

fn months_back(count: u32, today: Date) -> (String, Date) {
    (format!("-{count}mo"), minus(today, i64::from(count).months()).first_of_month())
}

/// A number from 1 to 1,000, in digits or words.
fn number(text: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 18] = [
        ("one", 1),
        ("two", 2),
        ("couple of", 2),
        ("few", 3),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("twelve", 12),
        ("fourteen", 14),
        ("thirty", 30),
        ("sixty", 60),
        ("ninety", 90),
        ("几", 3),
    ];
    if let Some((_, number)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(*number);
    }
    let number = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()?
    } else if text == "半" {
        1
    } else {
        let digit = |character| "零一二三四五六七八九".chars().position(|digit| digit == character);
        let (mut number, mut last) = (0_usize, 0);
        for character in text.chars() {
            match character {
                '两' => last = 2,
                '十' => {
                    number += 10 * last.max(1);
                    last = 0;
                }
                _ => last = digit(character)?,
            }
        }
        u32::try_from(number + last).ok()?
    };
    (1..=1_000).contains(&number).then_some(number)
}

/// A date, month, quarter or year by name; one without a year is the latest that has begun.
fn date(captures: &Captures<'_>, today: Date) -> Option<Days> {
    let named =
        |names: &[&str]| names.iter().find_map(|name| captures.name(name)).map(|found| found.as_str());
    let year = match named(&["iy", "ey", "zy", "zyear", "qzy", "qy", "year"]) {
        Some("今") => Some(today.year()),
        Some("去") => Some(today.year() - 1),
        Some("前") => Some(today.year() - 2),
        Some(text) => Some(text.parse::<i16>().ok().filter(|year| (1971..=9_000).contains(year))?),
        None => None,
    };
    let past = |month: i8, day: i8| {
        let this = Date::new(year.unwrap_or(today.year()), month, day).ok()?;
        if year.is_none() && this > today { this.checked_sub(1.year()).ok() } else { Some(this) }
    };
    if let Some(quarter) = named(&["q", "qz"]) {
        let quarter = i8::try_from(number(quarter)?).ok()?;
        let from = past(3 * quarter - 2, 1)?;
        return Some(Days::whole(from, minus(plus(from, 3.months()), 1.day())));
    }
    let month = match (named(&["im", "zm"]), named(&["em"])) {
        (Some(text), _) => i8::try_from(number(text)?).ok().filter(|month| (1..=12).contains(month))?,
        (None, Some(name)) => {
            let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            i8::try_from(names.iter().position(|month| name.starts_with(month))? + 1).ok()?
        }
        (None, None) => {
            let from = past(1, 1)?;
            return Some(Days::whole(from, from.last_of_year()));
        }
    };
    match named(&["id", "zd", "ed", "ed2"]) {
        Some(day) => {
            let day = past(month, i8::try_from(number(day)?).ok()?)?;
            Some(Days::whole(day, day))
        }
        None => {
            let from = past(month, 1)?;
            Some(Days::whole(from, from.last_of_month()))
        }
    }
}

fn week(date: Date, first: Weekday) -> Date {
    let first = match first {
        Weekday::Monday => jiff::civil::Weekday::Monday,
        Weekday::Sunday => jiff::civil::Weekday::Sunday,
        Weekday::Saturday => jiff::civil::Weekday::Saturday,
    };
    minus(date, i64::from(date.weekday().since(first)).days())
}

fn quarter(date: Date) -> Date {
    let into = i64::from((date.month() - 1) % 3);
    minus(date.first_of_month(), into.months())
}

fn plus(date: Date, span: Span) -> Date {
    date.checked_add(span).unwrap_or(date)
}

fn minus(date: Date, span: Span) -> Date {
    date.checked_sub(span).unwrap_or(date)
}
