use crate::application::commands::patch_profile::ProfileDocument;
use securechat_kernel::UserId;
use time::OffsetDateTime;

/// A person as stored.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) user_name: String,
    pub(crate) email: String,
    pub(crate) profile: Option<ProfileDocument>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) modified_at: OffsetDateTime,
}

/// Who is looked for: all that is given must hold. (W-24)
#[derive(Debug, Default)]
pub(crate) struct UserFilter {
    /// The user name begins so, whatever its case.
    pub(crate) name: Option<String>,
    /// This is the address, whatever its case.
    pub(crate) email: Option<String>,
    /// This is the id.
    pub(crate) id: Option<UserId>,
    /// Everybody but her: who searches looks for others. (B-18)
    pub(crate) except: Option<UserId>,
}

/// How a list of people is sorted; equals by id. (H-16)
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum UserOrder {
    #[default]
    Name,
    NameDescending,
    Created,
    CreatedDescending,
}

impl UserOrder {
    /// Reads the value of `orderBy`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "userName" => Some(Self::Name),
            "-userName" => Some(Self::NameDescending),
            "createdAt" => Some(Self::Created),
            "-createdAt" => Some(Self::CreatedDescending),
            _ => None,
        }
    }

    pub(crate) fn descends(self) -> bool {
        matches!(self, Self::NameDescending | Self::CreatedDescending)
    }

    pub(crate) fn by_name(self) -> bool {
        matches!(self, Self::Name | Self::NameDescending)
    }
}
