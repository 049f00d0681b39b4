//! `flywheel feedback train` and `flywheel feedback classify`: messages sorted a project's own way.

use clap::Args;
use flywheel_spec::feedback::classifier::{ClassifierSpec, ClassifySpec};
use flywheel_spec::recipe::SureSpec;
use flywheel_spec::run::RunKind;
use flywheel_workbench::{RunChoices, RunRequest};

use super::ModelName;
use super::train::watch;
use crate::session::{Failed, Outcome, Session};
use crate::show;

/// A classifier learns a column of labels.
#[derive(Debug, Args)]
pub struct Train {
    #[arg(long = "label", id = "classifier_label", value_name = "COLUMN")]
    label: String,
    #[arg(long = "name", id = "classifier_name", value_name = "NAME")]
    name: Option<String>,
    #[arg(long = "errors", id = "sure_errors", value_name = "SHARE", value_parser = share, group = "sure")]
    errors: Option<f64>,
    #[arg(long = "coverage", id = "sure_coverage", value_name = "SHARE", value_parser = share, group = "sure")]
    coverage: Option<f64>,
    #[arg(long = "confidence", id = "sure_confidence", value_name = "PROBABILITY", value_parser = share, group = "sure")]
    confidence: Option<f64>,
    #[arg(long = "draft", id = "classifier_draft")]
    draft: bool,
    #[arg(long = "test", id = "classifier_test")]
    test: bool,
}

/// All messages sorted by a model.
#[derive(Debug, Args)]
pub struct Classify {
    #[arg(id = "classify_model", value_name = "MODEL")]
    model: ModelName,
}

impl Train {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let sure = match (self.errors, self.coverage, self.confidence) {
            (Some(most), ..) => Some(SureSpec::Errors { most }),
            (_, Some(share), _) => Some(SureSpec::Coverage { share }),
            (.., Some(least)) => Some(SureSpec::Confidence { least }),
            _ => None,
        };
        let spec = ClassifierSpec { label: self.label, name: self.name, sure };
        let workbench = session.open().await?;
        let draft = workbench.draft_classifier(&spec, screen.language).await?;
        if self.draft {
            return Ok(screen.report(&draft, || show::classifier_draft(&screen, &draft))?);
        }
        if !screen.json {
            screen.aside(show::classifier_draft(&screen, &draft).trim_end());
        }
        let text = workbench.recipe_of(&draft)?;
        let request = RunRequest {
            text: text.clone(),
            file_name: draft.recipe.clone(),
            kind: RunKind::Train,
            choices: RunChoices { test: self.test, ..RunChoices::default() },
        };
        let id = workbench
            .start_run(request)
            .await
            .map_err(|failure| Failed::from(failure).in_text(&draft.recipe, &text))?;
        watch(&workbench, session, &id, 0).await
    }
}

impl Classify {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let spec = ClassifySpec { model: self.model.name, version: self.model.version };
        let report = session.open().await?.classify_feedback(&spec).await?;
        Ok(screen.report(&report, || show::classified(&screen, &report))?)
    }
}

/// A share or a probability, 0 to 1; `5%` is 0.05.
fn share(text: &str) -> Result<f64, String> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    number.ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "cli.share_wrong".to_owned())
}
