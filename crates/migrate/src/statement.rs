//! Cuts a file into statements, knowing quotes and comments, so that an error can name its line.

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement<'s> {
    /// The line it begins on, from 1.
    pub(crate) line: usize,
    /// Its text without the semicolon.
    pub(crate) text: &'s str,
}

/// So much of a statement stands in a message about it.
const SUMMARY: usize = 300;

impl Statement<'_> {
    /// How it begins, in one line.
    pub(crate) fn summary(&self) -> String {
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(SUMMARY) {
            Some((end, _)) => format!("{} …", &line[..end]),
            None => line,
        }
    }

    /// Whether it changes tables rather than rows, and so commits what was done before it.
    pub(crate) fn is_ddl(&self) -> bool {
        let first = self.text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        ["CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"].iter().any(|word| first.eq_ignore_ascii_case(word))
    }
}

/// The statements of `sql`. Comments before a statement are not part of it.
pub(crate) fn statements(sql: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut rest = sql;
    let at = |rest: &str| sql.len() - rest.len();
    while let Some(first) = rest.chars().next() {
        if let Some(end) = comment(rest) {
            rest = &rest[end..];
        } else if first == ';' {
            push(&mut found, sql, start.take(), at(rest));
            rest = &rest[1..];
        } else if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
        } else {
            start.get_or_insert(at(rest));
            rest = &rest[quoted(rest).unwrap_or(first.len_utf8())..];
        }
    }
    push(&mut found, sql, start, sql.len());
    found
}

fn push<'s>(found: &mut Vec<Statement<'s>>, sql: &'s str, start: Option<usize>, end: usize) {
    if let Some(start) = start {
        let line = sql[..start].matches('\n').count() + 1;
        found.push(Statement { line, text: sql[start..end].trim_end() });
    }
}

/// Length of the comment that `text` begins with. `/*! … */` is SQL that MySQL runs, not a comment.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with('#') || text.starts_with("-- ") || text.starts_with("--\n") || text == "--" {
        return Some(text.find('\n').map_or(text.len(), |end| end + 1));
    }
    if text.starts_with("/*") && !text.starts_with("/*!") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    None
}

/// Length of the quoted text or name that `text` begins with.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_cut_at_semicolons_outside_quotes_and_comments() {
        let sql = "-- class: data; no\n/* a;\nb */ INSERT INTO t VALUES ('a;''b\\';', \"c;\", `d;`); # e;\n\n  UPDATE t SET a = 1 -- f;\n";
        let found = statements(sql);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].text), (3, "INSERT INTO t VALUES ('a;''b\\';', \"c;\", `d;`)"));
        assert_eq!(found[1].line, 5);
        assert!(found[1].text.starts_with("UPDATE t SET a = 1"));
    }

    #[test]
    fn a_summary_is_one_line_of_bounded_length() {
        let summary = |sql| statements(sql)[0].summary();
        assert_eq!(summary("ALTER TABLE a\n  ADD COLUMN\tb INT;"), "ALTER TABLE a ADD COLUMN b INT");
        let long = summary(&format!("INSERT INTO a VALUES ('{}')", "ü".repeat(400)));
        assert_eq!(long.chars().count(), SUMMARY + 2);
        assert!(long.ends_with("ü …"));
    }

    #[test]
    fn a_file_of_comments_has_no_statement() {
        assert_eq!(statements("-- class: data\n\n/* nothing */\n"), []);
    }

    #[test]
    fn statements_that_change_tables_are_told_from_others() {
        let ddl = |sql| statements(sql)[0].is_ddl();
        assert!(ddl("create table a (b int)") && ddl("ALTER TABLE a ADD c INT") && ddl("DROP TABLE a"));
        assert!(!ddl("INSERT INTO a VALUES (1)") && !ddl("UPDATE a SET b = 1"));
    }
}
