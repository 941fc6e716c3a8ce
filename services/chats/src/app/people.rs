//! Names and friendships: from our own copy, and from `users` where that says nothing.

use super::App;
use crate::{error::Error, model::Pair};
use securechat_contracts::dto::{AreFriends, People, PersonRef, ResolvePeople};
use securechat_kernel::UserId;

impl App {
    /// The two are friends. The copy may be behind by the time an event takes, so a no is asked again of who knows.
    pub(super) async fn require_friends(&self, pair: Pair) -> Result<(), Error> {
        if self.store.are_friends(pair).await? {
            return Ok(());
        }
        let answer: AreFriends = self.users.get(&format!("/internal/users/{}/friends/{}", pair.low, pair.high)).await?;
        if answer.friends { Ok(()) } else { Err(Error::NotFriends) }
    }

    /// The person by name.
    pub(super) async fn person(&self, id: UserId) -> Result<PersonRef, Error> {
        if let Some(known) = self.store.people(&[id]).await?.pop() {
            return Ok(known);
        }
        let found: People = self.users.post("/internal/users/resolve", &ResolvePeople { ids: vec![id] }).await?;
        let person = found.people.into_iter().find(|person| person.id == id).ok_or(Error::NoPerson)?;
        self.store.keep_person(&person).await?;
        Ok(person)
    }
}
