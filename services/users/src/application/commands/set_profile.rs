use crate::application::{Error, UnitOfWork};
use securechat_kernel::UserId;
use securechat_users_domain::Profile;
use time::OffsetDateTime;

/// Somebody's profile is written as a whole. (W-26)
#[derive(Debug)]
pub(crate) struct SetProfile {
    pub(crate) user: UserId,
    pub(crate) profile: Profile,
}

pub(crate) async fn handle(uow: &mut impl UnitOfWork, now: OffsetDateTime, command: &SetProfile) -> Result<(), Error> {
    let mut user = uow.user(command.user).await?.ok_or(Error::NoSuchPerson)?;
    if user.tell(Some(command.profile.clone()), now) {
        uow.save_profile(&user).await?;
    }
    Ok(())
}
