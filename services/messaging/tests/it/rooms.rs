use crate::fixture::{World, id};
use securechat_contracts::{
    dto::{InvitationState, InvitationView, MessageView, PersonRef},
    event::{
        ChatCreated, ChatDeleted, InvitationAnswered, InvitationCreated, MemberJoined, MemberLeft, MessagePosted,
        ReadMarkerMoved,
    },
};
use securechat_kernel::ChatId;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};
use time::macros::datetime;

pub(crate) fn posted(chat_id: ChatId, seq: u64, sender: &TestUser) -> MessagePosted {
    let message = MessageView {
        id: id().into(),
        chat_id,
        seq,
        sender: PersonRef { id: sender.id, user_name: "x".into() },
        text: format!("message {seq}"),
        sent_at: datetime!(2026-01-02 03:04:05 UTC),
    };
    MessagePosted { chat_id, message }
}

/// Proves: A-07, H-24.
#[tokio::test]
async fn a_message_reaches_every_member_at_every_replica_and_nobody_else() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob, eve) = (TestUser::new(), TestUser::new(), TestUser::new());
    let chat = world.chat_of(&[&alice, &bob]);
    world.chat_of(&[&eve]);
    let mut members =
        [world.connect(&one, &alice).await, world.connect(&other, &alice).await, world.connect(&other, &bob).await];
    let mut eve_here = world.connect(&one, &eve).await;
    for seq in 41..=43 {
        world.publish(&posted(chat, seq, &alice)).await;
    }
    for client in &mut members {
        for seq in 41..=43 {
            let message = client.expect("MessagePosted").await;
            assert_eq!((&message["chatId"], &message["seq"]), (&json!(chat), &json!(seq)));
            assert_eq!(message["text"], format!("message {seq}"));
        }
    }
    eve_here.expect_nothing().await;
}

/// Proves: A-08.
#[tokio::test]
async fn messages_that_arrive_out_of_order_or_twice_are_pushed_in_order_and_once() {
    let world = World::new().await;
    let hub = world.start().await;
    let alice = TestUser::new();
    let chat = world.chat_of(&[&alice]);
    let mut client = world.connect(&hub, &alice).await;
    for seq in [7, 9, 10, 8, 9, 7, 12, 11] {
        world.publish(&posted(chat, seq, &alice)).await;
    }
    for seq in 7..=12 {
        assert_eq!(client.expect("MessagePosted").await["seq"], seq);
    }
    client.expect_nothing().await;
}

/// Proves: A-08.
#[tokio::test]
async fn when_a_message_does_not_come_its_chat_is_told_to_sync_and_goes_on() {
    let world = World::new().await;
    let hub = world.start().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let chat = world.chat_of(&[&alice]);
    let (mut client, mut bob_here) = (world.connect(&hub, &alice).await, world.connect(&hub, &bob).await);
    world.publish(&posted(chat, 1, &alice)).await;
    world.publish(&posted(chat, 3, &alice)).await;
    client.expect("MessagePosted").await;
    assert_eq!(client.expect("SyncRequired").await, json!({}));
    world.publish(&posted(chat, 4, &alice)).await;
    assert_eq!(client.expect("MessagePosted").await["seq"], 4);
    bob_here.expect_nothing().await;
}

/// Proves: A-05.
#[tokio::test]
async fn who_joins_gets_messages_from_then_on_and_who_leaves_gets_none_whatever_order_the_events_come_in() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let chat = world.chat_of(&[&alice]);
    let (mut alice_here, mut bob_there) = (world.connect(&one, &alice).await, world.connect(&other, &bob).await);
    world.publish(&MemberJoined { chat_id: chat, user_id: bob.id, version: 2 }).await;
    assert_eq!(bob_there.expect("ChatAdded").await, json!({ "chatId": chat }));
    assert_eq!(alice_here.expect("MembersChanged").await, json!({ "chatId": chat }));
    world.publish(&posted(chat, 1, &alice)).await;
    bob_there.expect("MessagePosted").await;
    alice_here.expect("MessagePosted").await;
    world.publish(&MemberLeft { chat_id: chat, user_id: bob.id, version: 5 }).await;
    world.publish(&MemberJoined { chat_id: chat, user_id: bob.id, version: 4 }).await;
    assert_eq!(bob_there.expect("ChatRemoved").await, json!({ "chatId": chat }));
    alice_here.expect("MembersChanged").await;
    alice_here.expect("MembersChanged").await;
    world.publish(&posted(chat, 2, &alice)).await;
    alice_here.expect("MessagePosted").await;
    bob_there.expect_nothing().await;
}

/// Proves.
#[tokio::test]
async fn chats_invitations_and_read_markers_are_told_to_those_they_concern() {
    let world = World::new().await;
    let hub = world.start().await;
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let (mut alice_here, mut bob_here) = (world.connect(&hub, &alice).await, world.connect(&hub, &bob).await);
    let chat = ChatId(id());
    world.publish(&ChatCreated { chat_id: chat, members: vec![alice.id], version: 1 }).await;
    alice_here.expect("ChatAdded").await;
    let mut invitation = InvitationView {
        id: id().into(),
        chat_id: chat,
        chat_name: "Room".into(),
        inviter: PersonRef { id: alice.id, user_name: "alice".into() },
        invitee_id: bob.id,
        state: InvitationState::Pending,
        created_at: datetime!(2026-01-02 03:04:05 UTC),
    };
    let invitation_id = invitation.id;
    world.publish(&InvitationCreated { invitation_id, invitation: invitation.clone() }).await;
    assert_eq!(bob_here.expect("InvitationReceived").await["chatName"], "Room");
    invitation.state = InvitationState::Accepted;
    world.publish(&InvitationAnswered { invitation_id, invitation }).await;
    for client in [&mut alice_here, &mut bob_here] {
        assert_eq!(client.expect("InvitationAnswered").await["state"], "accepted");
    }
    world.publish(&ReadMarkerMoved { chat_id: chat, user_id: alice.id, read_seq: 7, unread: 2 }).await;
    let marker = alice_here.expect("ReadMarkerMoved").await;
    assert_eq!(marker, json!({ "chatId": chat, "readSeq": 7, "unread": 2 }));
    world.publish(&ChatDeleted { chat_id: chat, members: vec![alice.id], version: 9 }).await;
    alice_here.expect("ChatRemoved").await;
    bob_here.expect_nothing().await;
    alice_here.expect_nothing().await;
}

/// Proves: A-07.
#[tokio::test]
async fn typing_is_seen_by_the_other_members_at_other_replicas_and_only_from_members() {
    let world = World::new().await;
    let (one, other) = (world.start().await, world.start().await);
    let (alice, bob, eve) = (TestUser::new(), TestUser::new(), TestUser::new());
    let chat = world.chat_of(&[&alice, &bob]);
    let (mut alice_here, mut bob_there) = (world.connect(&one, &alice).await, world.connect(&other, &bob).await);
    let mut eve_there = world.connect(&other, &eve).await;
    let typing = json!({ "chatId": chat });
    assert_eq!(alice_here.call("Typing", typing.clone()).await, Ok(Value::Null));
    assert_eq!(bob_there.expect("Typing").await, json!({ "chatId": chat, "userId": alice.id }));
    let refused = eve_there.call("Typing", typing.clone()).await;
    assert_eq!(refused, Err("not-found: you are no member of this chat".into()));
    for _ in 0..5 {
        alice_here.call("Typing", typing.clone()).await.unwrap();
    }
    alice_here.expect_nothing().await;
    bob_there.expect_nothing().await;
}
