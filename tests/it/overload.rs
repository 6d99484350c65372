//! Too much at a time: a full server says so at once, and a request that takes too long ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use werkstadt_tests::app::TestApp;
use werkstadt_tests::database::on_each;

#[test]
fn a_full_server_refuses_at_once_and_a_slow_request_ends() {
    on_each(|database| {
        let app = TestApp::numbered(database, 0, |config| {
            config.concurrency = 1;
            config.request_seconds = 6;
        });
        app.anonymous().get("/v1/organisations").is(200);
        // A body that is announced and never sent takes the only place, unless the question whether it did was quicker.
        let head = "POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
        let taken = (0..100).find_map(|_| {
            let mut slow = TcpStream::connect(app.address).unwrap();
            slow.write_all(head.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(50));
            let reply = app.anonymous().get("/v1/organisations");
            (reply.status != 200).then_some((slow, reply))
        });
        let (mut slow, refused) = taken.expect("the place is taken");
        let refused = refused.is(503);
        assert_eq!(refused.code(), "unavailable");
        assert!(refused.header("retry-after").is_some());
        // The slow one ends, with the same words, and its place is free again.
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        app.anonymous().get("/v1/organisations").is(200);
    });
}
