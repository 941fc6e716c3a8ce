use crate::fixture::{Person, World, kind};
use reqwest::Method;
use securechat_contracts::event::ReadMarkerMoved;
use serde_json::{Value, json};

async fn marks(world: &World, who: &Person, chat: &str, seq: u64) -> (u16, Value) {
    world.call(who, Method::PUT, &format!("{chat}/read-marker"), Some(json!({ "seq": seq }))).await
}

async fn badge(world: &World, who: &Person, chat: &str) -> (u64, u64) {
    let (_, view) = world.get(who, chat).await;
    (view["readSeq"].as_u64().unwrap(), view["unread"].as_u64().unwrap())
}

/// Proves: A-09.
#[tokio::test]
async fn others_messages_are_counted_as_unread_and_ones_own_are_not() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for text in ["one", "two", "three"] {
        world.says(&alice, &chat, text).await;
    }
    assert_eq!(badge(&world, &alice, &chat).await, (3, 0));
    assert_eq!(badge(&world, &bob, &chat).await, (0, 3));
    // An answer does not say that bob has read: his marker stays, and his own message is none to be read.
    world.says(&bob, &chat, "four").await;
    assert_eq!(badge(&world, &bob, &chat).await, (0, 3));
    assert_eq!(badge(&world, &alice, &chat).await, (3, 1));
    let (_, list) = world.get(&bob, "/api/chats").await;
    assert_eq!((&list["items"][0]["unread"], &list["items"][0]["lastMessage"]["text"]), (&json!(3), &json!("four")));
}

/// Proves: A-09.
#[tokio::test]
async fn the_read_marker_moves_forward_to_the_last_message_and_never_back() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for text in ["one", "two", "three"] {
        world.says(&alice, &chat, text).await;
    }
    let at = |read_seq: u64, unread: u64| (200, json!({ "readSeq": read_seq, "unread": unread }));
    assert_eq!(marks(&world, &bob, &chat, 2).await, at(2, 1));
    assert_eq!(marks(&world, &bob, &chat, 1).await, at(2, 1));
    assert_eq!(marks(&world, &bob, &chat, 0).await, at(2, 1));
    assert_eq!(marks(&world, &bob, &chat, u64::MAX).await, at(3, 0));
    assert_eq!(badge(&world, &bob, &chat).await, (3, 0));
    world.says(&alice, &chat, "four").await;
    assert_eq!(badge(&world, &bob, &chat).await, (3, 1), "beyond the last message nothing is read in advance");
    // Only what moved it was told, to bob's other devices.
    for (read_seq, unread) in [(2, 1), (3, 0)] {
        let told = world.told::<ReadMarkerMoved>().await;
        assert_eq!(
            (&told["userId"], &told["readSeq"], &told["unread"]),
            (&json!(bob.id), &json!(read_seq), &json!(unread))
        );
    }
}

/// Proves: A-09.
#[tokio::test]
async fn markers_set_at_once_by_two_devices_end_at_the_greatest() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for number in 0..10 {
        world.says(&alice, &chat, &number.to_string()).await;
    }
    let answers = futures_util::future::join_all((1..=10).rev().map(|seq| marks(&world, &bob, &chat, seq))).await;
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(badge(&world, &bob, &chat).await, (10, 0));
}

/// Proves: A-09.
#[tokio::test]
async fn a_marker_that_is_no_number_is_refused() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for wrong in [json!({ "seq": -1 }), json!({ "seq": "1" })] {
        let answer = world.call(&alice, Method::PUT, &format!("{chat}/read-marker"), Some(wrong)).await;
        assert_eq!(kind(&answer), (422, "invalid-fields"));
        assert_eq!(answer.1["errors"][0]["pointer"], "/seq");
    }
}
