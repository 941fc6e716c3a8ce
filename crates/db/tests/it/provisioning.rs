use securechat_config::{Provision, ProvisionSchema};
use securechat_db::{Error, Pool, pool, provision};
use securechat_test_kit::TestDatabase;

async fn number(pool: &Pool, sql: &'static str) -> Result<i64, Error> {
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

/// Proves: W-57.
#[tokio::test]
async fn one_services_users_cannot_read_anothers_schema() {
    let (chats, users) = (TestDatabase::empty("chats").await, TestDatabase::empty("users").await);
    sqlx::raw_sql("CREATE TABLE secret (id INT)").execute(users.ddl_pool()).await.unwrap();
    let sql = format!("SELECT * FROM `{}`.secret", users.config().name);
    for stranger in [chats.pool(), chats.ddl_pool()] {
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(stranger).await.unwrap_err();
        assert!(error.to_string().contains("SELECT command denied"), "{error}");
    }
    let seen = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 't\\_users%'";
    assert_eq!(number(chats.pool(), seen).await.unwrap(), 0);
    let own = "SELECT COUNT(*) FROM secret";
    assert_eq!(number(users.pool(), own).await.unwrap(), 0);
}

/// An underscore in a grant is a wildcard unless it is escaped.
#[tokio::test]
async fn a_schema_whose_name_differs_only_at_an_underscore_stays_closed() {
    let database = TestDatabase::empty("a_b").await;
    let mut other = database.provision();
    other.schemas[0].name = other.schemas[0].name.replace("a_b", "axb");
    other.schemas[0].ddl_user.push('2');
    other.schemas[0].dml_user.push('2');
    let name = other.schemas[0].name.clone();
    provision(&other).await.unwrap();
    let use_it = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("USE `{name}`"))).execute(database.pool()).await;
    let drop_it = format!(
        "DROP DATABASE `{name}`; DROP USER '{0}'@'%', '{1}'@'%'",
        other.schemas[0].ddl_user, other.schemas[0].dml_user
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop_it)).execute(&admin(&database)).await.unwrap();
    assert!(use_it.unwrap_err().to_string().contains("Access denied"));
}

fn admin(database: &TestDatabase) -> Pool {
    let provision = database.provision();
    let password = provision.admin_password_file.unwrap().read().unwrap();
    let options =
        securechat_db::connect_options("127.0.0.1", provision.port, &provision.admin_user, &password, &provision.tls);
    Pool::connect_lazy_with(options)
}

#[tokio::test]
async fn services_may_change_rows_and_only_migrations_may_change_tables() {
    let database = TestDatabase::empty("users").await;
    let create = "CREATE TABLE people (id INT)";
    let denied = sqlx::raw_sql(create).execute(database.pool()).await.unwrap_err().to_string();
    assert!(denied.contains("CREATE command denied"), "{denied}");
    sqlx::raw_sql(create).execute(database.ddl_pool()).await.unwrap();
    sqlx::query("INSERT INTO people VALUES (1)").execute(database.pool()).await.unwrap();
}

#[tokio::test]
async fn provisioning_again_keeps_the_rows_and_applies_a_changed_password() {
    let database = TestDatabase::empty("users").await;
    sqlx::raw_sql("CREATE TABLE people (id INT)").execute(database.ddl_pool()).await.unwrap();
    let config = database.config();
    std::fs::write(config.password_file.path(), "ne'w\\pass\n").unwrap();
    let renewed = pool(&config).unwrap();
    let refused = number(&renewed, "SELECT 1").await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");

    provision(&database.provision()).await.unwrap();
    assert_eq!(number(&pool(&config).unwrap(), "SELECT COUNT(*) FROM people").await.unwrap(), 0);
}

#[tokio::test]
async fn a_name_that_is_not_safe_in_sql_is_refused() {
    let database = TestDatabase::empty("users").await;
    let mut provision_evil = database.provision();
    provision_evil.schemas[0].name = "a`; DROP DATABASE mysql; --".into();
    let error = provision(&provision_evil).await.unwrap_err().to_string();
    assert!(error.contains("cannot be the name of a schema"), "{error}");
}

/// Passwords are rotated under a service that goes on: both pairs of users work until the old one is dropped, which takes no
/// row and no right from the new one.
///
/// Proves: B-06.
#[tokio::test]
async fn a_schema_is_open_to_two_pairs_of_users_until_the_former_ones_are_dropped() {
    let database = TestDatabase::empty("users").await;
    sqlx::raw_sql("CREATE TABLE people (id INT)").execute(database.ddl_pool()).await.unwrap();
    let (both, renewed) = database.two_sets();
    let old = database.config();
    // Twice, as when the Job that did it was killed before it could say so.
    for _ in 0..2 {
        provision(&both).await.unwrap();
    }
    for config in [&old, &renewed] {
        sqlx::query("INSERT INTO people VALUES (1)").execute(&pool(config).unwrap()).await.unwrap();
    }

    let former = [both.schemas[0].ddl_user.clone(), both.schemas[0].dml_user.clone()];
    let rest = Provision { schemas: both.schemas[1..].to_vec(), former_users: former.into(), ..both };
    for _ in 0..2 {
        provision(&rest).await.unwrap();
    }
    assert!(number(&pool(&old).unwrap(), "SELECT 1").await.is_err(), "the old password opens nothing");
    assert_eq!(number(&pool(&renewed).unwrap(), "SELECT COUNT(*) FROM people").await.unwrap(), 2);

    // The next rotation brings the first users back, with other passwords.
    let (mut again, mut first) = (rest.clone(), old.clone());
    again.former_users.clear();
    first.password_file = renewed.password_file.clone();
    let schema = ProvisionSchema {
        dml_user: old.user.clone(),
        dml_password_file: first.password_file.clone(),
        ddl_user: rest.former_users[0].clone(),
        ..rest.schemas[0].clone()
    };
    again.schemas.push(schema);
    provision(&again).await.unwrap();
    assert!(number(&pool(&old).unwrap(), "SELECT 1").await.is_err(), "not with the password of before");
    assert_eq!(number(&pool(&first).unwrap(), "SELECT COUNT(*) FROM people").await.unwrap(), 2);
}

#[tokio::test]
async fn a_former_user_whose_name_is_not_safe_in_sql_is_refused() {
    let database = TestDatabase::empty("users").await;
    let provision_evil = Provision { former_users: vec!["a'@'%', 'root".into()], ..database.provision() };
    let error = provision(&provision_evil).await.unwrap_err().to_string();
    assert!(error.contains("cannot be the name of a schema or user"), "{error}");
}
