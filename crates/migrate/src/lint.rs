//! What a service's migrations must be before they are built in.

use crate::source::{Class, Migration, Migrations};
use crate::statement::statements;

/// Everything wrong with the files, one sentence each; empty when all is well. Checked by a test of each service.
pub fn lint(files: &Migrations) -> Vec<String> {
    let mut faults = Vec::new();
    for (expected, (version, file)) in (1..).zip(files.versioned()) {
        if version != expected {
            faults.push(format!("{}: version {expected} is missing before it", file.script));
            break;
        }
    }
    faults.extend(files.files().iter().filter_map(fault_in));
    faults
}

fn fault_in(file: &Migration) -> Option<String> {
    let found = statements(&file.sql);
    let ddl = found.iter().filter(|statement| statement.is_ddl()).count();
    let script = &file.script;
    match file.class {
        _ if found.is_empty() => Some(format!("{script}: holds no statement")),
        Class::Data if ddl > 0 => Some(format!("{script}: a data migration may not change tables")),
        Class::Expand | Class::Contract if ddl != 1 || found.len() != 1 => {
            Some(format!("{script}: holds {} statements; one DDL statement a file", found.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        lint(&Migrations::from_files(files.iter().copied()).unwrap())
    }

    #[test]
    fn one_ddl_statement_a_file_and_no_gaps() {
        assert_eq!(
            faults(&[
                ("V1__a.sql", "-- class: expand\nCREATE TABLE a (b INT);"),
                ("V2__b.sql", "-- class: data\nINSERT INTO a VALUES (1); INSERT INTO a VALUES (2);"),
            ]),
            Vec::<String>::new()
        );
        let found = faults(&[
            ("V1__a.sql", "-- class: expand\nCREATE TABLE a (b INT); CREATE TABLE c (d INT);"),
            ("V3__b.sql", "-- class: data\nDROP TABLE a;"),
            ("V4__c.sql", "-- class: contract\n-- nothing"),
        ]);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("V3__b.sql: version 2 is missing"));
    }
}
