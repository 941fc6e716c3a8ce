//! What other services tell.

use crate::application::{Error, UnitOfWork};
use securechat_contracts::event::UserRegistered;
use securechat_users_domain::User;
use time::OffsetDateTime;

/// Somebody registered at `account`: she is known here from now on. (W-22, B-01)
pub(crate) async fn user_registered(
    uow: &mut impl UnitOfWork,
    at: OffsetDateTime,
    event: &UserRegistered,
) -> Result<(), Error> {
    uow.add_user(&User::registered(event.user_id, event.user_name.clone(), event.email.clone(), at)).await
}
