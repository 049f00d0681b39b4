//! The verbs, one file each; to add one, copy the neighbour and add its line in `arguments.rs` and here.

pub mod ask;
pub mod case;
pub mod check;
pub mod classifier;
pub mod cluster;
pub mod completions;
pub mod data;
pub mod demo;
pub mod deploy;
pub mod evaluate;
pub mod events;
pub mod events_import;
pub mod feedback;
pub mod import_rows;
pub mod init;
pub mod keys;
pub mod models;
pub mod moment;
pub mod monitor;
pub mod opportunities;
pub mod paying;
pub mod people;
pub mod predict;
pub mod question;
pub mod resume;
pub mod rollback;
pub mod runs;
pub mod sample;
pub mod serve;
pub mod sql;
pub mod support;
pub mod surveys;
pub mod train;
pub mod tune;

use crate::arguments::Verb;
use crate::session::{Outcome, Session};

/// Does what was typed.
pub async fn run(verb: Verb, session: &Session) -> Outcome {
    match verb {
        Verb::Init(init) => init.run(session).await,
        Verb::Data(data) => data.run(session).await,
        Verb::Events(events) => events.run(session).await,
        Verb::People(people) => people.run(session).await,
        Verb::Keys(keys) => keys.run(session).await,
        Verb::Surveys(surveys) => surveys.run(session).await,
        Verb::Feedback(feedback) => feedback.run(session).await,
        Verb::Opportunities(opportunities) => opportunities.run(session).await,
        Verb::Case(case) => case.run(session).await,
        Verb::Support(support) => support.run(session).await,
        Verb::Sample(sample) => sample.run(session).await,
        Verb::Ask(ask) => ask.run(session).await,
        Verb::Trend(trend) => trend.run(session).await,
        Verb::Funnel(funnel) => funnel.run(session).await,
        Verb::Retention(retention) => retention.run(session).await,
        Verb::Lifecycle(lifecycle) => lifecycle.run(session).await,
        Verb::Stickiness(stickiness) => stickiness.run(session).await,
        Verb::Paths(paths) => paths.run(session).await,
        Verb::Segment(segment) => segment.run(session).await,
        Verb::Growth(growth) => growth.run(session).await,
        Verb::Activation(activation) => activation.run(session).await,
        Verb::NorthStar(north_star) => north_star.run(session).await,
        Verb::Revenue(revenue) => revenue.run(session).await,
        Verb::Ltv(lifetime_value) => lifetime_value.run(session).await,
        Verb::Satisfaction(satisfaction) => satisfaction.run(session).await,
        Verb::WordOfMouth(word_of_mouth) => word_of_mouth.run(session).await,
        Verb::Experience(experience) => experience.run(session).await,
        Verb::Release(release) => release.run(session).await,
        Verb::Digest(digest) => digest.run(session).await,
        Verb::Question(question) => question.run(session).await,
        Verb::Sql(sql) => sql.run(session).await,
        Verb::Check(check) => check.run(session).await,
        Verb::Train(train) => train.run(session).await,
        Verb::Resume(resume) => resume.run(session).await,
        Verb::Runs(runs) => runs.run(session).await,
        Verb::Evaluate(evaluate) => evaluate.run(session).await,
        Verb::Tune(tune) => tune.run(session).await,
        Verb::Models(models) => models.run(session).await,
        Verb::Deploy(deploy) => deploy.run(session).await,
        Verb::Rollback(rollback) => rollback.run(session).await,
        Verb::Predict(predict) => predict.run(session).await,
        Verb::Serve(serve) => serve.run(session).await,
        Verb::Monitor(monitor) => monitor.run(session).await,
        Verb::Demo(demo) => demo.run(session).await,
        Verb::Cluster(cluster) => cluster.run(session).await,
        Verb::Completions(completions) => completions.run(session),
    }
}

/// `name`, or `name@version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// The model.
    pub name: String,
    /// The version; the newest, or the one that answers, when absent.
    pub version: Option<u64>,
}

impl std::str::FromStr for ModelName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('@') {
            None => Ok(Self { name: text.to_owned(), version: None }),
            Some((name, version)) => match version.parse() {
                Ok(version) => Ok(Self { name: name.to_owned(), version: Some(version) }),
                Err(_) => Err("cli.version_wrong".to_owned()),
            },
        }
    }
}

/// `90s`, `20m`, `1h`, `1h30m`; a bare number counts minutes.
pub fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "cli.duration_wrong".to_owned();
    let mut secs = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().take_while(char::is_ascii_alphabetic).collect::<String>();
        secs += number
            * match unit.as_str() {
                "s" => 1.0,
                "" | "m" | "min" => 60.0,
                "h" => 3600.0,
                _ => return Err(wrong()),
            };
        rest = rest[end + unit.len()..].trim_start();
    }
    if secs > 0.0 && secs < 1e8 { Ok(std::time::Duration::from_secs_f64(secs)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, secs) in [("90s", 90), ("20m", 1200), ("20", 1200), ("1h30m", 5400), ("0.5h", 1800)] {
            assert_eq!(duration(text).map(|time| time.as_secs()), Ok(secs), "{text}");
        }
        for text in ["", "m", "-3m", "3d", "0s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_model_is_named_with_or_without_its_version() {
        assert_eq!("digits@3".parse(), Ok(ModelName { name: "digits".into(), version: Some(3) }));
        assert_eq!("digits".parse(), Ok(ModelName { name: "digits".into(), version: None }));
        assert!("digits@x".parse::<ModelName>().is_err());
    }
}
