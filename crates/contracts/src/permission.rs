//! Permissions (atomic rights, checked in code) and roles (bundles of them that an account holds). (W-18)

use serde::{Deserialize, Serialize};
use std::fmt;

/// An atomic right. Its name stands in the `permissions` claim of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Permission {
    /// See and relate to other people.
    #[serde(rename = "users.view_others")]
    UsersViewOthers,
    /// Edit one's own profile.
    #[serde(rename = "users.update_self")]
    UsersUpdateSelf,
    /// Edit other people's profiles.
    #[serde(rename = "users.update_others")]
    UsersUpdateOthers,
    /// Moderate people: read all requests and friendships.
    #[serde(rename = "users.manage")]
    UsersManage,
    /// Write messages.
    #[serde(rename = "messages.create")]
    MessagesCreate,
    /// Delete other people's messages.
    #[serde(rename = "messages.delete")]
    MessagesDelete,
    /// Open chats and rooms.
    #[serde(rename = "chats.create")]
    ChatsCreate,
    /// Delete other people's rooms.
    #[serde(rename = "chats.delete")]
    ChatsDelete,
    /// Grant and take roles.
    #[serde(rename = "permissions.manage")]
    PermissionsManage,
}

impl Permission {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsersViewOthers => "users.view_others",
            Self::UsersUpdateSelf => "users.update_self",
            Self::UsersUpdateOthers => "users.update_others",
            Self::UsersManage => "users.manage",
            Self::MessagesCreate => "messages.create",
            Self::MessagesDelete => "messages.delete",
            Self::ChatsCreate => "chats.create",
            Self::ChatsDelete => "chats.delete",
            Self::PermissionsManage => "permissions.manage",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A bundle of permissions. An account holds roles; permissions are derived from them at every issue of a
/// token and never copied (B-52).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registered, e-mail address not confirmed: may sign in and see her own account.
    UnconfirmedUser,
    /// A confirmed person.
    User,
    /// May moderate people and chats.
    Moderator,
    /// May grant roles.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::UnconfirmedUser, Self::User, Self::Moderator, Self::Admin];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnconfirmedUser => "unconfirmed_user",
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// What the role allows by itself.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::UnconfirmedUser => &[],
            Self::User => &[P::UsersViewOthers, P::UsersUpdateSelf, P::MessagesCreate, P::ChatsCreate],
            Self::Moderator => &[P::UsersManage, P::MessagesDelete, P::ChatsDelete],
            Self::Admin => &[P::UsersUpdateOthers, P::PermissionsManage],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_code_is_the_name_on_the_wire() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            for permission in role.permissions() {
                assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
            }
        }
    }

    /// Proves: W-18, B-53.
    #[test]
    fn every_permission_is_granted_by_some_role() {
        let granted: std::collections::BTreeSet<_> = Role::ALL.iter().flat_map(|r| r.permissions()).collect();
        assert_eq!(granted.len(), 9);
    }
}
