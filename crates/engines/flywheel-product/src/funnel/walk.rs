//! One person's way through steps in order: for each step the attempt that began last, as PostHog's own funnel keeps it.
//!
//! An attempt begins with every event of the first step, and goes on with the first event of its next step within the window.
//! Where two attempts have done the same step, the one that began later goes on, because it has more time.
//! An event does at most one step of an attempt.
//! An exclusion spoils the attempts that wait between its steps; a spoilt attempt does one more step and then ends.
//! A person counts at the furthest step that any attempt did; when that attempt was spoilt, they are removed.
//! Of attempts that got equally far the first counts, and it is spoilt with any later one at its step while its window is open.
//!
//! Events of the same microsecond have no order: an attempt goes as far as different events of that moment allow.
//! An exclusion of a moment spoils only attempts that don't go on at that moment, and in a strict funnel an attempt ends
//! at a moment when it neither goes on nor has its last step done once more.
//! So an answer never depends on the order in which events of one moment are read.

/// No attempt.
const NONE: i64 = i64::MIN;

/// What a walk goes by; steps count from 0 here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// How many steps; bit `i` of a mark is step `i`.
    pub steps: usize,
    /// The bits of steps that may be skipped.
    pub optional: u64,
    /// Whether every other event in between ends an attempt.
    pub strict: bool,
    /// The bits of exclusions that must not happen while an attempt waits after step `i`.
    pub exclusions: Vec<u64>,
    /// All exclusions' bits.
    pub excluded: u64,
    /// Microseconds from the first step in which the last one counts, inclusive.
    pub window: i64,
}

impl Route {
    /// The bits of all steps.
    pub fn all(&self) -> u64 {
        if self.steps >= 64 { u64::MAX } else { (1 << self.steps) - 1 }
    }
}

/// A walk's room and its result; kept from person to person so that nothing is allocated.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// For each step, when the attempt that did it last began.
    start: Vec<i64>,
    /// For each step, which steps its attempt did.
    did: Vec<u64>,
    /// For each step, when its attempt did each step.
    when: Vec<i64>,
    /// Steps whose attempt is spoilt.
    spoilt: u64,
    /// How many steps are done by the best attempt, the last one's position; 0 for none.
    pub reached: usize,
    /// Which steps it did.
    pub done: u64,
    /// When it did each.
    pub times: Vec<i64>,
    /// When it began.
    pub began: i64,
    /// Whether it is spoilt: the person is removed.
    pub removed: bool,
    /// When an attempt in any order last began.
    pub(super) latest: Option<i64>,
    /// Room for the events of one moment.
    moment: Vec<u64>,
    owner: Vec<usize>,
    seen: Vec<bool>,
    before: Vec<i64>,
}

impl Walk {
    /// Walks through one person's events, which are in order of time; attempts begin before `until`.
    pub fn ordered(&mut self, route: &Route, times: &[i64], marks: &[u64], until: i64) {
        self.reset(route.steps);
        if route.strict || route.optional != 0 || route.excluded != 0 {
            self.guarded(route, times, marks, until);
        } else {
            self.plain(route, times, marks, until);
        }
    }

    /// When an attempt last began, for whoever asks whether there is still time.
    pub fn last_start(&self) -> Option<i64> {
        self.latest.or(self.start.first().copied().filter(|start| *start != NONE))
    }

    /// True when the person is counted.
    pub fn counts(&self) -> bool {
        self.reached > 0 && !self.removed
    }

    pub(super) fn reset(&mut self, steps: usize) {
        if self.start.len() != steps {
            self.start = vec![NONE; steps];
            self.did = vec![0; steps];
            self.when = vec![NONE; steps * steps];
            self.times = vec![NONE; steps];
        } else {
            self.start.fill(NONE);
        }
        (self.spoilt, self.reached, self.done, self.began) = (0, 0, 0, NONE);
        (self.removed, self.latest) = (false, None);
    }

    /// No exclusions, no optional steps, other events allowed: the common case, in one tight loop.
    ///
    /// It only remembers when each attempt began, almost without branches;
    /// when the best one did its steps is looked up once at the end.
    fn plain(&mut self, route: &Route, times: &[i64], marks: &[u64], until: i64) {
        let (steps, all) = (route.steps, route.all());
        // So that the time since no attempt at all, which is as long as can be, never fits.
        let window = route.window.min(i64::MAX - 1);
        // One further on: what a first step begins with is the event itself.
        let mut began = [NONE; 65];
        let (mut reached, mut best) = (0, NONE);
        let mut skip = 0;
        for (at, (time, mark)) in times.iter().zip(marks).enumerate() {
            let mut bits = mark & all;
            if at < skip {
                continue;
            }
            if times.get(at + 1) == Some(time) {
                let end = end_of_moment(times, at);
                if !alike(&marks[at..end], all) {
                    return self.guarded(route, times, marks, until);
                }
                skip = end;
            }
            began[0] = if *time < until { *time } else { NONE };
            while bits != 0 {
                let step = 63 - bits.leading_zeros() as usize;
                bits ^= 1 << step;
                let start = began[step];
                let fits = time.saturating_sub(start) <= window;
                began[step + 1] = if fits { start } else { began[step + 1] };
                if step >= reached && fits {
                    (reached, best) = (step + 1, start);
                }
            }
            if reached == steps {
                break;
            }
        }
        if reached == 0 {
            return;
        }
        (self.reached, self.began) = (reached, best);
        self.done = (1_u64 << (reached - 1) << 1).wrapping_sub(1);
        self.start[0] = began[1];
        // From its beginning on, every step as early as it can be.
        let mut at = times.partition_point(|time| *time < best);
        for step in 0..reached {
            while marks[at] >> step & 1 == 0 {
                at += 1;
            }
            self.times[step] = times[at];
            at += 1;
        }
    }

    fn guarded(&mut self, route: &Route, times: &[i64], marks: &[u64], until: i64) {
        let relevant = route.all() | route.excluded;
        let mut at = 0;
        while at < times.len() {
            let end = end_of_moment(times, at);
            let group = &marks[at..end];
            let both = group[0] & route.all() != 0 && group[0] & route.excluded != 0;
            if !both && (group.len() == 1 || alike(group, relevant)) {
                self.single(route, times[at], group[0], until);
            } else {
                self.moment(route, times[at], group, until);
            }
            // A whole way that nothing spoilt is as good as it gets.
            if self.reached == route.steps && !self.removed {
                return;
            }
            at = end;
        }
    }

    /// One event at its moment, which is a step's or an exclusion's.
    fn single(&mut self, route: &Route, time: i64, mark: u64, until: i64) {
        let steps = route.steps;
        let mut bits = mark & route.all();
        while bits != 0 {
            let step = 63 - bits.leading_zeros() as usize;
            bits ^= 1 << step;
            if step == 0 {
                if time < until {
                    self.begin(time);
                    self.improve(0, steps);
                }
                continue;
            }
            // The step right before, or where that may be skipped and wasn't done in time, one further back.
            let open = |walk: &Self, from: usize| {
                walk.start[from] != NONE && time.saturating_sub(walk.start[from]) <= route.window
            };
            let mut from = step - 1;
            while from > 0 && !open(self, from) && route.optional >> from & 1 == 1 {
                from -= 1;
            }
            if !open(self, from) || self.start[from] == self.start[step] {
                continue;
            }
            if self.spoilt >> from & 1 == 1 {
                self.improve_spoilt(from, step, time, steps);
            } else {
                self.go(from, step, time, steps);
                self.improve(step, steps);
            }
        }
        if mark & route.excluded != 0 {
            for from in 0..steps - 1 {
                let start = self.start[from];
                if self.waits_for(route, from) & mark != 0
                    && start != NONE
                    && time.saturating_sub(start) <= route.window
                    && !self.went_on(from, start)
                {
                    self.spoil(route, from, time);
                }
            }
        }
        if route.strict {
            self.clear(mark);
        }
    }

    /// Several events of one moment.
    fn moment(&mut self, route: &Route, time: i64, marks: &[u64], until: i64) {
        let (steps, all) = (route.steps, route.all());
        let mut group = std::mem::take(&mut self.moment);
        group.clear();
        group.extend(marks.iter().map(|mark| mark & all).filter(|mark| *mark != 0));
        let mut before = std::mem::take(&mut self.before);
        before.clear();
        before.extend_from_slice(&self.start);
        let fits = group.iter().fold(0, |fits, mark| fits | mark);
        // From the last step down, so that what a step starts from is as it was before the moment.
        for step in (0..steps).rev() {
            if fits >> step & 1 == 1 {
                self.arrive(route, time, step, &group, &before, until);
            }
        }
        let mark = marks.iter().fold(0, |mark, other| mark | other);
        if mark & route.excluded != 0 {
            for (from, start) in before[..steps - 1].iter().copied().enumerate() {
                let waiting = start != NONE && time.saturating_sub(start) <= route.window;
                if self.waits_for(route, from) & mark != 0 && waiting && !self.went_on(from, start) {
                    self.spoil_moment(route, from, start, time);
                }
            }
        }
        if route.strict {
            self.clear(fits);
        }
        self.moment = group;
        self.before = before;
    }

    /// The attempt that began last among those that this moment brings to a step.
    fn arrive(&mut self, route: &Route, time: i64, step: usize, group: &[u64], before: &[i64], until: i64) {
        let steps = route.steps;
        self.owner.clear();
        self.owner.resize(group.len(), usize::MAX);
        // How far back different events of the moment reach, and which of the steps on the way they do.
        let (mut first, mut does) = (step, 0_u64);
        let mut at = step;
        loop {
            if self.place(at, group) {
                does |= 1 << at;
            } else if at == step || route.optional >> at & 1 == 0 {
                break;
            }
            first = at;
            if at == 0 {
                break;
            }
            at -= 1;
        }
        if first == 0 && does & 1 == 1 && time < until {
            if self.start[step] != time {
                self.start[step] = time;
                self.did[step] = does;
                self.when[step * steps..step * steps + step + 1].fill(time);
                self.spoilt &= !(1 << step);
                self.improve(step, steps);
            }
            return;
        }
        for from in first.max(1) - 1..step {
            let start = self.start[from];
            if start == NONE || time.saturating_sub(start) > route.window {
                continue;
            }
            if before[from + 1..].contains(&start) {
                // It had gone on before this moment; where it had come here, it stays.
                if before[step] == start {
                    return;
                }
                continue;
            }
            if self.spoilt >> from & 1 == 1 {
                let skipped = (from + 1..step).all(|other| route.optional >> other & 1 == 1);
                if skipped {
                    self.improve_spoilt(from, step, time, steps);
                }
                continue;
            }
            let between = does & !((2_u64 << from) - 1);
            self.start[step] = start;
            self.did[step] = self.did[from] | between;
            self.when.copy_within(from * steps..from * steps + from + 1, step * steps);
            self.when[step * steps + from + 1..step * steps + step + 1].fill(time);
            self.spoilt &= !(1 << step);
            self.improve(step, steps);
            return;
        }
    }

    /// Gives a step an event of the moment of its own, moving others aside where that helps (Kuhn's augmenting path).
    fn place(&mut self, step: usize, group: &[u64]) -> bool {
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        seen.resize(group.len(), false);
        let placed = augment(step, group, &mut self.owner, &mut seen);
        self.seen = seen;
        placed
    }

    fn begin(&mut self, time: i64) {
        self.start[0] = time;
        self.did[0] = 1;
        self.when[0] = time;
        self.spoilt &= !1;
    }

    fn go(&mut self, from: usize, step: usize, time: i64, steps: usize) {
        self.start[step] = self.start[from];
        self.did[step] = self.did[from] | 1 << step;
        self.when.copy_within(from * steps..from * steps + from + 1, step * steps);
        self.when[step * steps + step] = time;
        self.spoilt &= !(1 << step);
    }

    /// Whether the attempt that did a step has done a later one.
    fn went_on(&self, from: usize, start: i64) -> bool {
        self.start[from + 1..].contains(&start)
    }

    /// The exclusions that spoil an attempt which waits after a step.
    fn waits_for(&self, route: &Route, from: usize) -> u64 {
        let mut bits = route.exclusions.get(from).copied().unwrap_or(0);
        let mut next = from + 1;
        while next < route.steps && route.optional >> next & 1 == 1 {
            bits |= route.exclusions.get(next).copied().unwrap_or(0);
            next += 1;
        }
        bits
    }

    fn spoil(&mut self, route: &Route, from: usize, time: i64) {
        if self.spoilt >> from & 1 == 1 {
            return;
        }
        self.spoilt |= 1 << from;
        if self.best_waits(route, from, time) {
            self.removed = true;
        }
    }

    fn spoil_moment(&mut self, route: &Route, from: usize, start: i64, time: i64) {
        let replaced = self.start[from] != start;
        if !replaced {
            self.spoil(route, from, time);
        } else if self.best_waits(route, from, time) && self.times[from] < time {
            // The best attempt waited and is spoilt; one that came to the same step at this moment takes its place.
            self.keep(from, route.steps);
        }
    }

    fn best_waits(&self, route: &Route, from: usize, time: i64) -> bool {
        self.reached == from + 1 && !self.removed && time.saturating_sub(self.began) <= route.window
    }

    fn improve(&mut self, step: usize, steps: usize) {
        if step >= self.reached || (step + 1 == self.reached && self.removed) {
            self.keep(step, steps);
        }
    }

    /// A spoilt attempt's one more step.
    fn improve_spoilt(&mut self, from: usize, step: usize, time: i64, steps: usize) {
        if step >= self.reached {
            self.keep(from, steps);
            self.reached = step + 1;
            self.done |= 1 << step;
            self.times[step] = time;
            self.removed = true;
        }
    }

    fn keep(&mut self, step: usize, steps: usize) {
        self.reached = step + 1;
        self.done = self.did[step];
        self.began = self.start[step];
        self.times[..=step].copy_from_slice(&self.when[step * steps..step * steps + step + 1]);
        self.removed = false;
    }

    /// Ends the attempts that nothing of this moment fits.
    fn clear(&mut self, fits: u64) {
        for step in 0..self.start.len() {
            if fits >> step & 1 == 0 {
                self.start[step] = NONE;
            }
        }
    }
}

fn augment(step: usize, group: &[u64], owner: &mut [usize], seen: &mut [bool]) -> bool {
    for event in 0..group.len() {
        if group[event] >> step & 1 == 0 || seen[event] {
            continue;
        }
        seen[event] = true;
        if owner[event] == usize::MAX || augment(owner[event], group, owner, seen) {
            owner[event] = step;
            return true;
        }
    }
    false
}

pub(super) fn end_of_moment(times: &[i64], at: usize) -> usize {
    let mut end = at + 1;
    while times.get(end) == Some(&times[at]) {
        end += 1;
    }
    end
}

/// Whether the events of a moment are one and the same thing, so that one stands for all.
fn alike(marks: &[u64], relevant: u64) -> bool {
    let first = marks[0] & relevant;
    first.count_ones() <= 1 && marks.iter().all(|mark| mark & relevant == first)
}
