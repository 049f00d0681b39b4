//! `GET /healthz`: whether the server answers.

/// Says `ok` as soon as requests are answered.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "server",
    responses((status = OK, description = "It answers.", body = String, content_type = "text/plain", example = json!("ok")))
)]
pub async fn show_health() -> &'static str {
    "ok"
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn it_answers() {
        let answer = Server::fresh().await.get("/healthz").await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    }
}
