//! The one synchronous call: who are somebody's friends? Asked of `users`, which alone knows.

use crate::error::Error;
use securechat_kernel::UserId;
use securechat_users_client::UsersClient;

#[derive(Clone)]
pub(crate) struct Friends(pub(crate) UsersClient);

impl Friends {
    pub(crate) async fn of(&self, user: UserId) -> Result<Vec<UserId>, Error> {
        Ok(self.0.friends(user).await?.into_iter().map(|friend| friend.id).collect())
    }
}
