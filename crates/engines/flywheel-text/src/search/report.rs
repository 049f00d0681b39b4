//! A search as it is asked and told.

use flywheel_spec::feedback::search::{Highlight, SearchHit, SearchReport, SearchSpec};
use flywheel_spec::{Problem, Problems, phrase};

use super::document::language_name;
use super::index::Index;
use super::query::Query;

/// What a search has beside its spec.
#[derive(Default)]
pub struct Beside<'a> {
    /// The meaning of the query, of the index's length; absent where no encoder is there.
    pub vector: Option<&'a [f32]>,
    /// Other words for a term, which count half: translations, synonyms.
    pub expand: Option<&'a dyn Fn(&str) -> Vec<String>>,
    /// Whose messages pass, by the person that a message names; everybody's when absent.
    pub person: Option<&'a dyn Fn(Option<&str>) -> bool>,
}

/// Searches and tells what was found; `took_millis` is left to whoever has a clock, masking to whoever shows it.
///
/// # Errors
/// Every mistake of the spec at once, or a vector of the wrong length.
pub fn search(index: &Index, spec: &SearchSpec, beside: Beside<'_>) -> Result<SearchReport, Problems> {
    let mut problems = Vec::new();
    if !(1..=1000).contains(&spec.limit) {
        problems.push(Problem::error(phrase!("search.limit", found = spec.limit)).at_setting("limit"));
    }
    if spec.from.zip(spec.to).is_some_and(|(from, to)| to <= from) {
        problems.push(Problem::error(phrase!("search.period")).at_setting("to"));
    }
    if !problems.is_empty() {
        return Err(Problems { problems });
    }
    let mut fields: Vec<(String, Vec<String>)> = spec.fields.clone().into_iter().collect();
    let languages = spec.languages.iter().map(|language| language_name(*language).to_owned()).collect();
    for (name, values) in [
        ("mood", spec.moods.clone()),
        ("theme", spec.themes.clone()),
        ("version", spec.versions.clone()),
        ("source", spec.sources.clone()),
        ("language", languages),
    ] {
        if !values.is_empty() {
            fields.push((name.to_owned(), values));
        }
    }
    let query = Query {
        text: &spec.query,
        limit: spec.limit,
        from: spec.from,
        to: spec.to,
        fields,
        person: beside.person,
        vector: beside.vector,
        expand: beside.expand,
        plain: false,
    };
    let ranked = index
        .search(&query)
        .map_err(|error| Problems::one(Problem::error(flywheel_spec::Phrase::verbatim(error.to_string()))))?;
    let shown = ranked.hits.len();
    let mut findings = vec![if spec.query.trim().is_empty() {
        phrase!("search.all", total = ranked.total, shown = shown)
    } else if ranked.total == 0 && shown > 0 {
        phrase!("search.by_meaning", query = spec.query, shown = shown)
    } else if shown == 0 {
        phrase!("search.nothing", query = spec.query)
    } else {
        phrase!("search.found", total = ranked.total, query = spec.query, shown = shown)
    }];
    findings.extend(
        ranked
            .corrected
            .iter()
            .map(|(word, nearest)| phrase!("search.corrected", word = word, nearest = nearest)),
    );
    let hits = ranked.hits.into_iter().map(|hit| SearchHit {
        id: hit.id,
        text: hit.text,
        time: hit.time,
        score: hit.score,
        highlights: hit
            .highlights
            .into_iter()
            .map(|span| Highlight { start: span.start, end: span.end })
            .collect(),
        fields: hit.fields,
    });
    Ok(SearchReport {
        findings,
        hits: hits.collect(),
        total: ranked.total,
        took_millis: 0.0,
        warnings: index.problems(),
    })
}
