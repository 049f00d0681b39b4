//! A metric as two sums over people: what is counted, and what it is divided by.

use flywheel_people::{Column, PersonEvents};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::phrase;
use flywheel_spec::product::EventFilter;
use flywheel_spec::product::metric::{Count, Metric};

use crate::clustered::{cut, not_below_zero, ratio};
use crate::settings::Settings;

/// A metric ready to be counted: where its filters and its column stand in a reading.
#[derive(Debug, Clone)]
pub(crate) struct ReadyMetric {
    pub name: String,
    pub count: Count,
    event: u64,
    among: u64,
    column: Option<usize>,
}

impl ReadyMetric {
    /// Checks a metric and adds what it reads.
    pub fn new(
        metric: &Metric,
        setting: &str,
        settings: &mut Settings,
        filters: &mut Vec<EventFilter>,
        columns: &mut Vec<Column>,
    ) -> Self {
        settings.filter(&format!("{setting}.event"), &metric.event);
        settings.maybe(&format!("{setting}.among"), metric.among.as_ref());
        let needs = metric.count.needs_property();
        settings.need(needs == metric.property.is_some(), &format!("{setting}.property"), || {
            if needs { phrase!("growth.metric_property") } else { phrase!("growth.metric_no_property") }
        });
        let share = metric.count == Count::Share;
        settings.need(share == metric.among.is_some(), &format!("{setting}.among"), || {
            if share { phrase!("growth.metric_among") } else { phrase!("growth.metric_no_among") }
        });
        let column = metric.property.clone().map(|property| {
            let column = Column::Number { property };
            columns.iter().position(|known| *known == column).unwrap_or_else(|| {
                columns.push(column);
                columns.len() - 1
            })
        });
        let event = bit(filters, &metric.event);
        let among = metric.among.as_ref().map_or(0, |among| bit(filters, among));
        Self { name: metric.label(), count: metric.count, event, among, column }
    }

    /// A person's part of the two sums over some of their events.
    pub fn person(&self, events: &PersonEvents<'_>, some: std::ops::Range<usize>) -> (f64, f64) {
        let (mut count, mut sum, mut valued, mut among) = (0.0, 0.0, 0.0, false);
        for event in some {
            let mark = events.marks[event];
            among |= mark & self.among != 0;
            if mark & self.event == 0 {
                continue;
            }
            count += 1.0;
            if let Some(value) = self.column.and_then(|column| events.number(column, event)) {
                sum += value;
                valued += 1.0;
            }
        }
        let did = f64::from(u8::from(count > 0.0));
        match self.count {
            Count::Events => (count, 0.0),
            Count::People => (did, 0.0),
            Count::PerPerson => (count, did),
            Count::Sum => (sum, 0.0),
            Count::Mean => (sum, valued),
            Count::SumPerPerson => (sum, did),
            Count::Share => {
                let among = f64::from(u8::from(among));
                (did * among, among)
            }
        }
    }

    /// An estimate of the metric, its interval cut to where it can lie; amounts may be negative.
    pub fn cut(&self, estimate: Estimate) -> Estimate {
        match self.count {
            Count::Events | Count::People | Count::PerPerson => not_below_zero(estimate),
            Count::Share => cut(estimate, 0.0, 1.0),
            Count::Sum | Count::Mean | Count::SumPerPerson => estimate,
        }
    }

    /// The metric of its two sums; absent where a ratio has nothing below.
    pub fn value(&self, counted: f64, below: f64) -> Option<f64> {
        if self.count.is_total() { Some(counted) } else { ratio(counted, below) }
    }
}

/// A filter's bit in a reading, which gets it when it lacks it; 0 where there is no room.
pub(crate) fn bit(filters: &mut Vec<EventFilter>, filter: &EventFilter) -> u64 {
    let alike = |known: &EventFilter| known.event == filter.event && known.conditions == filter.conditions;
    let at = filters.iter().position(alike).unwrap_or_else(|| {
        filters.push(filter.clone());
        filters.len() - 1
    });
    if at < flywheel_people::reading::FILTERS_AT_MOST { 1 << at } else { 0 }
}
