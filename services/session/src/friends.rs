//! The one synchronous call: who are somebody's friends? Asked of `users`, which alone knows.

use crate::error::Error;
use securechat_auth_verify::Peer;
use securechat_contracts::dto::Friends as Answer;
use securechat_kernel::UserId;

#[derive(Clone)]
pub(crate) struct Friends(pub(crate) Peer);

impl Friends {
    pub(crate) async fn of(&self, user: UserId) -> Result<Vec<UserId>, Error> {
        let answer: Answer = self.0.get(&format!("/internal/users/{user}/friends")).await?;
        Ok(answer.friends.into_iter().map(|friend| friend.id).collect())
    }
}
