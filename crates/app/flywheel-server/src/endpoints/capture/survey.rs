//! `GET /survey/{name}`: a survey behind a link; `GET /survey/{name}/survey.js`: the same for one's own pages.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use flywheel_collect::{Answer, survey};
use flywheel_spec::Language;
use serde::Deserialize;
use utoipa::IntoParams;

use super::reply;
use crate::failure::{Failure, Refusals};
use crate::language;
use crate::state::ServerState;

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SurveyQuery {
    /// The language, instead of the reader's own.
    #[param(value_type = Option<String>, example = "zh-CN")]
    lang: Option<Language>,
    /// Who answers: their distinct id. Somebody nameless when absent.
    #[expect(dead_code, reason = "the page's own script reads it from the address")]
    id: Option<String>,
}

/// A survey as a page, one question at a time; answers arrive as `survey sent` events.
#[utoipa::path(
    get,
    path = "/survey/{name}",
    tag = "capture",
    params(("name" = String, Path, description = "The survey.", example = "nps"), SurveyQuery),
    responses((status = OK, description = "The page.", content_type = "text/html", body = String), Refusals),
)]
pub async fn show_survey(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    query: Result<Query<SurveyQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let asked = state.workbench.survey(&name)?;
    let page = survey::page(&asked, query.lang.unwrap_or_else(|| language::accepted(&headers)));
    Ok(reply::reply(&headers, text("text/html; charset=utf-8", page)))
}

/// The script that asks on one's own pages: `<script async src="…/survey/nps/survey.js"></script>`.
#[utoipa::path(
    get,
    path = "/survey/{name}/survey.js",
    tag = "capture",
    params(("name" = String, Path, description = "The survey.", example = "nps")),
    responses((status = OK, description = "The script.", content_type = "text/javascript", body = String), Refusals),
)]
pub async fn show_survey_script(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asked = state.workbench.survey(&name)?;
    let script = survey::script(&asked, &state.keys.any().await?);
    Ok(reply::reply(&headers, text("text/javascript; charset=utf-8", script)))
}

fn text(media: &'static str, body: String) -> Answer {
    Answer { status: 200, media, body: body.into_bytes(), retry_after_secs: None }
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_survey_has_a_page_and_a_script_with_the_projects_key() {
        let server = Server::fresh().await;
        let page = server.get_with("/survey/nps", &[("accept-language", "zh-CN")]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(
            page.header("content-type").starts_with("text/html") && page.text().contains("lang=\"zh-CN\"")
        );
        assert!(server.get("/survey/nps?lang=en&id=ada").await.text().contains("lang=\"en\""));
        let script = server.get("/survey/nps/survey.js").await;
        let key = server.workbench.keys().await.expect("keys")[0].key.clone();
        assert!(script.text().contains(&key));
        assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(server.get("/survey/npx").await.status, 404);
    }
}
