//! Too much at a time: a full server says so at once, and whoever is slow keeps nobody else from anything.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

#[test]
fn a_full_server_refuses_at_once() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| config.concurrency = 1);
        // Passwords take time on purpose, and that takes the only place.
        let login = || {
            let body = json!({"email": "nobody@example.org", "password": "not the password"});
            app.anonymous().post("/v1/auth/login", &body)
        };
        let replies: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(login)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let refused: Vec<_> = replies.iter().filter(|reply| reply.status == 503).collect();
        assert!(!refused.is_empty() && refused.len() < 6);
        for reply in refused {
            assert_eq!(reply.code(), "unavailable");
            assert!(reply.header("retry-after").is_some());
        }
        app.anonymous().get("/v1/organisations").is(200);
    });
}

#[test]
fn slow_bodies_take_no_place_and_end() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| {
            config.concurrency = 4;
            config.body_seconds = 2;
        });
        let head = "POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
        let started = Instant::now();
        let mut slow: Vec<TcpStream> = (0..20)
            .map(|_| {
                let mut stream = TcpStream::connect(app.address).unwrap();
                stream.write_all(head.as_bytes()).unwrap();
                stream
            })
            .collect();
        while started.elapsed() < Duration::from_millis(1500) {
            app.anonymous().get("/v1/organisations").is(200);
        }
        for stream in &mut slow {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
            assert!(answer.contains("\"body_too_slow\""), "{answer}");
        }
        assert!(started.elapsed() < Duration::from_secs(8));
        app.anonymous().get("/v1/organisations").is(200);
    });
}
