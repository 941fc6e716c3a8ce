use crate::fixture::{Person, TestApp};
use serde_json::Value;

/// All entries of a list, page by page, and how many pages there were.
async fn read_all(app: &TestApp, who: &Person, path: &str) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let (status, page) = app.get(who, &format!("{path}{cursor}")).await;
        assert_eq!(status, 200, "{page}");
        items.extend(page["items"].as_array().unwrap().clone());
        pages += 1;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (items, pages),
        }
    }
}

fn names(items: &[Value], side: &str) -> Vec<String> {
    items.iter().map(|item| item[side]["userName"].as_str().unwrap().to_owned()).collect()
}

/// Proves: W-28, H-17, B-16, B-28.
#[tokio::test]
async fn requests_are_listed_by_direction_and_state_over_several_pages_with_the_right_names() {
    let app = TestApp::start().await;
    let [alice, bob, carol, dave, erin] = app.people(["alice", "bob", "carol", "dave", "erin"]).await;
    for asker in [&bob, &carol, &dave] {
        app.asks(asker, &alice).await;
    }
    let answered = app.asks(&alice, &erin).await;
    app.answers(&erin, &answered, "reject").await;
    let path = |filter: &str| format!("/api/users/{}/friendship-requests?limit=2{filter}", alice.id);

    let (incoming, pages) = read_all(&app, &alice, &path("&direction=incoming")).await;
    assert_eq!((names(&incoming, "requester"), pages), (vec!["dave".into(), "carol".into(), "bob".into()], 2));
    assert!(names(&incoming, "requestee").iter().all(|name| name == "alice"));
    let (outgoing, _) = read_all(&app, &alice, &path("&direction=outgoing")).await;
    assert_eq!(
        (names(&outgoing, "requestee"), names(&outgoing, "requester")),
        (vec!["erin".into()], vec!["alice".into()])
    );
    let (pending, _) = read_all(&app, &alice, &path("&state=pending")).await;
    assert_eq!(names(&pending, "requester"), ["dave", "carol", "bob"]);
    let (all, pages) = read_all(&app, &alice, &path("")).await;
    assert_eq!((all.len(), pages), (4, 2));
}

/// Proves: W-30, B-16.
#[tokio::test]
async fn friendships_are_listed_over_several_pages() {
    let app = TestApp::start().await;
    let [alice, bob, carol, dave] = app.people(["alice", "bob", "carol", "dave"]).await;
    for friend in [&bob, &carol, &dave] {
        app.befriends(friend, &alice).await;
    }
    let (items, pages) = read_all(&app, &alice, &format!("/api/users/{}/friendships?limit=2", alice.id)).await;
    assert_eq!((items.len(), pages), (3, 2));
    assert!(items[0].to_string().contains("dave") && items[2].to_string().contains("bob"));
}

/// Proves: B-16, B-23.
#[tokio::test]
async fn filters_that_make_no_sense_are_refused_by_name() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let of = format!("/api/users/{}/friendship-requests", alice.id);
    for (query, pointer) in [
        ("?direction=sideways", "?direction"),
        ("?state=unknown", "?state"),
        ("?limit=0", "?limit"),
        ("?limit=101", "?limit"),
        ("?limit=-1", "?"),
        ("?offset=3", "?"),
        ("?cursor=nonsense", "?cursor"),
    ] {
        let (status, problem) = app.get(&alice, &format!("{of}{query}")).await;
        assert_eq!((status, problem["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{query}: {problem}");
    }
}
