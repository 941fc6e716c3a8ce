//! The migrator on a real server.
#![expect(clippy::unwrap_used, reason = "a test has no better use for an error than to end with it")]

mod faults;
mod history;
mod two_runners;

use securechat_migrate::Migrations;

/// Three files: two tables and a row.
fn files() -> Migrations {
    migrations(&[V1, V2, V3])
}

const V1: (&str, &str) = ("V1__chats.sql", "-- class: expand\nCREATE TABLE chats (\n  id INT PRIMARY KEY\n);\n");
const V2: (&str, &str) = ("V2__first_chat.sql", "-- class: data\nINSERT INTO chats VALUES (1);\n");
const V3: (&str, &str) = ("V3__drop_nothing.sql", "-- class: contract\nALTER TABLE chats ADD COLUMN b INT;\n");

fn migrations(files: &[(&str, &str)]) -> Migrations {
    Migrations::from_files(files.iter().copied()).unwrap()
}
