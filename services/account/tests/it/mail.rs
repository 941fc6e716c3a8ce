use crate::fixture::{World, email};
use crate::mailbox::{Mailbox, token};
use securechat_test_kit::eventually;
use serde_json::json;

/// Proves: W-17, W-13, H-23.
#[tokio::test]
async fn while_the_mail_server_is_away_people_register_and_their_links_go_out_when_it_is_back() {
    let mut mailbox = Mailbox::closed();
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let alice = world.registers("alice").await;
    assert_eq!(alice["emailVerified"], json!(false));
    eventually("a failure", async || {
        let sql = "SELECT CAST(COALESCE(MAX(attempts), 0) AS SIGNED) FROM mail_queue";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(world.database.pool()).await.unwrap() > 0
    })
    .await;
    assert!(world.running.health.is_ready(), "it stays ready, and says what is wrong");
    assert!(!world.running.health.report().await.ok);
    mailbox.start().await;
    let mail = mailbox.mails(&email("alice"), 1).await.remove(0);
    assert_eq!(world.confirms(&token(&mail)).await.0, 204);
    eventually("an empty queue", async || world.count("mail_queue").await == 0).await;
    assert!(world.running.health.report().await.ok);
}

/// Proves: W-17, B-23.
#[tokio::test]
async fn two_processes_send_each_mail_once() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let _other = world.another_process().await;
    let names: Vec<String> = (0..8).map(|number| format!("person{number}")).collect();
    for name in &names {
        world.registers(name).await;
    }
    eventually("an empty queue", async || world.count("mail_queue").await == 0).await;
    for name in &names {
        mailbox.mails(&email(name), 1).await;
    }
}
