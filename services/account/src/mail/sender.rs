use crate::model::Email;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::authentication::Credentials,
};
use securechat_config::{Mail, MailTls};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A mail cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SenderError {
    #[error("the sender address of mails cannot be read: {0}")]
    From(String),
    #[error(transparent)]
    Secret(#[from] securechat_config::ConfigError),
    #[error("the mail server refused: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error("the mail cannot be composed: {0}")]
    Compose(#[from] lettre::error::Error),
}

/// Sends mails by SMTP.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub(crate) fn new(config: &Mail) -> Result<Self, SenderError> {
        let from = config.from.parse().map_err(|error| SenderError::From(format!("{}: {error}", config.from)))?;
        let host = &config.host;
        let builder = match config.tls {
            MailTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?,
            MailTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host)?,
            MailTls::Off => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
        };
        let mut builder = builder.port(config.port).timeout(Some(TIMEOUT));
        if let (Some(user), Some(file)) = (&config.user, &config.password_file) {
            builder = builder.credentials(Credentials::new(user.clone(), file.read()?));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Sends the request to confirm `email` by `link`.
    pub(crate) async fn send_confirmation(
        &self,
        email: &Email,
        user_name: &str,
        link: &str,
        hours: u32,
    ) -> Result<(), SenderError> {
        let address = email.as_str().parse().map_err(|_| SenderError::From(email.as_str().to_owned()))?;
        let text = format!(
            "Hello {user_name},\n\nopen this link to confirm your e-mail address:\n\n{link}\n\n\
             It works once, within {hours} hours. If you did not register, do nothing.\n"
        );
        let html = format!(
            "<p>Hello {user_name},</p><p><a href=\"{}\">Confirm your e-mail address</a></p>\
             <p>The link works once, within {hours} hours. If you did not register, do nothing.</p>",
            link.replace('&', "&amp;")
        );
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject("Confirm your e-mail address")
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        self.transport.send(message).await?;
        Ok(())
    }

    /// Whether the server answers, for `/health`.
    pub(crate) async fn ping(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server does not answer".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
