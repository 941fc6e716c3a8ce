use crate::fixture::{PASSWORD, World, email, kind, read, registration};
use securechat_config::Registration;
use serde_json::{Value, json};

/// Proves: W-11, W-21, W-22, B-01.
#[tokio::test]
async fn a_stranger_registers_and_everybody_is_told_who_by_id_and_by_name() {
    let world = World::new().await;
    let answer = world.http.post(world.url("/api/account/register")).json(&registration("Alice")).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let (status, account) = read(answer).await;
    assert_eq!((status, &account["userName"], &account["email"]), (201, &json!("Alice"), &json!("Alice@example.org")));
    assert_eq!(location, format!("/api/account/{}", account["id"].as_str().unwrap()));
    assert_eq!((&account["roles"], &account["permissions"]), (&json!(["unconfirmed_user"]), &json!([])));
    assert_eq!((&account["emailVerified"], &account["createdAt"]), (&json!(false), &account["modifiedAt"]));
    assert!(!account.to_string().contains(PASSWORD));

    let (type_, event) = world.told().await;
    assert_eq!(type_, "account.user-registered.v1");
    assert_eq!(event, json!({ "userId": account["id"], "userName": "Alice", "email": "Alice@example.org" }));
    let stored: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(world.database.pool()).await.unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
}

/// Proves: W-11.
#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once_and_nothing_is_stored() {
    let world = World::new().await;
    let register = async |user_name: &str, email: &str, password: &str| {
        let body = json!({ "userName": user_name, "email": email, "password": password });
        world.post("/api/account/register", body).await
    };
    let pointers = |problem: &Value| {
        let errors = problem["errors"].as_array().unwrap().iter();
        errors.map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (user_name, email, password, wrong) in [
        ("a", "nobody", "short", vec!["/userName", "/email", "/password"]),
        ("ali ce", "alice@example.org", PASSWORD, vec!["/userName"]),
        ("alice", "alice@", PASSWORD, vec!["/email"]),
        ("alice", "a@b.c\r\nBcc: d@e.f", PASSWORD, vec!["/email"]),
        ("alice", "alice@example.org", "passwordpassword", vec!["/password"]),
        ("alice", "alice@example.org", "alice has a long one", vec!["/password"]),
    ] {
        let answer = register(user_name, email, password).await;
        assert_eq!(kind(&answer), (422, "invalid-fields"), "{user_name} {email}");
        assert_eq!(pointers(&answer.1), wrong, "{user_name} {email}");
        assert!(!answer.1.to_string().contains(PASSWORD), "an answer never repeats a password");
    }
    let mut more = registration("alice");
    more["roles"] = json!(["admin"]);
    let answer = world.post("/api/account/register", more).await;
    assert_eq!((kind(&answer), pointers(&answer.1)), ((422, "invalid-fields"), vec!["/roles".to_owned()]));
    assert_eq!((world.count("accounts").await, world.count("mail_queue").await), (0, 0));
    world.told_nothing().await;
}

/// Proves: W-11.
#[tokio::test]
async fn a_taken_name_or_address_is_refused_whatever_its_case() {
    let world = World::new().await;
    let alice = world.registers("alice").await;
    for (name, address, refusal) in [
        ("ALICE", "other@example.org", "user-name-taken"),
        ("alice", "alice@example.org", "user-name-taken"),
        ("other", "Alice@Example.ORG", "email-taken"),
    ] {
        let body = json!({ "userName": name, "email": address, "password": PASSWORD });
        assert_eq!(kind(&world.post("/api/account/register", body).await), (409, refusal), "{name}");
    }
    assert_eq!(world.count("accounts").await, 1);
    assert_eq!(world.told().await.1["userId"], alice["id"]);
    world.told_nothing().await;
}

/// Proves: W-11, B-23.
#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let world = World::new().await;
    let (a, b, c, d) = tokio::join!(
        world.post("/api/account/register", registration("alice")),
        world.post("/api/account/register", registration("Alice")),
        world.post("/api/account/register", registration("aLice")),
        world.post("/api/account/register", registration("alicE")),
    );
    let mut statuses = [a.0, b.0, c.0, d.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    world.told().await;
    world.told_nothing().await;
}

/// Proves: W-20, B-37.
#[tokio::test]
async fn one_address_registers_only_so_often_and_others_are_not_touched() {
    let world = World::with(|config| config.mails_per_hour = 2).await;
    let from = async |address: &str, name: &str| {
        let request = world.http.post(world.url("/api/account/register")).header("x-envoy-external-address", address);
        request.json(&registration(name)).send().await.unwrap()
    };
    assert_eq!(from("203.0.113.1", "one").await.status(), 201);
    assert_eq!(from("203.0.113.1", "two").await.status(), 201);
    let refused = from("203.0.113.1", "three").await;
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 60);
    assert_eq!(kind(&read(refused).await), (429, "too-many-requests"));
    assert_eq!(from("203.0.113.2", "four").await.status(), 201);
    assert_eq!(world.count("accounts").await, 3);
}

/// Proves: W-11.
#[tokio::test]
async fn where_registration_is_closed_nobody_registers() {
    let world = World::with(|config| config.registration = Registration::Closed).await;
    let answer = world.post("/api/account/register", registration("alice")).await;
    assert_eq!(kind(&answer), (403, "forbidden"));
    assert_eq!(world.count("accounts").await, 0);
}

/// Proves: W-17, W-12.
#[tokio::test]
async fn where_no_mail_can_be_sent_an_account_is_confirmed_at_once() {
    let world = World::with(|config| config.mail = None).await;
    let account = world.registers("alice").await;
    assert_eq!((&account["emailVerified"], &account["roles"]), (&json!(true), &json!(["user"])));
    assert_eq!(world.grant(&account).await["permissions"].as_array().unwrap().len(), 4);
    assert_eq!(world.asks_again(&email("alice")).await, 202);
    assert_eq!(world.count("mail_queue").await, 0);
}

/// Proves: H-23.
#[tokio::test]
async fn without_its_database_it_says_so_and_when_to_come_back() {
    let world = World::new().await;
    let mut config = world.config.clone();
    config.database.port = 1;
    config.database.acquire_timeout_ms = 300;
    let process = securechat_runtime::Process::system();
    let service = securechat_account::build(&config, &process).unwrap_or_else(|error| panic!("{error}"));
    let running = securechat_runtime::start(service, process, &config.http).await.unwrap();
    let url = format!("http://{}/api/account/register", running.public);
    let answer = world.http.post(url).json(&registration("alice")).send().await.unwrap();
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(kind(&read(answer).await), (503, "unavailable"));
    assert!(!running.health.is_ready());
}
