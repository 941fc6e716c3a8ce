use crate::{fixture::World, reporting::closed};
use securechat_test_kit::TestUser;
use serde_json::json;

/// Proves: W-49.
#[tokio::test]
async fn a_replica_that_stops_sends_its_people_to_the_others_and_tells_that_they_went() {
    let mut world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let people: Vec<TestUser> = (0..10).map(|_| TestUser::new()).collect();
    let mut clients = Vec::new();
    for user in &people {
        clients.push(world.connect(&one, user).await);
    }
    let stopping = tokio::spawn(one.stop());
    for client in &mut clients {
        assert_eq!(client.closed().await, json!({ "type": 7, "allowReconnect": true }));
    }
    drop(clients);
    stopping.await.unwrap();
    let mut gone = Vec::new();
    while gone.len() < people.len() {
        gone.push(
            world
                .told(|told| match told {
                    crate::fixture::Told::Closed(event) => {
                        people.iter().any(|p| p.id == event.user_id).then_some(event.user_id)
                    }
                    _ => None,
                })
                .await,
        );
    }
    assert!(people.iter().all(|user| gone.contains(&user.id)));
    let mut back = world.connect(&other, &people[0]).await;
    assert_eq!(back.call("Sync", json!({ "positions": [] })).await, Ok(json!({ "chats": [] })));
    drop(back);
    world.told(closed(people[0].id)).await;
}
