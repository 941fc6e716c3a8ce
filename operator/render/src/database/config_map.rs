use super::{DATA, INIT_FILE};
use crate::{context::Context, names};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_api::spec::DatabaseFlavour;
use securechat_operator_plan::{Component, DatabasePlan};
use std::collections::BTreeMap;

/// The server's configuration, and the script that makes an empty data folder.
pub(crate) fn build(context: Context<'_>, plan: &DatabasePlan) -> ConfigMap {
    let install = match plan.flavour {
        DatabaseFlavour::Mysql => "mysqld --no-defaults --initialize-insecure --datadir=/data/mysql --tmpdir=/tmp",
        DatabaseFlavour::Mariadb => {
            "mariadb-install-db --no-defaults --datadir=/data/mysql --tmpdir=/tmp \\\n    \
             --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve"
        }
    };
    let script = include_str!("install.sh").replace("@INSTALL@", install);
    ConfigMap {
        metadata: context.meta(Component::Database),
        data: Some(BTreeMap::from([("my.cnf".to_owned(), server(plan)), ("install.sh".to_owned(), script)])),
        ..ConfigMap::default()
    }
}

/// `loose-` marks what only one of the two servers knows.
pub(super) fn server(plan: &DatabasePlan) -> String {
    let secrets = names::SECRETS_DIR;
    // No files are read or written by statements. MySQL would otherwise insist on a folder of its image that this user
    // may not enter; MariaDB has no word for it and needs none.
    let files = match plan.flavour {
        DatabaseFlavour::Mysql => "secure-file-priv=NULL\n",
        DatabaseFlavour::Mariadb => "",
    };
    format!(
        "[mysqld]\n\
         datadir={DATA}/mysql\n\
         port={port}\n\
         bind-address=0.0.0.0\n\
         socket=/run/mysqld/mysqld.sock\n\
         pid-file=/run/mysqld/mysqld.pid\n\
         tmpdir=/tmp\n\
         init-file={secrets}/{INIT_FILE}\n\
         skip-name-resolve\n\
         default-time-zone=+00:00\n\
         character-set-server=utf8mb4\n\
         max-connections=500\n\
         max-connect-errors=4294967295\n\
         innodb-buffer-pool-size=256M\n\
         innodb-flush-log-at-trx-commit=1\n\
         skip-log-bin\n\
         loose-mysqlx=OFF\n\
         {files}",
        port = plan.port
    )
}
