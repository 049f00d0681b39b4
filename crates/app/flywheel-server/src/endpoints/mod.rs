//! Every endpoint, one file each: its documentation with a worked example, the handler, its tests.

pub mod capture;
pub mod cases;
pub mod document;
pub mod events;
pub mod feedback;
pub mod inference;
pub mod models;
pub mod people;
pub mod predictions;
pub mod project;
pub mod questions;
pub mod recipes;
pub mod runs;
pub mod server;
pub mod sql;
pub mod support;
pub mod tables;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use flywheel_workbench::{Failure, Workbench};
use tokio::sync::watch;
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::door;
use crate::guard::Guard;
use crate::metrics::Metrics;
use crate::state::ServerState;

/// The list of endpoints; whoever adds one copies a neighbour's file and adds its line.
fn list() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::with_openapi(document::frame())
        // The project
        .routes(routes!(project::show_project))
        // Tables
        .routes(routes!(tables::list::list_tables, tables::import::import_table))
        .routes(routes!(tables::profile::profile_table))
        // Questions
        .routes(routes!(questions::list::list_questions, questions::ask::ask_question))
        .routes(routes!(questions::kinds::list_question_kinds))
        .routes(routes!(questions::save::save_question))
        .routes(routes!(questions::wording::ask_in_words))
        .routes(routes!(sql::ask_sql))
        // What users say
        .routes(routes!(feedback::insights::tell_feedback))
        .routes(routes!(feedback::search::search_feedback))
        .routes(routes!(feedback::behaviour::compare_speakers))
        .routes(routes!(feedback::train::train_classifier))
        .routes(routes!(feedback::classify::classify_feedback))
        .routes(routes!(feedback::encode::encode_feedback))
        .routes(routes!(feedback::opportunities::rank_opportunities))
        .routes(routes!(feedback::change::change_opportunity))
        .routes(routes!(cases::list::list_cases, cases::write::write_case))
        .routes(routes!(support::answer::answer_customer))
        .routes(routes!(support::draft::draft_answer))
        .routes(routes!(support::inbox::list_inbox))
        .routes(routes!(support::settle::settle_conversation))
        .routes(routes!(support::gaps::list_gaps))
        .routes(routes!(support::check::check_faq))
        // Recipes
        .routes(routes!(recipes::list::list_recipes))
        .routes(routes!(recipes::draft::draft_recipe))
        .routes(routes!(recipes::check::check_recipe))
        // Runs
        .routes(routes!(runs::list::list_runs, runs::start::start_run))
        .routes(routes!(runs::compare::compare_runs))
        .routes(routes!(runs::show::show_run))
        .routes(routes!(runs::events::follow_run))
        .routes(routes!(runs::stop::stop_run))
        // Models
        .routes(routes!(models::list::list_models))
        .routes(routes!(models::show::show_model))
        .routes(routes!(models::deploy::deploy_model))
        .routes(routes!(models::rollback::roll_back_model))
        .routes(routes!(models::predict::predict))
        .routes(routes!(models::export::export_model))
        .routes(routes!(models::monitor::monitor_model))
        // Predictions
        .routes(routes!(predictions::label::label_prediction))
        // Where events arrive
        .routes(routes!(capture::v0::take_batch))
        .routes(routes!(capture::v0::take_events))
        .routes(routes!(capture::v0::take_people))
        .routes(routes!(capture::v1::take_batch))
        .routes(routes!(capture::segment::take_calls))
        .routes(routes!(capture::start::show_flags))
        .routes(routes!(capture::start::show_definitions))
        .routes(routes!(capture::start::show_config))
        .routes(routes!(capture::start::show_config_script))
        .routes(routes!(capture::survey::show_survey))
        .routes(routes!(capture::survey::show_survey_script))
        // Collected events
        .routes(routes!(events::catalogue::list_events))
        .routes(routes!(events::catalogue::show_event))
        .routes(routes!(events::newest::newest_events))
        .routes(routes!(events::properties::list_properties))
        .routes(routes!(events::aside::list_asides))
        .routes(routes!(events::aside::show_aside))
        .routes(routes!(events::aside::resend_aside))
        // People
        .routes(routes!(people::merges::list_merges, people::merges::merge_people))
        .routes(routes!(people::merges::undo_merge))
        .routes(routes!(people::export::export_person))
        .routes(routes!(people::erase::erase_person))
        // The Open Inference Protocol
        .routes(routes!(inference::server::describe_server))
        .routes(routes!(inference::server::server_live))
        .routes(routes!(inference::server::server_ready))
        .routes(routes!(inference::repository::index_repository))
        .routes(routes!(inference::model::describe_model))
        .routes(routes!(inference::model::describe_model_version))
        .routes(routes!(inference::ready::model_ready))
        .routes(routes!(inference::ready::model_version_ready))
        .routes(routes!(inference::config::configure_model))
        .routes(routes!(inference::config::configure_model_version))
        .routes(routes!(inference::infer::infer))
        .routes(routes!(inference::infer::infer_version))
        // The server itself
        .routes(routes!(server::openapi::show_openapi))
        .routes(routes!(server::metrics::show_metrics))
        .routes(routes!(server::health::show_health))
}

/// Everything that the server answers, as an OpenAPI 3.1 document.
pub fn openapi() -> OpenApi {
    list().into_openapi()
}

/// The server's router over an open project.
///
/// # Errors
/// When the prediction log or the ledger cannot be opened.
pub async fn router(
    workbench: Workbench,
    address: SocketAddr,
    stopping: watch::Receiver<bool>,
) -> Result<(Router, Arc<ServerState>), Failure> {
    let (router, openapi) = list().split_for_parts();
    let state = Arc::new(ServerState {
        deployments: workbench.deployments().await?,
        log: workbench.prediction_log()?,
        events: workbench.event_log().await?,
        keys: workbench.key_ring(),
        workbench,
        metrics: Metrics::default(),
        guard: Guard::at(address),
        routes: methods(&openapi),
        openapi: document::text(&openapi),
        stopping,
    });
    let router = router
        .merge(capture::further())
        .fallback(door::elsewhere)
        .method_not_allowed_fallback(door::wrong_method)
        .layer(from_fn_with_state(state.clone(), door::door))
        .with_state(state.clone());
    Ok((router, state))
}

/// The methods of each endpoint, by its template.
fn methods(openapi: &OpenApi) -> BTreeMap<String, String> {
    let methods = |item: &PathItem| match (&item.get, &item.post) {
        (Some(_), Some(_)) => "GET, HEAD, POST",
        (None, Some(_)) => "POST",
        _ => "GET, HEAD",
    };
    openapi.paths.paths.iter().map(|(path, item)| (path.clone(), methods(item).to_owned())).collect()
}
