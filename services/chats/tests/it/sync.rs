use crate::fixture::{Person, World, id, numbers};
use reqwest::Method;
use securechat_contracts::ServiceName;
use serde_json::{Value, json};

async fn synced(world: &World, who: &Person, limit: u32, positions: &[(&str, u64)]) -> Vec<Value> {
    let position = |(chat, seq): &(&str, u64)| json!({ "chatId": chat.rsplit('/').next(), "afterSeq": seq });
    let positions: Vec<Value> = positions.iter().map(position).collect();
    let body = json!({ "actor": who.actor(), "positions": positions, "limit": limit });
    let (status, answer) = world.internal(ServiceName::Messaging, "/sync", body).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["chats"].as_array().unwrap().len(), positions.len(), "one word a position");
    answer["chats"].as_array().unwrap().clone()
}

/// Proves: A-08.
#[tokio::test]
async fn who_was_away_gets_all_that_was_missed_or_is_told_that_it_is_not_all() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for number in 1..=6 {
        world.says(&alice, &chat, &number.to_string()).await;
    }
    for (after, limit, status, missed) in [
        (3, 10, "complete", vec![4, 5, 6]),
        (3, 3, "complete", vec![4, 5, 6]),
        (6, 3, "complete", vec![]),
        (0, 6, "complete", vec![1, 2, 3, 4, 5, 6]),
        (2, 3, "reload", vec![]),
        (0, 5, "reload", vec![]),
        (7, 10, "reload", vec![]),
        (u64::MAX, 10, "reload", vec![]),
    ] {
        let answer = &synced(&world, &bob, limit, &[(&chat, after)]).await[0];
        assert_eq!(answer["status"], status, "after {after}, at most {limit}");
        assert_eq!(numbers(&answer["messages"]), missed, "after {after}, at most {limit}");
        assert_eq!((&answer["lastSeq"], &answer["readSeq"]), (&json!(6), &json!(0)));
    }
}

/// Proves: A-08, H-15.
#[tokio::test]
async fn a_chat_that_is_not_ones_own_any_more_is_gone_and_the_others_are_still_told() {
    let world = World::new().await;
    let [alice, bob, carol] = world.friends(["alice", "bob", "carol"]);
    let (left, deleted) = (world.room(&alice, &[&bob]).await, world.room(&alice, &[&bob]).await);
    let (own, foreign) = (world.room(&bob, &[]).await, world.private_chat(&alice, &carol).await);
    world.says(&alice, &foreign, "secret").await;
    world.says(&bob, &own, "hello").await;
    assert_eq!(world.call(&bob, Method::DELETE, &format!("{left}/members/me"), None).await.0, 204);
    assert_eq!(world.call(&alice, Method::DELETE, &deleted, None).await.0, 204);
    let nothing = id().to_string();
    let asked = [(left.as_str(), 0), (&deleted, 0), (&foreign, 0), (&nothing, 0), (&own, 0)];
    let answers = synced(&world, &bob, 10, &asked).await;
    for (answer, (chat, _)) in answers.iter().zip(&asked).take(4) {
        assert_eq!(answer["status"], "gone", "{chat}");
        assert_eq!((&answer["messages"], &answer["lastSeq"]), (&json!([]), &json!(0)), "{chat}");
    }
    assert_eq!((&answers[4]["status"], &answers[4]["readSeq"]), (&json!("complete"), &json!(1)));
    assert_eq!(answers[4]["messages"][0]["text"], "hello");
}

#[tokio::test]
async fn too_many_positions_are_refused() {
    let world = World::new().await;
    let [alice] = world.friends(["alice"]);
    let positions: Vec<_> = (0..501).map(|_| json!({ "chatId": id(), "afterSeq": 0 })).collect();
    let body = json!({ "actor": alice.actor(), "positions": positions, "limit": 10 });
    let (status, problem) = world.internal(ServiceName::Messaging, "/sync", body).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/positions")));
}
