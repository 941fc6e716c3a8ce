use crate::fixture::{World, kind, numbers};
use serde_json::json;

/// Proves: A-08.
#[tokio::test]
async fn history_is_read_from_the_end_backwards_and_from_anywhere_forwards() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for number in 1..=30 {
        world.says(if number % 2 == 0 { &alice } else { &bob }, &chat, &number.to_string()).await;
    }
    for (asked, first, last) in [
        ("", 6, 30),
        ("?limit=3", 28, 30),
        ("?before=28&limit=3", 25, 27),
        ("?before=3&limit=5", 1, 2),
        ("?before=999&limit=2", 29, 30),
        ("?after=0&limit=4", 1, 4),
        ("?after=4&limit=4", 5, 8),
        ("?after=28", 29, 30),
        ("?after=5", 6, 30),
    ] {
        let (status, list) = world.get(&alice, &format!("{chat}/messages{asked}")).await;
        assert_eq!((status, &list["lastSeq"]), (200, &json!(30)), "{asked}");
        assert_eq!(numbers(&list["items"]), (first..=last).collect::<Vec<u64>>(), "{asked}");
    }
    for asked in ["?before=1", "?before=0", "?after=30", "?after=18446744073709551615"] {
        let (status, list) = world.get(&alice, &format!("{chat}/messages{asked}")).await;
        assert_eq!((status, &list["items"]), (200, &json!([])), "{asked}");
    }
}

/// Proves: A-08.
#[tokio::test]
async fn a_part_of_the_history_that_makes_no_sense_is_refused_and_says_why() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for (asked, pointer) in [
        ("?limit=0", "?limit"),
        ("?limit=101", "?limit"),
        ("?before=1&after=1", "?after"),
        ("?limit=ten", "?"),
        ("?before=-1", "?"),
    ] {
        let answer = world.get(&alice, &format!("{chat}/messages{asked}")).await;
        assert_eq!(kind(&answer), (422, "invalid-fields"), "{asked}");
        assert_eq!(answer.1["errors"][0]["pointer"], pointer, "{asked}");
    }
    assert_eq!(
        world.get(&alice, &format!("{chat}/messages?limit=100")).await,
        (200, json!({ "items": [], "lastSeq": 0 }))
    );
}

/// Proves: A-08.
#[tokio::test]
async fn chats_are_listed_with_the_newest_message_first() {
    let world = World::new().await;
    let [alice, bob, carol] = world.friends(["alice", "bob", "carol"]);
    let with_bob = world.private_chat(&alice, &bob).await;
    let with_carol = world.private_chat(&alice, &carol).await;
    let list = async || {
        let (_, list) = world.get(&alice, "/api/chats").await;
        let ids =
            list["items"].as_array().unwrap().iter().map(|chat| format!("/api/chats/{}", chat["id"].as_str().unwrap()));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(list().await, [with_carol.clone(), with_bob.clone()]);
    world.says(&bob, &with_bob, "hello").await;
    assert_eq!(list().await, [with_bob, with_carol]);
}
