//! `GET /api/v1/models/{name}/export/{version}`: a version as a zip.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Weights (safetensors), the model as ONNX where it reads no text, preparation, schema, recipe and card, as one zip.
#[utoipa::path(
    get,
    path = "/api/v1/models/{name}/export/{version}",
    tag = "models",
    params(
        ("name" = String, Path, description = "The model.", example = "churn"),
        ("version" = u64, Path, description = "The version.", example = 2),
    ),
    responses(
        (status = OK, description = "The zip.", body = Vec<u8>, content_type = "application/zip", example = json!("PK…")),
        Refusals,
    )
)]
pub async fn export_model(
    State(state): State<Arc<ServerState>>,
    path: Result<Path<(String, u64)>, PathRejection>,
) -> Result<Response, Failure> {
    let Path((name, version)) = path.map_err(Failure::from_path)?;
    let zip = state.workbench.export_zip(&name, version).await?;
    let file = format!("attachment; filename=\"{name}-{version}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, file)], zip)
        .into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_version_is_a_zip_of_open_formats() {
        let server = Server::fresh().await;
        server.train().await;
        let answer = server.get("/api/v1/models/churn/export/1").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.body.starts_with(b"PK"));
        assert!(answer.header("content-disposition").contains("churn-1.zip"));
        let holds = |name: &[u8]| answer.body.windows(name.len()).any(|window| window == name);
        assert!(holds(b"model.safetensors") && holds(b"model.onnx"));
        assert_eq!(server.get("/api/v1/models/churn/export/9").await.status, 404);
        assert_eq!(server.get("/api/v1/models/churn/export/x").await.status, 400);
    }
}
