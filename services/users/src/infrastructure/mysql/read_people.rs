use super::ReadModel;
use crate::application::Error;
use crate::application::commands::patch_profile::ProfileDocument;
use crate::application::queries::cursor::Cursor;
use crate::application::queries::{Person, UserFilter, UserOrder};
use securechat_contracts::dto::PersonRef;
use securechat_db::Result;
use securechat_kernel::{Page, PageRequest, UserId};
use sqlx::{MySql, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_name: String,
    email: String,
    created_at: OffsetDateTime,
    modified_at: OffsetDateTime,
    age: Option<u8>,
    sex: Option<String>,
    location: Option<String>,
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        let profile = match (row.age, row.sex, row.location) {
            (Some(age), Some(sex), Some(location)) => Some(ProfileDocument { age: age.into(), sex, location }),
            _ => None,
        };
        Self {
            id: row.id.into(),
            user_name: row.user_name,
            email: row.email,
            profile,
            created_at: row.created_at,
            modified_at: row.modified_at,
        }
    }
}

const PEOPLE: &str = "SELECT u.id, u.user_name, u.email, u.created_at, u.modified_at, p.age, p.sex, p.location
                      FROM users u LEFT JOIN profiles p ON p.user_id = u.id";

impl ReadModel {
    /// One person.
    pub(crate) async fn person(&self, id: UserId) -> Result<Option<Person>> {
        let mut query = QueryBuilder::<MySql>::new(PEOPLE);
        query.push(" WHERE u.id = ").push_bind(id.0);
        let row: Option<Row> = query.build_query_as().fetch_optional(&self.pool).await?;
        Ok(row.map(Person::from))
    }

    /// People who fit, with the number of all who do. (W-24, B-17)
    pub(crate) async fn search(
        &self,
        filter: &UserFilter,
        order: UserOrder,
        page: &PageRequest,
    ) -> Result<Page<Person>, Error> {
        let mut query = QueryBuilder::<MySql>::new(PEOPLE);
        push_filter(&mut query, filter);
        if let Some(cursor) = page.cursor() {
            push_position(&mut query, order, &Cursor::decode(cursor)?)?;
        }
        let direction = if order.descends() { "DESC" } else { "ASC" };
        let column = if order.by_name() { "u.user_name_key" } else { "u.created_at" };
        query.push(format!(" ORDER BY {column} {direction}, u.id {direction} LIMIT ")).push_bind(page.limit() + 1);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&self.pool).await.map_err(securechat_db::Error::from)?;
        let page = Page::from_rows(rows, page.limit(), |row| {
            let key = row.user_name.to_lowercase();
            let cursor = if order.by_name() { Cursor { key, id: row.id } } else { Cursor::at(row.created_at, row.id) };
            cursor.encode()
        });
        Ok(page.map(Person::from).with_total(self.count(filter).await?))
    }

    async fn count(&self, filter: &UserFilter) -> Result<u64> {
        let mut query = QueryBuilder::<MySql>::new("SELECT COUNT(*) FROM users u");
        push_filter(&mut query, filter);
        let count: i64 = query.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Names of those who exist.
    pub(crate) async fn names(&self, ids: &[UserId]) -> Result<Vec<PersonRef>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<MySql>::new("SELECT id, user_name FROM users WHERE id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        query.push(")");
        // Not kept prepared: nearly every call asks for another number of people.
        let rows: Vec<(Uuid, String)> = query.build_query_as().persistent(false).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, user_name)| PersonRef { id: id.into(), user_name }).collect())
    }
}

fn push_filter(query: &mut QueryBuilder<MySql>, filter: &UserFilter) {
    query.push(" WHERE TRUE");
    if let Some(name) = &filter.name {
        let pattern = name.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query.push(" AND u.user_name_key LIKE ").push_bind(format!("{pattern}%"));
    }
    if let Some(email) = &filter.email {
        query.push(" AND u.email_key = ").push_bind(email.to_lowercase());
    }
    if let Some(id) = filter.id {
        query.push(" AND u.id = ").push_bind(id.0);
    }
    if let Some(except) = filter.except {
        query.push(" AND u.id <> ").push_bind(except.0);
    }
}

fn push_position(query: &mut QueryBuilder<MySql>, order: UserOrder, cursor: &Cursor) -> Result<(), Error> {
    let column = if order.by_name() { "u.user_name_key" } else { "u.created_at" };
    let beyond = if order.descends() { "<" } else { ">" };
    query.push(format!(" AND ({column}, u.id) {beyond} ("));
    if order.by_name() {
        query.push_bind(cursor.key.clone());
    } else {
        query.push_bind(cursor.time()?);
    }
    query.push(", ").push_bind(cursor.id).push(")");
    Ok(())
}
