use crate::fixture::MIGRATIONS;

/// Proves: W-34.
#[test]
fn the_migrations_are_as_they_must_be() {
    assert_eq!(securechat_migrate::lint(&MIGRATIONS), Vec::<String>::new());
}
