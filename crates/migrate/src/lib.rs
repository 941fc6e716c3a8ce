//! Schema migrations as Flyway does them: the same file names, the same table `flyway_schema_history`, the same
//! checksums, so that the real Flyway can take over a database and the other way round. (W-34)
//!
//! Files are `V<n>__<what>.sql` (once, in order) and `R__<what>.sql` (again whenever they change), built into the binary.
//! The first line of each is `-- class: expand|contract|data`; a file holds one DDL statement, because neither MySQL
//! nor MariaDB can take half a file back.

mod error;
mod history;
mod lint;
mod lock;
mod plan;
mod release;
mod run;
mod source;
mod statement;

pub use error::MigrateError;
pub use lint::lint;
pub use plan::{Info, State};
pub use release::{ReleaseFile, release_files};
pub use run::{Migrator, Report};
pub use source::{Class, Kind, Migration, Migrations, SourceError, Version};
