//! A person.

use crate::Profile;
use securechat_kernel::UserId;
use time::OffsetDateTime;

/// A person: an aggregate. Name and address are `account`'s and come here by event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account's id.
    pub id: UserId,
    /// The user name.
    pub user_name: String,
    /// The e-mail address.
    pub email: String,
    /// What she tells of herself.
    pub profile: Option<Profile>,
    /// When she registered.
    pub created_at: OffsetDateTime,
    /// When this last changed.
    pub modified_at: OffsetDateTime,
}

impl User {
    /// Somebody registered at `at`.
    pub fn registered(id: UserId, user_name: String, email: String, at: OffsetDateTime) -> Self {
        Self { id, user_name, email, profile: None, created_at: at, modified_at: at }
    }

    /// Sets or takes away the profile; says whether that changed anything.
    pub fn tell(&mut self, profile: Option<Profile>, now: OffsetDateTime) -> bool {
        if self.profile == profile {
            return false;
        }
        self.profile = profile;
        self.modified_at = now;
        true
    }
}
