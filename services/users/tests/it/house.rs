use crate::fixture::MIGRATIONS;
use std::fs;
use std::path::Path;

#[test]
fn the_migrations_are_as_they_must_be() {
    assert_eq!(securechat_migrate::lint(&MIGRATIONS), Vec::<String>::new());
}

/// Proves: W-33.
#[test]
fn the_application_knows_neither_database_nor_http_and_only_the_infrastructure_knows_sql() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            seen += 1;
            let text = fs::read_to_string(&path).unwrap();
            let inside = |layer: &str| path.starts_with(source.join(layer));
            assert!(inside("infrastructure") || !text.contains("sqlx::"), "{} knows SQL", path.display());
            assert!(inside("http") || !text.contains("warp::"), "{} knows HTTP", path.display());
            let upward = text.contains("crate::infrastructure") || text.contains("crate::http");
            assert!(!(inside("application") && upward), "{} looks outward", path.display());
        }
    }
    assert!(seen > 20);
}
