//! Accounts that exist from the start: made once, then left alone. (W-19)

use crate::{
    app::App,
    error::Error,
    model::{Email, UserName},
};
use securechat_config::DemoAccount;
use std::time::Duration;

const RETRY: Duration = Duration::from_secs(1);

/// Makes the accounts, trying again while the database is away.
pub(crate) async fn run(app: App, accounts: Vec<DemoAccount>) {
    for account in &accounts {
        loop {
            match seed(&app, account).await {
                Ok(made) => {
                    tracing::info!(user_name = account.user_name, made, "demo account");
                    break;
                }
                Err(Failure::Configuration(reason)) => {
                    tracing::error!(user_name = account.user_name, reason, "a demo account cannot be made");
                    break;
                }
                Err(Failure::App(error)) => {
                    tracing::debug!(%error, "a demo account waits");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }
}

enum Failure {
    Configuration(String),
    App(Error),
}

async fn seed(app: &App, account: &DemoAccount) -> Result<bool, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Configuration(error.to_string());
    let user_name = UserName::parse(&account.user_name).map_err(|error| wrong(&error))?;
    let email = Email::parse(&account.email).map_err(|error| wrong(&error))?;
    let password = account.password_file.read().map_err(|error| wrong(&error))?;
    app.seed(user_name, email, &password, account.roles.clone()).await.map_err(Failure::App)
}
