//! A server over a small project of its own, asked without a network; for the endpoints' tests.

use std::fmt::Write;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use flywheel_spec::project::ProjectSpec;
use flywheel_workbench::Workbench;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::endpoints;

/// A recipe that trains on [`Server::import_customers`] in a moment.
pub const RECIPE: &str = "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n\n\
    [train]\nepochs = 2\nbatch_size = 16\n";

/// A server and its project, which goes when this does.
pub struct Server {
    pub workbench: Workbench,
    router: Router,
    _folder: TempDir,
    _stop: watch::Sender<bool>,
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    headers: HeaderMap,
}

impl Server {
    /// Over an empty project.
    pub async fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = ProjectSpec::named("test");
        let workbench = Workbench::init(folder.path(), &spec).await.expect("a project");
        let (stop, stopping) = watch::channel(false);
        let address = "127.0.0.1:8808".parse().expect("an address");
        let (router, _) = endpoints::router(workbench.clone(), address, stopping).await.expect("a router");
        Self { workbench, router, _folder: folder, _stop: stop }
    }

    /// Over a project whose model `churn` is trained and deployed.
    pub async fn deployed() -> Self {
        let server = Self::fresh().await;
        server.train().await;
        let answer = server.post("/api/v1/models/churn/deploy", &json!({"version": 1})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        server
    }

    /// Imports 120 customers and returns the report.
    pub async fn import_customers(&self) -> Value {
        let mut csv = String::from("age,plan,spend,churned\n");
        for row in 0..120 {
            let age = 20 + row * 7 % 50;
            let plan = ["basic", "gold", "silver"][row % 3];
            let churned = if (age + row % 5 > 45) ^ (row % 17 == 0) { "yes" } else { "no" };
            let _ = writeln!(csv, "{age},{plan},{}.5,{churned}", row % 11);
        }
        let answer = self.upload("/api/v1/tables?name=customers", "customers.csv", csv.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Trains [`RECIPE`] to its end and returns the run's id.
    pub async fn train(&self) -> String {
        self.import_customers().await;
        let begun = self.post("/api/v1/runs", &json!({"recipe": RECIPE})).await;
        assert_eq!(begun.status, 202, "{}", begun.text());
        let id = begun.json()["id"].as_str().expect("an id").to_owned();
        let story = self.get(&format!("/api/v1/runs/{id}/events")).await.text();
        assert!(story.contains("\"state\":\"finished\""), "{story}");
        id
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, b"").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes()).await
    }

    pub async fn upload(&self, path: &str, file_name: &str, body: &[u8]) -> Answer {
        self.send("POST", path, &[("x-file-name", file_name)], body).await
    }

    /// Any request; `Host` is the server's own unless the headers name another.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost:8808");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), body, headers: parts.headers }
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}
