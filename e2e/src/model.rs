//! A language model's endpoint that answers as a test tells it to, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::Project;

/// A running endpoint; its thread ends with the tests.
pub struct Model {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its line and headers.
    pub head: String,
    /// Its body, as it came.
    pub body: String,
}

impl Heard {
    /// What the system message asks for.
    pub fn instructions(&self) -> String {
        self.message(0)
    }

    /// The data that the question is about.
    pub fn data(&self) -> Value {
        let said = self.message(1);
        let inside = said.trim_start_matches("<data>").trim_end_matches("</data>");
        serde_json::from_str(inside).expect("fenced JSON")
    }

    fn message(&self, place: usize) -> String {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        body["messages"][place]["content"].as_str().expect("a text").to_owned()
    }
}

impl Model {
    /// Starts one that answers each request, with its number from 0, by the bytes of a whole HTTP response.
    pub fn start(answer: impl Fn(&Heard, usize) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&heard), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &kept, &*answer));
            }
        });
        Self { port, heard }
    }

    /// What stands before `/chat/completions`.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// What it was asked so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no test panics while it listens").clone()
    }
}

fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Heard>>, answer: &dyn Fn(&Heard, usize) -> String) {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    let heard = loop {
        match stream.read(&mut part) {
            Ok(count @ 1..) => bytes.extend_from_slice(&part[..count]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        if body.len() >= length.unwrap_or(0) {
            break Heard { head: head.to_owned(), body: body.to_owned() };
        }
    };
    let number = {
        let mut kept = kept.lock().expect("no test panics while it listens");
        kept.push(heard.clone());
        kept.len() - 1
    };
    let _ = stream.write_all(answer(&heard, number).as_bytes());
}

/// Sets up the assistant of a project anew, with more of its settings.
pub fn assistant(project: &Project, base_url: &str, more: &str) {
    let path = project.path().join("flywheel.toml");
    let text = std::fs::read_to_string(&path).expect("a project");
    let text = text.split("\n[assistant]").next().unwrap_or_default().trim_end();
    let set = format!("{text}\n\n[assistant]\nbase_url = \"{base_url}\"\nmodel = \"test\"\n{more}");
    project.write("flywheel.toml", set);
}

/// A whole HTTP response.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
}

/// A chat completion that says something and cost 1000 and 100 tokens.
pub fn completion(content: &str) -> String {
    let body = json!({
        "id": "chat-1", "object": "chat.completion", "model": "test",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    });
    response("200 OK", "Content-Type: application/json\r\n", &body.to_string())
}
