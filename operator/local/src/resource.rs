//! The resource: read, checked, and given the port that was asked for.

use anyhow::{Context, bail};
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{Releases, Request};
use std::path::Path;

/// Reads the resource in `file` for `http://localhost:port`.
pub(crate) fn read(file: &Path, port: u16, mail_port: u16) -> anyhow::Result<(SecureChat, Request)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut resource: SecureChat = serde_saphyr::from_str(&text).with_context(|| file.display().to_string())?;
    resource.spec.public_url = format!("http://localhost:{port}");
    // Browsers take localhost for safe.
    resource.spec.gateway.tls = None;
    if let Some(mail) = &mut resource.spec.mail
        && mail.host == "localhost"
    {
        mail.port = i32::from(mail_port);
    }
    match Request::check(&resource, &Releases::built_in()?) {
        Ok(request) => Ok((resource, request)),
        Err(problems) => {
            let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
            bail!("{}: {}", file.display(), all.join("; "))
        }
    }
}
