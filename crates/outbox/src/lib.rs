//! Events leave a service exactly when the change they tell of is committed, and take effect exactly once.
//!
//! - **Outbox**: [`Outbox::enqueue`] writes an event into the transaction that makes the change; after the commit this
//!   process's [`Relay`] publishes it and deletes the row when the broker has confirmed. While the broker is away rows wait.
//!   Rows of a process that died are claimed by another when their lease ends. (B-23)
//! - **Inbox**: [`Inbox::process_once`] remembers an event's id in the transaction of its effect. (H-23)
//!
//! The tables, to be copied into the service's migrations, one file each:
//!
//! ```sql
//! -- class: expand
//! CREATE TABLE outbox (
//!     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
//!     owner BINARY(16) NOT NULL,
//!     claimed_until DATETIME(6) NOT NULL,
//!     created_at DATETIME(6) NOT NULL,
//!     envelope JSON NOT NULL,
//!     INDEX ix_outbox_owner (owner, id),
//!     INDEX ix_outbox_claimed_until (claimed_until)
//! );
//! ```
//! ```sql
//! -- class: expand
//! CREATE TABLE inbox (
//!     consumer VARCHAR(64) NOT NULL,
//!     event_id BINARY(16) NOT NULL,
//!     processed_at DATETIME(6) NOT NULL,
//!     PRIMARY KEY (consumer, event_id),
//!     INDEX ix_inbox_processed_at (processed_at)
//! );
//! ```

mod inbox;
mod outbox;
mod relay;
mod store;

pub use inbox::{Inbox, failure, first_time};
pub use outbox::Outbox;
pub use relay::Relay;
pub use store::{Pending, pending};
