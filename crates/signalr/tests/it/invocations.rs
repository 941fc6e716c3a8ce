use crate::{
    client::{Client, END},
    server::{Seen, TestServer},
};
use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

#[tokio::test]
async fn a_call_is_answered_whatever_the_case_of_its_name() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    for name in ["Add", "add", "ADD"] {
        assert_eq!(client.call(name, json!([1, 2])).await, Ok(json!(3)));
    }
}

#[tokio::test]
async fn errors_of_the_hub_unknown_methods_and_wrong_arguments_fail_the_call_and_not_the_connection() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    let refused = Err("not-friends: bob is no friend of yours".to_owned());
    assert_eq!(client.call("Fail", json!([])).await, refused);
    assert_eq!(client.call("Nothing", json!([])).await, Err("Unknown hub method 'nothing'".into()));
    assert_eq!(client.call("Add", json!([1])).await, Err("validation: wrong arguments of add".into()));
    assert_eq!(client.call("Panic", json!([])).await, Err("An unexpected error occurred".into()));
    client.send(&json!({ "type": 4, "invocationId": "s", "target": "Echo", "arguments": [] })).await;
    assert_eq!(client.next().await["error"], "Hub method 'Echo' does not stream");
    assert_eq!(client.call("Echo", json!([null])).await, Ok(json!(null)));
}

#[tokio::test]
async fn calls_of_a_connection_run_one_at_a_time_and_in_order() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    assert_eq!(server.sees().await, Seen::Connected("alice".into()));
    client.invoke("1", "Wait", json!(["first"])).await;
    assert_eq!(server.sees().await, Seen::Called("wait".into()));
    client.invoke("2", "Echo", json!(["second"])).await;
    client.invoke("3", "Echo", json!(["third"])).await;
    // Another connection is not held up, and nothing of the first one's later calls has begun.
    let mut other = Client::connect(&server, "bob").await;
    assert_eq!(other.call("Add", json!([2, 2])).await, Ok(json!(4)));
    assert_eq!(server.sees().await, Seen::Connected("bob".into()));
    assert_eq!(server.sees().await, Seen::Called("add".into()));
    server.hub.gate.add_permits(1);
    for (id, text) in [("1", "first"), ("2", "second"), ("3", "third")] {
        assert_eq!(client.next().await, json!({ "type": 3, "invocationId": id, "result": text }));
    }
}

#[tokio::test]
async fn a_call_without_an_id_runs_and_is_not_answered() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    client.send(&json!({ "type": 1, "target": "Fail", "arguments": [] })).await;
    client.invoke("1", "Echo", json!([1])).await;
    assert_eq!(client.next().await["invocationId"], "1");
    assert_eq!(server.sees().await, Seen::Connected("alice".into()));
    assert_eq!(server.sees().await, Seen::Called("fail".into()));
}

#[tokio::test]
async fn messages_may_share_a_frame_be_cut_over_frames_and_come_as_fragments() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    let call =
        |id: &str| json!({ "type": 1, "invocationId": id, "target": "Echo", "arguments": [id] }).to_string() + "\u{1e}";
    let (third, rest) = (call("3"), call("4"));
    let (head, tail) = third.split_at(20);
    client.send_text(format!("{}{{\"type\":6}}{END}{}{head}", call("1"), call("2"))).await;
    client.send_text(format!("{tail}{rest}")).await;
    for id in ["1", "2", "3", "4"] {
        assert_eq!(client.next().await, json!({ "type": 3, "invocationId": id, "result": id }));
    }
    let fifth = call("5");
    let (head, tail) = fifth.split_at(30);
    let piece = |text: &str, code, last| Message::Frame(Frame::message(text.to_owned(), OpCode::Data(code), last));
    client.socket.send(piece(head, Data::Text, false)).await.unwrap();
    client.socket.send(Message::Ping("between".into())).await.unwrap();
    client.socket.send(piece(tail, Data::Continue, true)).await.unwrap();
    assert_eq!(client.next().await["invocationId"], "5");
}

#[tokio::test]
async fn types_the_server_does_not_know_are_ignored() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    for message in
        [json!({ "type": 99 }), json!({ "type": 5, "invocationId": "9" }), json!({ "type": 8, "sequenceId": 1 })]
    {
        client.send(&message).await;
    }
    assert_eq!(client.call("Echo", json!(["on"])).await, Ok(json!("on")));
}

#[tokio::test]
async fn a_call_that_runs_when_its_client_leaves_runs_on() {
    let mut server = TestServer::start().await;
    let mut client = Client::connect(&server, "alice").await;
    client.invoke("1", "Wait", json!([0])).await;
    assert_eq!(server.sees().await, Seen::Connected("alice".into()));
    assert_eq!(server.sees().await, Seen::Called("wait".into()));
    drop(client);
    server.sees_leaving("alice").await;
    server.hub.gate.add_permits(1);
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while server.hub.gate.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the call took its permit");
}
