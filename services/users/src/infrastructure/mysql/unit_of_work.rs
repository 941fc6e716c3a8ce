use crate::application::{Error, UnitOfWork};
use securechat_contracts::dto::{FriendshipRequestState, FriendshipRequestView, FriendshipView, PersonRef};
use securechat_contracts::event::{
    FriendshipCreated, FriendshipDeleted, FriendshipRequestAnswered, FriendshipRequested,
};
use securechat_db::{Connection, Result};
use securechat_kernel::UserId;
use securechat_outbox::Outbox;
use securechat_users_domain::{DomainEvent, Friendship, FriendshipRequest, Pair, RequestState};
use uuid::Uuid;

/// Repositories and outbox on one transaction.
pub(crate) struct MySqlUnitOfWork<'t> {
    pub(super) connection: &'t mut Connection,
    outbox: &'t Outbox,
}

impl<'t> MySqlUnitOfWork<'t> {
    pub(crate) fn new(connection: &'t mut Connection, outbox: &'t Outbox) -> Self {
        Self { connection, outbox }
    }

    async fn request_view(&mut self, request: &FriendshipRequest) -> Result<FriendshipRequestView> {
        Ok(FriendshipRequestView {
            id: request.id,
            requester: self.person(request.requester).await?,
            requestee: self.person(request.requestee).await?,
            state: state_of(request.state),
            created_at: request.created_at,
            modified_at: request.modified_at,
        })
    }

    async fn both(&mut self, pair: Pair) -> Result<[PersonRef; 2]> {
        Ok([self.person(pair.low()).await?, self.person(pair.high()).await?])
    }

    async fn person(&mut self, id: UserId) -> Result<PersonRef> {
        let user_name = sqlx::query_scalar("SELECT user_name FROM users WHERE id = ?")
            .bind(id.0)
            .fetch_one(&mut *self.connection)
            .await?;
        Ok(PersonRef { id, user_name })
    }

    /// The version that [`lock`](securechat_users_domain::repository::Friendships::lock) gave.
    async fn version(&mut self, pair: Pair) -> Result<u64> {
        Ok(sqlx::query_scalar("SELECT version FROM pairs WHERE low_id = ? AND high_id = ?")
            .bind(pair.low().0)
            .bind(pair.high().0)
            .fetch_one(&mut *self.connection)
            .await?)
    }

    async fn created(&mut self, friendship: &Friendship) -> Result<FriendshipCreated> {
        let Friendship { id, pair, created_at } = *friendship;
        let view = FriendshipView { id, users: self.both(pair).await?, created_at };
        Ok(FriendshipCreated { friendship_id: id, friendship: view, version: self.version(pair).await? })
    }

    async fn ended(&mut self, friendship: &Friendship, by: UserId) -> Result<FriendshipDeleted> {
        let users = self.both(friendship.pair).await?;
        let version = self.version(friendship.pair).await?;
        Ok(FriendshipDeleted { friendship_id: friendship.id, users, deleted_by: by, version })
    }
}

impl UnitOfWork for MySqlUnitOfWork<'_> {
    async fn record(&mut self, event: &DomainEvent) -> Result<(), Error> {
        let outbox = self.outbox;
        match event {
            DomainEvent::FriendshipRequested(asked) => {
                let request = self.request_view(asked).await?;
                let event = FriendshipRequested { request_id: asked.id, request, version: asked.version };
                outbox.enqueue(self.connection, &event).await?;
            }
            DomainEvent::FriendshipRequestAnswered(answered) => {
                let request = self.request_view(answered).await?;
                let event = FriendshipRequestAnswered { request_id: answered.id, request, version: answered.version };
                outbox.enqueue(self.connection, &event).await?;
            }
            DomainEvent::FriendshipCreated(friendship) => {
                let event = self.created(friendship).await?;
                outbox.enqueue(self.connection, &event).await?;
            }
            DomainEvent::FriendshipEnded { friendship, by } => {
                let event = self.ended(friendship, *by).await?;
                outbox.enqueue(self.connection, &event).await?;
            }
        }
        Ok(())
    }
}

/// The domain's state in the words of the contract, which are also the database's.
pub(super) fn state_of(state: RequestState) -> FriendshipRequestState {
    match state {
        RequestState::Pending => FriendshipRequestState::Pending,
        RequestState::Accepted => FriendshipRequestState::Accepted,
        RequestState::Rejected => FriendshipRequestState::Rejected,
        RequestState::Cancelled => FriendshipRequestState::Cancelled,
    }
}

/// The two ids of a pair as stored.
pub(super) fn pair_of(low: Uuid, high: Uuid) -> Result<Pair> {
    Pair::of(low.into(), high.into()).map_err(|error| unreadable(error.to_string()))
}

/// What was stored is not what this build understands.
pub(super) fn unreadable(reason: String) -> securechat_db::Error {
    securechat_db::Error::Other(sqlx::Error::Decode(reason.into()))
}
