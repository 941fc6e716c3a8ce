use crate::fixture::{World, id, kind, message, numbers};
use reqwest::Method;
use securechat_contracts::event::MessagePosted;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Proves, B-15.
#[tokio::test]
async fn numbers_have_no_gap_and_no_double_while_many_send_through_two_processes() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let other = world.another_process().await;
    let room = world.room(&alice, &[&bob]).await;
    let (send_to, mark_at) = (format!("{room}/messages"), format!("{room}/read-marker"));
    let sending = (0..40).map(|number| {
        let (at, who) = if number % 2 == 0 { (&world.running, &alice) } else { (&other, &bob) };
        world.call_at(at, who, Method::POST, &send_to, Some(message(&number.to_string())))
    });
    let reading = (0..20).map(|seq| world.call_at(&other, &alice, Method::PUT, &mark_at, Some(json!({ "seq": seq }))));
    let (sent, read) = tokio::join!(all(sending), all(reading));

    let all_numbers: Vec<u64> = (1..=40).collect();
    let answered: BTreeSet<u64> = sent.iter().filter_map(|(_, message)| message["seq"].as_u64()).collect();
    assert_eq!(sent.iter().map(|(status, _)| *status).collect::<BTreeSet<_>>(), BTreeSet::from([201]));
    assert_eq!(read.iter().map(|(status, _)| *status).collect::<BTreeSet<_>>(), BTreeSet::from([200]));
    assert_eq!(answered.into_iter().collect::<Vec<_>>(), all_numbers);
    assert_eq!(world.numbers(&alice, &room).await, all_numbers);
    let mut told = BTreeSet::new();
    for _ in 0..40 {
        told.insert(world.told::<MessagePosted>().await["message"]["seq"].as_u64().unwrap());
    }
    assert_eq!(told.into_iter().collect::<Vec<_>>(), all_numbers, "each was told once");
}

/// Proves: A-07, P-03.
#[tokio::test]
async fn sending_again_is_answered_with_the_stored_message_and_another_text_is_refused() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    let path = format!("{chat}/messages");
    let body = message("hello\nbob 👋");
    let (status, first) = world.post(&alice, &path, body.clone()).await;
    assert_eq!(status, 201, "{first}");
    assert_eq!((&first["seq"], &first["text"], &first["id"]), (&json!(1), &body["text"], &body["id"]));
    assert_eq!(first["sender"], json!({ "id": alice.id, "userName": "alice" }));
    assert_eq!(world.post(&alice, &path, body.clone()).await, (200, first.clone()));
    let other = world.post(&alice, &path, json!({ "id": body["id"], "text": "something else" })).await;
    assert_eq!(kind(&other), (409, "id-reused"));
    // Ids are each sender's own: bob cannot take alice's away.
    let (status, of_bob) = world.post(&bob, &path, json!({ "id": body["id"], "text": "mine" })).await;
    assert_eq!((status, &of_bob["seq"]), (201, &json!(2)));
    assert_eq!(world.numbers(&bob, &chat).await, [1, 2]);
    assert_eq!(world.told::<MessagePosted>().await["message"], first);
    assert_eq!(world.told::<MessagePosted>().await["message"], of_bob, "the repetition was not told");
}

/// Proves: A-07, P-03.
#[tokio::test]
async fn one_message_sent_many_times_at_once_stands_once() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    let path = format!("{chat}/messages");
    let body = json!({ "id": id(), "text": "once" });
    let sent = all((0..8).map(|_| world.post(&alice, &path, body.clone()))).await;
    let new = sent.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!((new, sent.iter().filter(|(status, _)| *status == 200).count()), (1, 7), "{sent:?}");
    assert!(sent.iter().all(|(_, message)| *message == sent[0].1));
    let (_, history) = world.get(&bob, &path).await;
    assert_eq!(numbers(&history["items"]), [1]);
}

async fn all(calls: impl Iterator<Item = impl Future<Output = (u16, Value)>>) -> Vec<(u16, Value)> {
    futures_util::future::join_all(calls).await
}
