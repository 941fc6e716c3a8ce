use crate::fixture::{PASSWORD, PENDING, World, email};
use crate::mailbox::{Mailbox, link};
use reqwest::Response;
use serde_json::json;

/// A page that a browser shows, and the cookie it holds since.
struct Page {
    status: u16,
    text: String,
    cookie: String,
}

impl Page {
    async fn of(answer: Response) -> Self {
        let set = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
        let cookie = set.unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
        Self { status: answer.status().as_u16(), cookie, text: answer.text().await.unwrap() }
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let value = self.text.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.text)).1;
        value.split_once('"').unwrap().0.replace("&amp;", "&").replace("&#x2f;", "/")
    }
}

impl World {
    async fn open(&self, path: &str) -> Page {
        Page::of(self.http.get(self.url(path)).send().await.unwrap()).await
    }

    /// Posts the form of `page` as a browser does, with the hidden fields that it holds.
    async fn submit(&self, path: &str, page: &Page, hidden: &[&str], typed: &[(&str, &str)]) -> Page {
        let mut fields: Vec<(&str, String)> = hidden.iter().map(|name| (*name, page.hidden(name))).collect();
        fields.extend(typed.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let request = self.http.post(self.url(path)).header("cookie", &page.cookie).form(&fields);
        Page::of(request.header("sec-fetch-site", "same-origin").send().await.unwrap()).await
    }
}

fn asked(path: &str) -> String {
    let pending: String = url::form_urlencoded::byte_serialize(PENDING.as_bytes()).collect();
    format!("{path}?return_to={pending}")
}

/// Proves: H-02, W-12.
#[tokio::test]
async fn a_stranger_registers_and_confirms_by_pages_and_is_led_back_to_her_sign_in() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let form = world.open(&asked("/account/register")).await;
    assert_eq!((form.status, form.hidden("return_to").as_str()), (200, PENDING));
    let address = email("alice");
    let typed = [("user_name", "alice"), ("email", address.as_str()), ("password", "short")];
    let again = world.submit("/account/register", &form, &["guard", "return_to"], &typed).await;
    assert_eq!(again.status, 422);
    assert!(again.text.contains("at least 12 characters") && again.text.contains("value=\"alice\""), "{}", again.text);
    assert_eq!(world.count("accounts").await, 0);
    let typed = [("user_name", "alice"), ("email", address.as_str()), ("password", PASSWORD)];
    let sent = world.submit("/account/register", &again, &["guard", "return_to"], &typed).await;
    assert!(sent.status < 300 && sent.text.contains("Look in your inbox"), "{}", sent.text);
    let taken = world.submit("/account/register", &again, &["guard", "return_to"], &typed).await;
    assert!(taken.status == 409 && taken.text.contains("This name is taken"), "{}", taken.text);

    let mailed = link(&mailbox.mails(&address, 1).await[0]);
    let page = world.open(&format!("{}?{}", mailed.path(), mailed.query().unwrap())).await;
    assert_eq!((page.status, page.hidden("return_to").as_str()), (200, PENDING));
    let hidden = ["guard", "return_to", "token"];
    let confirmed = world.submit("/account/confirm", &page, &hidden, &[]).await;
    assert!(confirmed.status == 200 && confirmed.text.contains("is confirmed"), "{}", confirmed.text);
    let next = PENDING.replace('&', "&amp;");
    let escaped = next.replace('/', "&#x2f;");
    assert!(confirmed.text.contains(&next) || confirmed.text.contains(&escaped), "{}", confirmed.text);
    let twice = world.submit("/account/confirm", &page, &hidden, &[]).await;
    assert!(twice.status == 422 && twice.text.contains("does not work"), "{}", twice.text);
    let roles: String =
        sqlx::query_scalar("SELECT role FROM account_roles").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(roles, "user");
}

/// Proves: W-08, B-51.
#[tokio::test]
async fn a_form_that_another_site_posts_is_refused_and_changes_nothing() {
    let mailbox = Mailbox::open().await;
    let world = World::with(|config| config.mail = Some(mailbox.config())).await;
    let alice = world.registers("alice").await;
    let mailed = link(&mailbox.mails(&email("alice"), 1).await[0]);
    let token = mailed.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned();
    let form = world.open("/account/register").await;
    let guard = form.hidden("guard");
    let fields = json!({
        "guard": guard, "token": token, "user_name": "mallory", "email": "mallory@example.org", "password": PASSWORD,
    });
    for path in ["/account/register", "/account/confirm", "/account/resend"] {
        for (cookie, header, value) in [
            ("", "sec-fetch-site", "same-origin"),
            ("account-form=another", "sec-fetch-site", "same-origin"),
            (form.cookie.as_str(), "sec-fetch-site", "cross-site"),
            (form.cookie.as_str(), "sec-fetch-site", "same-site"),
            (form.cookie.as_str(), "origin", "https://evil.example"),
        ] {
            let request = world.http.post(world.url(path)).header("cookie", cookie).header(header, value);
            let answer = request.form(&fields).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{path} {cookie} {header}: {value}");
        }
    }
    assert_eq!(world.grant(&alice).await["emailVerified"], json!(false));
    assert_eq!((world.count("accounts").await, world.count("mail_queue").await), (1, 0));
    // The same form from the own page is taken.
    let own = world.http.post(world.url("/account/confirm")).header("cookie", &form.cookie).form(&fields);
    assert_eq!(own.send().await.unwrap().status(), 200);
}

/// Proves: B-51, W-08.
#[tokio::test]
async fn pages_lead_nowhere_but_to_a_pending_sign_in_and_run_no_script() {
    let world = World::new().await;
    for elsewhere in ["https://evil.example/", "//evil.example/auth/authorize", "/%5cevil.example", "/other"] {
        let page = world.open(&format!("/account/register?return_to={elsewhere}")).await;
        assert!(!page.text.contains("evil") && page.hidden("return_to").is_empty(), "{}", page.text);
    }
    let answer = world.http.get(world.url("/account/register?return_to=%22%3E%3Cscript%3E")).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") || policy.contains("script-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!answer.text().await.unwrap().contains("<script"));
}

/// Proves: W-13, H-02.
#[tokio::test]
async fn the_link_is_asked_for_again_on_a_page_that_tells_nobody_who_has_an_account() {
    let world = World::new().await;
    world.registers("alice").await;
    let form = world.open(&asked("/account/resend")).await;
    let mut answers = Vec::new();
    for address in [email("alice"), email("nobody")] {
        let page = world.submit("/account/resend", &form, &["guard", "return_to"], &[("email", &address)]).await;
        answers.push((page.status, page.text.replace(&address, "")));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 200);
    let wrong = world.submit("/account/resend", &form, &["guard", "return_to"], &[("email", "nobody")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("not an e-mail address"), "{}", wrong.text);
}
