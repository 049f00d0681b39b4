//! Charts for a terminal: columns, lines and grids of letters.

use flywheel_spec::product::{Chart, ChartKind, Series};
use unicode_width::UnicodeWidthStr;

use super::number::{count, percent, significant};
use crate::screen::{Screen, Style};

/// The widest column of a bar.
const WIDEST: usize = 40;

/// Series and marks that are shown.
const SHOWN: usize = 40;

/// A chart with its title; ends with a line break.
pub fn chart(screen: &Screen, chart: &Chart) -> String {
    let mut text = format!("{}\n", screen.paint(Style::Bold, screen.text(&chart.title)));
    text.push_str(&match chart.kind {
        ChartKind::Sankey => flows(screen, chart),
        ChartKind::Heatmap => grid(screen, chart),
        ChartKind::Funnel => bars(screen, chart, true),
        ChartKind::Bar if chart.series.len() == 1 => bars(screen, chart, false),
        ChartKind::Line | ChartKind::Bar | ChartKind::StackedBar => lines(screen, chart),
    });
    text
}

/// A number of a chart as people read it.
pub fn value(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        let whole = count(number.abs() as u64);
        return if number < 0.0 { format!("−{whole}") } else { whole };
    }
    significant(number)
}

/// One line a series: its course in eight heights, its least, greatest and last value.
fn lines(screen: &Screen, chart: &Chart) -> String {
    let widest = widest_name(screen, chart);
    let marks: Vec<&str> = chart.marks(screen.language).collect();
    let mut text = String::new();
    for series in chart.series.iter().take(SHOWN) {
        let numbers = || series.values.iter().flatten().copied();
        let (low, high) = numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        let ends = if low > high { String::new() } else { format!("{} … {}", value(low), value(high)) };
        let last = series.values.iter().rev().flatten().next().map(|number| value(*number));
        text.push_str(&format!(
            "  {}  {}  {}  {}\n",
            padded(series.text(screen.language), widest),
            spark(&series.values, low, high),
            last.unwrap_or_else(|| "–".to_owned()),
            screen.paint(Style::Dim, &ends)
        ));
    }
    if let (Some(first), Some(last)) = (marks.first(), marks.last()) {
        let axis = format!("  {}  {first} … {last}\n", " ".repeat(widest));
        text.push_str(&screen.paint(Style::Dim, &axis));
    }
    text.push_str(&more(screen, chart.series.len()));
    text
}

/// The course of values in eight heights; longer ones are drawn together.
pub fn spark(values: &[Option<f64>], low: f64, high: f64) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const LONGEST: usize = 60;
    let together = values.len().div_ceil(LONGEST).max(1);
    // From zero, so that a small change looks small.
    let low = low.min(0.0);
    values
        .chunks(together)
        .map(|chunk| {
            let numbers: Vec<f64> = chunk.iter().flatten().copied().collect();
            if numbers.is_empty() {
                return ' ';
            }
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
            HEIGHTS[((share * 7.0).round() as usize).min(7)]
        })
        .collect()
}

/// One line a mark, with a column as long as its value.
fn bars(screen: &Screen, chart: &Chart, shares: bool) -> String {
    let mut text = String::new();
    for series in &chart.series {
        if chart.series.len() > 1 {
            text.push_str(&format!("  {}\n", screen.paint(Style::Dim, series.text(screen.language))));
        }
        text.push_str(&bars_of(screen, chart, series, shares));
    }
    text.push_str(&more(screen, chart.axis.len()));
    text
}

fn bars_of(screen: &Screen, chart: &Chart, series: &Series, shares: bool) -> String {
    let marks = || chart.marks(screen.language).zip(&series.values).take(SHOWN);
    let widest = marks().map(|(mark, _)| mark.width()).max().unwrap_or(0);
    let greatest = marks().filter_map(|(_, value)| *value).fold(0.0, f64::max);
    let first = series.values.first().copied().flatten().filter(|first| *first > 0.0);
    let mut text = String::new();
    for (mark, number) in marks() {
        let number_text = number.map_or_else(|| "–".to_owned(), value);
        let share = match (shares, first, number) {
            (true, Some(first), Some(number)) => format!("  {}", percent(number / first)),
            _ => String::new(),
        };
        let column = column(number.unwrap_or(0.0), greatest);
        text.push_str(&format!("  {}  {column} {number_text}{share}\n", padded(mark, widest)));
    }
    text
}

/// A column of eighths.
fn column(number: f64, greatest: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if greatest <= 0.0 || number <= 0.0 {
        return String::new();
    }
    let eighths = (number / greatest * (WIDEST * 8) as f64).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// One line a series, one cell a mark, the darker the greater.
fn grid(screen: &Screen, chart: &Chart) -> String {
    let all = || chart.series.iter().flat_map(|series| series.values.iter().flatten());
    let greatest = all().fold(0.0, |greatest: f64, number| greatest.max(*number));
    let are_shares = greatest <= 1.0 && all().any(|number| number.fract() != 0.0 || *number == 1.0);
    let cell = |number: f64| if are_shares { format!("{:.0}%", number * 100.0) } else { value(number) };
    let widest = widest_name(screen, chart);
    let columns = chart.axis.len().min(16);
    let marks = || chart.marks(screen.language).take(columns);
    let cells = chart.series.iter().flat_map(|series| series.values.iter().take(columns));
    let wide = cells
        .map(|number| number.map_or(1, |number| cell(number).width()))
        .chain(marks().map(|mark| mark.width()))
        .max()
        .unwrap_or(1);
    let mut text = format!("  {}", " ".repeat(widest));
    for mark in marks() {
        text.push_str(&format!("  {}{mark}", " ".repeat(wide + 1 - mark.width().min(wide))));
    }
    text = format!("{}\n", screen.paint(Style::Dim, text.trim_end()));
    for series in chart.series.iter().take(SHOWN) {
        text.push_str(&format!("  {}", padded(series.text(screen.language), widest)));
        for number in series.values.iter().take(columns) {
            let shown = number.map(&cell).unwrap_or_default();
            let shade = match number.map(|number| if greatest > 0.0 { number / greatest } else { 0.0 }) {
                None => ' ',
                Some(share) if share >= 0.75 => '█',
                Some(share) if share >= 0.5 => '▓',
                Some(share) if share >= 0.25 => '▒',
                Some(share) if share > 0.0 => '░',
                Some(_) => '·',
            };
            text.push_str(&format!("  {shade}{}{shown}", " ".repeat(wide - shown.width().min(wide))));
        }
        text = text.trim_end().to_owned();
        text.push('\n');
    }
    text.push_str(&more(screen, chart.series.len()));
    text
}

/// The strongest links of a Sankey.
fn flows(screen: &Screen, chart: &Chart) -> String {
    let marks: Vec<&str> = chart.marks(screen.language).collect();
    let node = |text: &str| text.parse::<usize>().ok().and_then(|at| marks.get(at)).copied();
    let mut links: Vec<(String, f64)> = Vec::new();
    for series in &chart.series {
        let ends = series.name.split_once('>').and_then(|(from, to)| Some((node(from)?, node(to)?)));
        if let (Some((from, to)), Some(number)) = (ends, series.values.first().copied().flatten()) {
            links.push((format!("{from} → {to}"), number));
        }
    }
    links.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let widest = links.iter().take(SHOWN).map(|(name, _)| name.width()).max().unwrap_or(0);
    let greatest = links.first().map_or(0.0, |(_, number)| *number);
    let mut text = String::new();
    for (name, number) in links.iter().take(SHOWN) {
        text.push_str(&format!(
            "  {}  {} {}\n",
            padded(name, widest),
            column(*number, greatest),
            value(*number)
        ));
    }
    text.push_str(&more(screen, links.len()));
    text
}

/// How wide the names of the series are that are shown.
fn widest_name(screen: &Screen, chart: &Chart) -> usize {
    let names = chart.series.iter().take(SHOWN).map(|series| series.text(screen.language).width());
    names.max().unwrap_or(0)
}

fn more(screen: &Screen, all: usize) -> String {
    if all <= SHOWN {
        return String::new();
    }
    format!("  … {} {}\n", count((all - SHOWN) as u64), screen.word("more"))
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::{Language, Phrase, phrase};

    use super::*;

    fn screen(language: Language) -> Screen {
        Screen { language, json: false, color: false, live: false, width: Some(100) }
    }

    fn made(kind: ChartKind, axis: &[&str], series: &[(&str, &[Option<f64>])]) -> String {
        let series = series.iter().map(|(name, values)| Series {
            name: (*name).to_owned(),
            title: None,
            values: values.to_vec(),
        });
        let drawn = Chart {
            kind,
            title: Phrase::verbatim("title"),
            axis: axis.iter().map(|mark| (*mark).to_owned()).collect(),
            axis_titles: Vec::new(),
            series: series.collect(),
        };
        chart(&screen(Language::En), &drawn)
    }

    #[test]
    fn charts_are_drawn_with_letters() {
        let lines = made(ChartKind::Line, &["Mon", "Tue", "Wed"], &[("a", &[Some(0.0), Some(7.0), None])]);
        assert!(lines.contains("▁█ "), "{lines}");
        let funnel = made(ChartKind::Funnel, &["看", "pay"], &[("all", &[Some(200.0), Some(50.0)])]);
        assert!(funnel.contains("pay") && funnel.contains("50  25.00%"), "{funnel}");
        let grid = made(
            ChartKind::Heatmap,
            &["0", "1"],
            &[("w1", &[Some(1.0), Some(0.3)]), ("w2", &[Some(1.0), None])],
        );
        assert!(grid.contains("█100%") && grid.contains("▒ 30%"), "{grid}");
        let flows = made(ChartKind::Sankey, &["home", "buy"], &[("0>1", &[Some(3.0)])]);
        assert!(flows.contains("home → buy") && flows.contains(" 3"), "{flows}");
    }

    #[test]
    fn words_that_no_user_wrote_are_drawn_in_the_language_at_hand() {
        let own =
            |name: &str, values: Vec<Option<f64>>| Series { name: name.to_owned(), title: None, values };
        let lines = Chart {
            kind: ChartKind::Line,
            title: phrase!("opportunity.chart_rank"),
            axis: vec!["付款".to_owned(), "login".to_owned()],
            axis_titles: Vec::new(),
            series: vec![
                Series::word("rank", vec![Some(1.0), Some(2.0)]),
                own("pro", vec![Some(4.0), Some(8.0)]),
            ],
        };
        let bars = Chart {
            kind: ChartKind::Bar,
            title: phrase!("following.segment_rfm_chart"),
            axis: vec!["champions".to_owned(), "at_risk".to_owned()],
            axis_titles: vec![phrase!("following.rfm_champions"), phrase!("following.rfm_at_risk")],
            series: vec![Series::word("people", vec![Some(8.0), Some(2.0)])],
        };
        for (drawn, language, expected) in [
            (
                &lines,
                Language::En,
                "Place, and between which places it may lie\n  place  ▅█  2  1 … 2\n  pro    ▅█  8  4 … 8\n         付款 … login\n",
            ),
            (
                &lines,
                Language::Zh,
                "名次及其可能范围\n  名次  ▅█  2  1 … 2\n  pro   ▅█  8  4 … 8\n        付款 … login\n",
            ),
            (
                &bars,
                Language::Zh,
                "按最近性、频率与价值的人数\n  冠军用户    ████████████████████████████████████████ 8\n  有流失风险  ██████████ 2\n",
            ),
        ] {
            assert_eq!(chart(&screen(language), drawn), expected);
        }
    }
}
