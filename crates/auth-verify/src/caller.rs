//! The caller, and what she may do: audience and scope were checked by the verifier, permissions and resource rules
//! are checked by the operation.

use securechat_contracts::{Permission, ServiceName, calls::may_call};
use securechat_kernel::{SignInId, UserId};
use time::OffsetDateTime;

/// Who sent a request, as a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A person, through an application.
    User(User),
    /// Another service.
    Service(ServiceName),
}

/// A person who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Her id.
    pub id: UserId,
    /// Her sign-in.
    pub sid: SignInId,
    /// The epoch of her token.
    pub auth_epoch: u64,
    /// The application.
    pub client_id: String,
    /// What the application was allowed to ask for.
    pub scopes: Vec<String>,
    /// What she may do.
    pub permissions: Vec<Permission>,
    /// When her token ends.
    pub expires_at: OffsetDateTime,
}

/// The caller may not do this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The token lacks a permission.
    #[error("the permission {0} is missing")]
    MissingPermission(Permission),
    /// The thing is somebody else's.
    #[error("this is somebody else's")]
    NotOwn,
    /// The operation is for people.
    #[error("this is not for services")]
    NotForServices,
    /// The operation is for certain services.
    #[error("this is not for this caller")]
    NotForThisCaller,
}

impl Caller {
    /// The person who calls.
    ///
    /// # Errors
    /// [`Denied::NotForServices`]
    pub fn user(&self) -> Result<&User, Denied> {
        match self {
            Self::User(user) => Ok(user),
            Self::Service(_) => Err(Denied::NotForServices),
        }
    }

    /// The call comes from a service that may call `callee`, as the one table of calls says.
    ///
    /// # Errors
    /// [`Denied::NotForThisCaller`]
    pub fn require_caller_of(&self, callee: ServiceName) -> Result<ServiceName, Denied> {
        match self {
            Self::Service(name) if may_call(*name, callee) => Ok(*name),
            _ => Err(Denied::NotForThisCaller),
        }
    }
}

impl User {
    /// Whether she holds `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// She holds `permission`.
    ///
    /// # Errors
    /// [`Denied::MissingPermission`]
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.may(permission) { Ok(()) } else { Err(Denied::MissingPermission(permission)) }
    }

    /// The thing is her own.
    ///
    /// # Errors
    /// [`Denied::NotOwn`]
    pub fn require_self(&self, owner: UserId) -> Result<(), Denied> {
        if self.id == owner { Ok(()) } else { Err(Denied::NotOwn) }
    }

    /// The thing is her own, or she holds `permission`. (W-32, H-15)
    ///
    /// # Errors
    /// [`Denied::NotOwn`]
    pub fn require_self_or(&self, owner: UserId, permission: Permission) -> Result<(), Denied> {
        if self.id == owner || self.may(permission) { Ok(()) } else { Err(Denied::NotOwn) }
    }
}
