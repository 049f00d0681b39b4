//! What reading again takes: what came since, and no more; and that it is read again where it must be.

use flywheel_people::Event;
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::project::ProjectSpec;
use flywheel_tables::events::Compaction;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::FeedbackRead;
use super::insights::Effort;
use crate::Workbench;
use crate::events::EventLog;
use crate::events::testing::event;

/// As many messages as themes are followed for, and a little more.
const FIRST: usize = 2_100;
const DAY: usize = 20;

struct Project {
    _folder: TempDir,
    workbench: Workbench,
    log: EventLog,
}

impl Project {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let workbench = Workbench::init(folder.path(), &ProjectSpec::named("test")).await.expect("a project");
        let log = workbench.event_log().await.expect("the log");
        Self { _folder: folder, workbench, log }
    }

    /// Brings events into a file of their own.
    async fn take(&self, events: Vec<Event>) {
        self.log.take(events, Vec::new()).await.expect("taken");
        self.log.commit().await.expect("committed");
    }

    async fn read(&self) -> FeedbackRead {
        self.workbench.read_feedback(&InsightsSpec::default()).await.expect("read")
    }
}

fn with(mut event: Event, properties: Value) -> Event {
    event.properties = properties.as_object().cloned().unwrap_or_default();
    event
}

/// Messages of four subjects, all in words of their own.
fn said(from: usize, to: usize) -> Vec<Event> {
    const SUBJECTS: [&str; 4] =
        ["the payment failed again", "一打开就闪退", "where is my parcel?", "请问怎么修改密码?"];
    let of = |at: usize| {
        let text = format!("{} {at}", SUBJECTS[at % 4]);
        let who = format!("u{}", at % 300);
        with(event(&who, "feedback", at as i64 * 3_600_000_000), json!({"text": text, "rating": 1 + at % 5}))
    };
    (from..to).map(of).collect()
}

#[tokio::test]
async fn a_days_messages_cost_a_days_work() {
    let project = Project::new().await;
    project.take(said(0, FIRST)).await;
    let first = project.read().await;
    let effort = first.effort;
    assert_eq!((effort.opened, effort.read, effort.counted, effort.taught), (1, FIRST, FIRST, true));
    let again = project.read().await;
    assert_eq!(again.effort, Effort::default(), "nobody spoke");
    assert_eq!(again.insights.report, first.insights.report);

    let old = project.workbench.events().await.expect("read").snapshot.files[0].path.clone();
    project.take(said(FIRST, FIRST + DAY)).await;
    // The file of the first messages is not even there.
    let folder = project.workbench.folder().events();
    std::fs::rename(folder.join(&old), folder.join("elsewhere")).expect("away");
    let day = project.read().await;
    let effort = day.effort;
    assert_eq!((effort.opened, effort.read, effort.counted, effort.told_apart), (1, DAY, DAY, 0));
    assert_eq!(day.messages.len(), FIRST + DAY);
    let beside = Workbench::open(project.workbench.folder().root()).await.expect("another process");
    let other = beside.read_feedback(&InsightsSpec::default()).await.expect("read");
    assert_eq!((other.effort.opened, other.effort.read), (0, 0));
    assert_eq!(other.insights.report, day.insights.report);

    // Whatever is told of a day is told of all at once, but for the themes.
    std::fs::rename(folder.join("elsewhere"), folder.join(&old)).expect("back");
    std::fs::remove_dir_all(project.workbench.folder().feedback()).expect("lost");
    let whole = project.read().await;
    assert_eq!((whole.effort.opened, whole.effort.read), (2, FIRST + DAY));
    assert_eq!(whole.messages, day.messages);
    let (one, other) = (&day.insights.report, &whole.insights.report);
    assert_eq!((&one.total, &one.mood, &one.kinds), (&other.total, &other.mood, &other.kinds));
    assert_eq!((&one.phrases, &one.questions), (&other.phrases, &other.questions));
    assert_eq!(day.insights.group_of, whole.insights.group_of);
}

#[tokio::test]
async fn files_that_were_merged_are_opened_and_their_texts_are_not_read() {
    let project = Project::new().await;
    project.take(said(0, 40)).await;
    project.take(said(40, 60)).await;
    let before = project.read().await;
    assert_eq!(before.effort.opened, 2);
    let now = project.workbench.events().await.expect("read");
    let store = project.workbench.event_store().expect("a store");
    let everything = Compaction { everything: true, ..Compaction::default() };
    let merged =
        store.compact(&everything, &now.identity, jiff::Timestamp::UNIX_EPOCH).await.expect("merged");
    assert!(merged.is_some());
    let after = project.read().await;
    assert_eq!((after.effort.opened, after.effort.read), (1, 0));
    assert_eq!(after.messages, before.messages);
}

#[tokio::test]
async fn who_is_whom_by_now_is_told_of_what_was_kept() {
    let project = Project::new().await;
    project.take(said(0, 600)).await;
    let before = project.read().await;
    let merge = event("u7", "$identify", 1);
    project.take(vec![with(merge, json!({"$anon_distinct_id": "u8"}))]).await;
    let after = project.read().await;
    assert_eq!((after.effort.opened, after.effort.read), (1, 0));
    assert_eq!(after.insights.report.total.people + 1, before.insights.report.total.people);
    let of = |read: &FeedbackRead, person: &str| {
        read.messages.iter().filter(|message| message.person.as_deref() == Some(person)).count()
    };
    assert_eq!((of(&before, "u8"), of(&after, "u8")), (2, 0));
    assert_eq!(of(&after, "u7"), 4);
}

#[tokio::test]
async fn nothing_of_who_was_erased_is_kept() {
    let project = Project::new().await;
    project.take(said(0, 600)).await;
    let secret = with(event("zz-erase-me", "feedback", 5), json!({"text": "qwyjibo unheard of words"}));
    project.take(vec![secret]).await;
    assert_eq!(project.read().await.messages.len(), 601);
    let kept = project.workbench.folder().feedback().join("kept");
    let holding = |needle: &str| -> Vec<String> {
        let all = std::fs::read_dir(&kept).into_iter().flatten().flatten();
        let holds = |path: &std::path::Path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        };
        let holding = all.filter(|file| holds(&file.path()));
        holding.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    };
    assert!(holding("zz-erase-me").iter().any(|name| name.starts_with("opened")));
    project.workbench.erase_person_here(&project.log, "zz-erase-me").await.expect("erased");
    assert!(!kept.exists());
    assert_eq!(project.read().await.messages.len(), 600);
    for needle in ["zz-erase-me", "qwyjibo"] {
        assert_eq!(holding(needle), Vec::<String>::new(), "{needle}");
    }
}
