use super::{INIT_FILE, PROBE_FILE, PROBE_USER};
use crate::{RenderError, SecretValues, context::Context, names, secret::bytes};
use k8s_openapi::api::core::v1::Secret;
use securechat_operator_plan::{Component, DatabasePlan, SecretKey, SecretName};

/// What the server runs at every start, so that a changed password takes effect with a restart: one statement a line.
pub(crate) fn build(context: Context<'_>, plan: &DatabasePlan, values: &SecretValues) -> Result<Secret, RenderError> {
    let value = |key: &str| values.text(&SecretKey::new(SecretName::Database, key));
    let (root, admin, probe) = (value("root-password")?, value("admin-password")?, value("probe-password")?);
    let pod = format!("{}-0", names::component(context.instance(), Component::Database));
    let mut statements = vec![
        format!("ALTER USER 'root'@'localhost' IDENTIFIED BY {}", quoted(root)),
        // MariaDB's installation leaves some without a password.
        format!("DROP USER IF EXISTS 'root'@'{pod}', 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost', ''@'{pod}'"),
    ];
    for (user, host, password) in [(plan.admin_user.as_str(), "%", admin), (PROBE_USER, "localhost", probe)] {
        let user = format!("{}@'{host}'", quoted(user));
        statements.push(format!("CREATE USER IF NOT EXISTS {user} IDENTIFIED BY {}", quoted(password)));
        statements.push(format!("ALTER USER {user} IDENTIFIED BY {}", quoted(password)));
    }
    statements.push(format!("GRANT ALL PRIVILEGES ON *.* TO {}@'%' WITH GRANT OPTION", quoted(&plan.admin_user)));
    let probe_file =
        format!("[client]\nsocket=/run/mysqld/mysqld.sock\nuser={PROBE_USER}\npassword={}\n", option_value(probe));
    Ok(Secret {
        metadata: context
            .named(names::derived_secret(context.instance(), Component::Database), Component::Database.as_str()),
        data: Some(bytes([
            (INIT_FILE.to_owned(), statements.join(";\n") + ";\n"),
            (PROBE_FILE.to_owned(), probe_file),
        ])),
        ..Secret::default()
    })
}

/// A string in SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A value in an option file.
fn option_value(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_cannot_leave_its_quotes() {
        assert_eq!(quoted(r"app'p\w"), r"'app''p\\w'");
        assert_eq!(option_value(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
