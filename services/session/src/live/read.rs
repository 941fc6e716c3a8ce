//! Reading many people's presence at once.

use super::{Live, LiveError, wire::from_millis};
use securechat_contracts::dto::Presence;
use securechat_kernel::UserId;
use time::OffsetDateTime;

/// What Redis knows of a person; `None` when it never heard of her, or forgot.
pub(crate) type Known = Option<(Presence, Option<OffsetDateTime>)>;

type Row = (Option<String>, Option<String>);

impl Live {
    /// How these people are, in their order: one round trip however many they are. (B-49)
    pub(crate) async fn read(&self, users: &[UserId]) -> Result<Vec<Known>, LiveError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = redis::pipe();
        for user in users {
            pipeline.cmd("HMGET").arg(self.key(&format!("s:{user}"))).arg("presence").arg("since");
        }
        let rows: Vec<Row> = self.0.redis.pipe(&pipeline).await?;
        rows.into_iter().map(known).collect()
    }
}

fn known((presence, since): Row) -> Result<Known, LiveError> {
    let Some(presence) = presence else { return Ok(None) };
    let presence = super::wire::presence(&presence)?;
    let since = since.filter(|text| !text.is_empty()).map(|text| from_millis(&text)).transpose()?;
    Ok(Some((presence, since)))
}
