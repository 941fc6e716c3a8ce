use crate::fixture::{World, id, kind};
use reqwest::Method;
use securechat_contracts::event::{
    ChatCreated, ChatDeleted, InvitationAnswered, InvitationCreated, MemberJoined, MemberLeft,
};
use serde_json::{Value, json};

/// Who is what in a room, by name.
async fn roles(world: &World, who: &crate::fixture::Person, room: &str) -> Vec<(String, String)> {
    let (status, page) = world.get(who, &format!("{room}/members")).await;
    assert_eq!(status, 200, "{page}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    let mut roles: Vec<_> = items.map(|member| (text(&member["userName"]), text(&member["role"]))).collect();
    roles.sort();
    roles
}

fn is(name: &str, role: &str) -> (String, String) {
    (name.to_owned(), role.to_owned())
}

/// Proves.
#[tokio::test]
async fn a_friend_is_invited_to_a_room_and_joins_it() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let (status, room) = world.post(&alice, "/api/chats/rooms", json!({ "name": "  Book club " })).await;
    assert_eq!((status, &room["name"], &room["owner"]), (201, &json!("Book club"), &json!(alice.id)));
    assert_eq!((&room["kind"], &room["version"], &room["lastSeq"]), (&json!("room"), &json!(1), &json!(0)));
    let path = format!("/api/chats/{}", room["id"].as_str().unwrap());
    world.says(&alice, &path, "before bob").await;

    let invitation = world.invites(&alice, &path, &bob).await;
    assert_eq!((&invitation["state"], &invitation["chatName"]), (&json!("pending"), &json!("Book club")));
    assert_eq!(world.get(&bob, &path).await.0, 404, "to be invited is not to be a member");
    assert_eq!(world.get(&bob, "/api/chats/invitations").await.1, json!({ "items": [invitation] }));
    let (status, accepted) = world.answers(&bob, &invitation, "accept").await;
    assert_eq!((status, &accepted["state"]), (200, &json!("accepted")));
    assert_eq!(world.get(&bob, "/api/chats/invitations").await.1, json!({ "items": [] }));
    assert_eq!(roles(&world, &alice, &path).await, [is("alice", "owner"), is("bob", "member")]);
    // What was said before is there to be read, and is not unread.
    let (_, of_bob) = world.get(&bob, &path).await;
    assert_eq!((&of_bob["unread"], &of_bob["readSeq"], &of_bob["version"]), (&json!(0), &json!(1), &json!(2)));
    assert_eq!(world.numbers(&bob, &path).await, [1]);

    assert_eq!(world.told::<ChatCreated>().await["members"], json!([alice.id]));
    assert_eq!(world.told::<InvitationCreated>().await["invitation"], invitation);
    let joined = world.told::<MemberJoined>().await;
    assert_eq!((&joined["userId"], &joined["version"]), (&json!(bob.id), &json!(2)));
    assert_eq!(world.told::<InvitationAnswered>().await["invitation"], accepted);
}

/// Proves: A-06.
#[tokio::test]
async fn a_declined_invitation_changes_nothing_and_may_be_repeated() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[]).await;
    let invitation = world.invites(&alice, &room, &bob).await;
    let again = world.post(&alice, &format!("{room}/invitations"), json!({ "userId": bob.id })).await;
    assert_eq!(kind(&again), (409, "request-pending"));
    assert_eq!(world.answers(&bob, &invitation, "decline").await.1["state"], "declined");
    for answer in ["accept", "decline"] {
        assert_eq!(kind(&world.answers(&bob, &invitation, answer).await), (409, "already-answered"));
    }
    assert_eq!(roles(&world, &alice, &room).await, [is("alice", "owner")]);
    let second = world.invites(&alice, &room, &bob).await;
    assert_eq!(world.answers(&bob, &second, "accept").await.0, 200);
    let as_member = world.post(&alice, &format!("{room}/invitations"), json!({ "userId": bob.id })).await;
    assert_eq!(kind(&as_member), (409, "already-member"));
}

/// Proves: A-06, H-15, B-08.
#[tokio::test]
async fn only_the_invitee_answers_and_only_friends_are_invited() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let [stranger] = world.people(["stranger"]);
    let room = world.room(&alice, &[]).await;
    let invitation = world.invites(&alice, &room, &bob).await;
    for who in [&alice, &stranger] {
        assert_eq!(kind(&world.answers(who, &invitation, "accept").await), (404, "not-found"));
    }
    assert_eq!(world.answers(&bob, &json!({ "id": id().to_string() }), "accept").await.0, 404);
    let path = format!("{room}/invitations");
    let answer = world.post(&alice, &path, json!({ "userId": stranger.id })).await;
    assert_eq!(kind(&answer), (403, "not-friends"));
    let answer = world.post(&alice, &path, json!({ "userId": alice.id })).await;
    assert_eq!(kind(&answer), (409, "already-member"));
    assert_eq!(world.get(&stranger, "/api/chats/invitations").await.1["items"], json!([]));
}

/// Proves: A-06.
#[tokio::test]
async fn an_invitation_accepted_many_times_at_once_makes_one_member() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[]).await;
    let invitation = world.invites(&alice, &room, &bob).await;
    let answers = futures_util::future::join_all((0..6).map(|_| world.answers(&bob, &invitation, "accept"))).await;
    let good = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(good, 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| matches!(status, 200 | 409)), "{answers:?}");
    assert_eq!(world.get(&alice, &room).await.1["version"], 2);
}

/// Proves.
#[tokio::test]
async fn an_owner_who_leaves_hands_the_room_on_and_the_last_one_takes_it_along() {
    let world = World::new().await;
    let [alice, bob, carol] = world.friends(["alice", "bob", "carol"]);
    let room = world.room(&alice, &[&bob, &carol]).await;
    let leave = format!("{room}/members/me");
    assert_eq!(world.call(&alice, Method::DELETE, &leave, None).await.0, 204);
    assert_eq!(roles(&world, &carol, &room).await, [is("bob", "owner"), is("carol", "member")]);
    assert_eq!(kind(&world.call(&carol, Method::DELETE, &room, None).await), (403, "forbidden"));
    assert_eq!(world.call(&alice, Method::DELETE, &leave, None).await.0, 404, "she left already");
    let left = world.told::<MemberLeft>().await;
    assert_eq!((&left["userId"], &left["version"]), (&json!(alice.id), &json!(4)));
    for who in [&bob, &carol] {
        assert_eq!(world.call(who, Method::DELETE, &leave, None).await.0, 204);
    }
    assert_eq!(world.told::<ChatDeleted>().await["members"], json!([carol.id]));
    let rooms: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chats").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(rooms, 0);
}

/// Proves.
#[tokio::test]
async fn an_invitation_to_a_room_that_was_deleted_is_gone() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[]).await;
    let invitation = world.invites(&alice, &room, &bob).await;
    assert_eq!(world.call(&alice, Method::DELETE, &room, None).await.0, 204);
    assert_eq!(world.get(&bob, "/api/chats/invitations").await.1["items"], json!([]));
    assert_eq!(kind(&world.answers(&bob, &invitation, "accept").await), (404, "not-found"));
}

/// Proves, P-03.
#[tokio::test]
async fn a_repeated_request_makes_no_second_room_and_no_second_invitation() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let body = json!({ "id": id(), "name": "Book club" });
    let (status, room) = world.post(&alice, "/api/chats/rooms", body.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(world.post(&alice, "/api/chats/rooms", body.clone()).await, (200, room.clone()));
    let renamed = world.post(&alice, "/api/chats/rooms", json!({ "id": body["id"], "name": "Other" })).await;
    assert_eq!(kind(&renamed), (409, "id-reused"));
    assert_eq!(kind(&world.post(&bob, "/api/chats/rooms", body).await), (409, "id-reused"));
    let path = format!("/api/chats/{}/invitations", room["id"].as_str().unwrap());
    let body = json!({ "id": id(), "userId": bob.id });
    let (status, invitation) = world.post(&alice, &path, body.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(world.post(&alice, &path, body.clone()).await, (200, invitation));
    let other = world.room(&alice, &[]).await;
    let reused = world.post(&alice, &format!("{other}/invitations"), body).await;
    assert_eq!(kind(&reused), (409, "id-reused"));
}

/// Proves.
#[tokio::test]
async fn members_are_read_page_by_page() {
    let world = World::new().await;
    let [alice, bob, carol] = world.friends(["alice", "bob", "carol"]);
    let room = world.room(&alice, &[&bob, &carol]).await;
    let mut seen = Vec::new();
    let mut path = format!("{room}/members?limit=2");
    loop {
        let (status, page) = world.get(&carol, &path).await;
        assert_eq!(status, 200, "{page}");
        seen.extend(page["items"].as_array().unwrap().iter().map(|member| member["id"].clone()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("{room}/members?limit=2&cursor={cursor}");
    }
    let mut all = [alice.id, bob.id, carol.id];
    all.sort();
    assert_eq!(json!(seen), json!(all));
}
