//! Surveys: those of the project's folder, and the ones that every project has.

use flywheel_spec::product::survey::SurveySpec;
use flywheel_spec::{Problem, phrase};

use crate::{Failure, Workbench};

/// The folder of surveys, from the project's.
const SURVEYS: &str = "surveys";

/// The surveys that every project has.
const READY_MADE: [&str; 3] = ["nps", "csat", "ces"];

impl Workbench {
    /// Every survey, by name.
    ///
    /// # Errors
    /// Every mistake in every file of `surveys/`.
    pub fn surveys(&self) -> Result<Vec<SurveySpec>, Failure> {
        let mut names: Vec<String> = READY_MADE.iter().map(|name| (*name).to_owned()).collect();
        names.extend(self.survey_files());
        names.sort();
        names.dedup();
        names.iter().map(|name| self.survey(name)).collect()
    }

    /// One survey: `surveys/<name>.toml`, or a ready-made one.
    ///
    /// # Errors
    /// A name that leads nowhere, or every mistake in its file.
    pub fn survey(&self, name: &str) -> Result<SurveySpec, Failure> {
        if !self.survey_files().iter().any(|known| known == name) {
            return SurveySpec::ready_made(name).ok_or_else(|| {
                let mut known = self.survey_files();
                known.extend(READY_MADE.iter().map(|name| (*name).to_owned()));
                Failure::not_found(phrase!("collect.survey_not_found", name = name), &known, name)
            });
        }
        let path = self.folder().root().join(SURVEYS).join(format!("{name}.toml"));
        let file = format!("{SURVEYS}/{name}.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::io(&path, &error))?;
        let survey: SurveySpec = toml_edit::de::from_str(&text).map_err(|error| {
            let line =
                error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() as u64 + 1);
            let mut problem = Problem::error(phrase!("collect.survey_unread", reason = error.message()))
                .in_file(file.clone());
            problem.place.line = line;
            Failure::Wrong(problem.into())
        })?;
        let mut problems = survey.check();
        if survey.name != name {
            problems.push(
                Problem::error(phrase!("collect.survey_name", found = survey.name, name = name))
                    .at_setting("name"),
            );
        }
        for problem in &mut problems.problems {
            problem.place.file = Some(file.clone());
        }
        Ok(problems.settle(survey)?.0)
    }

    /// The names of the files in `surveys/`, in order.
    fn survey_files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder().root().join(SURVEYS)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names
    }
}
