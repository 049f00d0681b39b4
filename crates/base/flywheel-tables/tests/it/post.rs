//! Questions to a server that is busy, slow, elsewhere, or never ends.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use flywheel_tables::post::{NoAnswer, Post, post_json};

/// Answers one connection after another with these texts; what was asked comes through the channel.
fn server(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/v1/chat/completions", listener.local_addr().expect("an address"));
    let (heard, asked) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut text = Vec::new();
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut part) {
                text.extend_from_slice(&part[..count]);
                // Every question here ends with this brace.
                if text.ends_with(b"}") {
                    break;
                }
            }
            let _ = heard.send(String::from_utf8_lossy(&text).into_owned());
            let _ = stream.write_all(answer.as_bytes());
        }
        std::thread::sleep(Duration::from_secs(2));
    });
    (address, asked)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

fn post(address: &str) -> Post<'_> {
    Post {
        address,
        body: "{\"a\": 1}",
        plainer: Some("{\"plain\": 1}"),
        key: None,
        time: Duration::from_secs(5),
        most_bytes: 64,
    }
}

#[tokio::test]
async fn busy_servers_are_asked_again_and_refusals_are_not() {
    let busy = || answer("429 Too Many Requests", "Retry-After: 0.05\r\n", "");
    let fine = || answer("200 OK", "", "{}");
    for (answers, expected) in [
        (vec![fine()], Ok(1)),
        (vec![busy(), fine()], Ok(2)),
        (vec![busy(), answer("503 Service Unavailable", "Retry-After: 0\r\n", ""), fine()], Ok(3)),
        (vec![busy(), busy(), busy()], Err((NoAnswer::Refused(429), 3))),
        (
            vec![answer("429 Too Many Requests", "Retry-After: 3600\r\n", "")],
            Err((NoAnswer::Refused(429), 1)),
        ),
        (vec![answer("401 Unauthorized", "", "")], Err((NoAnswer::Refused(401), 1))),
        (vec![answer("400 Bad Request", "", "no such setting"), fine()], Ok(2)),
        (
            vec![answer("400 Bad Request", "", ""), answer("400 Bad Request", "", "")],
            Err((NoAnswer::Refused(400), 2)),
        ),
        (
            vec![answer("302 Found", "Location: http://127.0.0.2:1/\r\n", "")],
            Err((NoAnswer::Refused(302), 1)),
        ),
        (vec![answer("200 OK", "", &"x".repeat(65))], Err((NoAnswer::TooLarge, 1))),
    ] {
        let told = format!("{answers:?}");
        let (address, _) = server(answers);
        let found = post_json(&post(&address)).await;
        let found = found.map(|posted| posted.tries).map_err(|failed| (failed.why, failed.tries));
        assert_eq!(found, expected, "{told}");
    }
}

#[tokio::test]
async fn a_key_is_sent_where_there_is_one_and_nowhere_else() {
    for key in [None, Some("k-1")] {
        let (address, asked) = server(vec![answer("200 OK", "", "{}")]);
        let posted = post_json(&Post { key, ..post(&address) }).await.expect("an answer");
        assert_eq!(posted.body, b"{}");
        let heard = asked.recv().expect("a question").to_lowercase();
        assert_eq!(heard.contains("authorization: bearer k-1"), key.is_some(), "{heard}");
    }
}

#[tokio::test]
async fn silence_ends_with_the_time_and_an_empty_port_at_once() {
    let (address, _) = server(vec![]);
    let slow = Post { time: Duration::from_millis(300), ..post(&address) };
    assert_eq!(post_json(&slow).await.map_err(|failed| failed.why), Err(NoAnswer::TimedOut));
    let nobody = post_json(&post("http://127.0.0.1:1/v1")).await.expect_err("nobody listens");
    assert!(matches!(nobody.why, NoAnswer::Unreachable(_)), "{nobody}");
}
