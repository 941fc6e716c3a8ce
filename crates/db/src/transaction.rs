//! Transactions.

use crate::error::is_retryable;
use crate::{Connection, Error, Pool};
use std::error::Error as StdError;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(5);

/// What happens inside a transaction: made by [`work`] from an `async move` block.
///
/// It may use what the caller lends for `'caller` and the connection, lent for the shorter `'connection`. (With an
/// async closure the compiler could not prove that the future may cross threads as soon as it borrows anything.)
pub struct Work<'caller, 'connection, T> {
    future: Pin<Box<dyn Future<Output = T> + Send + 'connection>>,
    scope: PhantomData<&'connection &'caller ()>,
}

impl<T> Future for Work<'_, '_, T> {
    type Output = T;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.future.as_mut().poll(context)
    }
}

/// Makes the [`Work`] of a [`transaction`].
pub fn work<'caller, 'connection, T>(
    future: impl Future<Output = T> + Send + 'connection,
) -> Work<'caller, 'connection, T> {
    Work { future: Box::pin(future), scope: PhantomData }
}

/// Runs work in a transaction: commits when it returns `Ok`, rolls back when it returns `Err`.
///
/// `transaction(&pool, |tx| work(async move { store::insert(tx, &row).await })).await`
///
/// When the server undid the transaction because of a deadlock or a lock that was not released in time, the closure is
/// called again, at most five times in all with growing pauses; so it must do nothing outside the database.
///
/// # Errors
/// Those of the work, and [`Error`] for begin and commit. After a connection was lost during the commit nobody knows
/// whether it happened: callers make their work idempotent.
pub async fn transaction<'caller, T, E, W>(pool: &Pool, mut closure: W) -> Result<T, E>
where
    E: From<Error> + StdError + 'static,
    W: for<'connection> FnMut(&'connection mut Connection) -> Work<'caller, 'connection, Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        let mut transaction = pool.begin().await.map_err(Error::from)?;
        let result = closure(&mut transaction).await;
        let result = match result {
            Ok(value) => transaction.commit().await.map(|()| value).map_err(|error| Error::from(error).into()),
            Err(error) => {
                // When the rollback fails too, the connection is dead and the server rolls back by itself.
                let _ = transaction.rollback().await;
                Err(error)
            }
        };
        match result {
            Err(error) if attempt < ATTEMPTS && is_retryable(&error) => {
                tracing::debug!(attempt, "the database undid a transaction, it runs again");
                tokio::time::sleep(PAUSE * 2u32.pow(attempt)).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}
