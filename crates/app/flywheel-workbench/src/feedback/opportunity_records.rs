//! What people decided: the records of opportunities, one for each theme that somebody did something about.

use std::collections::BTreeMap;

use flywheel_product::opportunity;
use flywheel_spec::feedback::behaviour::BehaviourReport;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::opportunity::ThemeEvidence;
use flywheel_spec::feedback::opportunity_record::{OpportunityChange, OpportunityRecord};
use flywheel_spec::phrase;
use jiff::Timestamp;

use super::FeedbackRead;
use super::kept::turn;
use super::opportunities::{evidence, names};
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// Their file, beside what is made of the messages.
const RECORDS: &str = "opportunities.json";

impl Workbench {
    /// Every opportunity that somebody did something about.
    ///
    /// # Errors
    /// When the file of them cannot be read.
    pub fn opportunity_records(&self) -> Result<Vec<OpportunityRecord>, Failure> {
        Ok(file::read_json(&self.folder().feedback().join(RECORDS))?.unwrap_or_default())
    }

    /// As [`Self::opportunity_records`], each record whose theme is gone linked to the one theme of its name, as after
    /// all themes were formed anew under other numbers.
    pub(super) async fn linked_records(
        &self,
        read: &FeedbackRead,
    ) -> Result<Vec<OpportunityRecord>, Failure> {
        let themes = names(read);
        let mut records = self.opportunity_records()?;
        if !link(&mut records, &themes) {
            return Ok(records);
        }
        self.with_records(move |records| {
            link(records, &themes);
            Ok(records.clone())
        })
        .await
    }

    /// Changes an opportunity, by its record's id or its theme's number or name; its first change opens its record.
    ///
    /// # Errors
    /// An opportunity that is not there, or a change that its state does not allow.
    pub async fn change_opportunity(
        &self,
        which: &str,
        change: OpportunityChange,
        by: &str,
    ) -> Result<OpportunityRecord, Failure> {
        let known = self.opportunity_records()?;
        let opening = if known.iter().any(|record| is_called(record, which)) {
            None
        } else {
            Some(self.theme_called(which).await?)
        };
        let (which, by) = (which.to_owned(), by.to_owned());
        self.with_records(move |records| {
            // Reading takes its time: somebody else may have opened it in the meantime.
            let at = match records.iter().position(|record| is_called(record, &which)) {
                Some(at) => at,
                None => {
                    let Some(theme) = &opening else { return Err(no_opportunity(&which, &[])) };
                    let id = next_id(records);
                    records.push(opportunity::opened(&id, theme));
                    records.len() - 1
                }
            };
            records[at] = opportunity::changed(&records[at], change, &Timestamp::now().to_string(), &by)?;
            Ok(records[at].clone())
        })
        .await
    }

    /// What is known of the theme of this number or name.
    async fn theme_called(&self, which: &str) -> Result<ThemeEvidence, Failure> {
        let read = self.read_feedback(&InsightsSpec { themes: 200, ..InsightsSpec::default() }).await?;
        // A theme that has another number by now is not to be opened once more.
        self.linked_records(&read).await?;
        let mut themes = evidence(&read, &BehaviourReport::default(), 0).into_iter();
        themes.find(|theme| theme.theme == which || theme.name == which).ok_or_else(|| {
            let known: Vec<String> = names(&read).into_values().collect();
            no_opportunity(which, &known)
        })
    }

    /// Changes the records in a turn of its own, so that of two changes at once none is lost.
    async fn with_records<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Vec<OpportunityRecord>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let workbench = self.clone();
        blocking(move || {
            let folder = workbench.folder().feedback();
            let _turn = turn(&folder)?;
            let mut records = workbench.opportunity_records()?;
            let changed = change(&mut records)?;
            file::write_json(&folder.join(RECORDS), &records)?;
            Ok(changed)
        })
        .await?
    }
}

/// Whether a record is meant, by its id or by its theme's number or name.
fn is_called(record: &OpportunityRecord, which: &str) -> bool {
    record.id == which || record.theme == which || record.name == which
}

fn no_opportunity(which: &str, known: &[String]) -> Failure {
    Failure::not_found(phrase!("feedback_import.no_opportunity", found = which), known, which)
}

/// The id of the next record: after the highest, whatever became of those before.
fn next_id(records: &[OpportunityRecord]) -> String {
    let number = |record: &OpportunityRecord| record.id.strip_prefix('o')?.parse::<u64>().ok();
    let highest = records.iter().filter_map(number).max().unwrap_or(0);
    format!("o{}", highest.saturating_add(1))
}

/// Links each record whose theme is not there to the one theme of its name, where exactly one has it; whether any was
/// linked. `themes` are the names by number.
fn link(records: &mut [OpportunityRecord], themes: &BTreeMap<String, String>) -> bool {
    let mut linked = false;
    for record in records.iter_mut().filter(|record| !themes.contains_key(&record.theme)) {
        // What is masked may be anybody's name.
        let mut same = themes.iter().filter(|(_, name)| **name == record.name && !name.contains('['));
        if let (Some((theme, _)), None) = (same.next(), same.next()) {
            record.theme.clone_from(theme);
            linked = true;
        }
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, theme: &str, name: &str) -> OpportunityRecord {
        let (id, theme, name) = (id.to_owned(), theme.to_owned(), name.to_owned());
        OpportunityRecord { id, theme, name, ..OpportunityRecord::default() }
    }

    #[test]
    fn a_record_follows_its_theme_to_another_number_where_its_name_is_one_themes() {
        let themes: BTreeMap<String, String> =
            [("3", "ads"), ("21", "late delivery"), ("22", "login"), ("23", "login"), ("24", "[name] crash")]
                .map(|(number, name)| (number.to_owned(), name.to_owned()))
                .into();
        for (theme, name, linked) in [
            ("12", "late delivery", "21"),
            ("12", "login", "12"),
            ("12", "[name] crash", "12"),
            ("12", "refunds", "12"),
            ("3", "late delivery", "3"),
        ] {
            let mut records = [record("o1", theme, name)];
            assert_eq!(link(&mut records, &themes), theme != linked, "{theme} {name}");
            assert_eq!(records[0].theme, linked, "{theme} {name}");
        }
    }

    #[test]
    fn the_next_id_is_after_the_highest() {
        for (ids, next) in [("", "o1"), ("o1 o2", "o3"), ("o3", "o4"), ("o9 o10 old", "o11")] {
            let records: Vec<OpportunityRecord> =
                ids.split_whitespace().map(|id| record(id, "1", "ads")).collect();
            assert_eq!(next_id(&records), next, "{ids}");
        }
    }
}
