//! The mail sink: what would be sent is shown in the browser instead.

use crate::{child::Plan, ports};
use anyhow::bail;
use securechat_local_servers::free_port;
use std::path::{Path, PathBuf};

pub(crate) struct MailSink {
    pub(crate) smtp: u16,
    pub(crate) page: u16,
}

impl MailSink {
    pub(crate) fn choose(page: u16) -> anyhow::Result<Self> {
        ports::require_free(page, "mail sink", "stop what uses it or choose another (make up MAIL_PORT=…)")?;
        Ok(Self { smtp: free_port()?, page })
    }

    pub(crate) fn plan(&self, script: &Path, log: PathBuf) -> anyhow::Result<Plan> {
        if !script.exists() {
            bail!("the mail sink is not installed ({} is missing); run make tools", script.display());
        }
        let (smtp, page) = (self.smtp.to_string(), self.page.to_string());
        let options = ["--smtp", &smtp, "--web", &page, "--ip", "127.0.0.1", "--web-ip", "127.0.0.1"];
        let mut args = vec![script.as_os_str().to_owned()];
        args.extend(options.map(Into::into));
        Ok(Plan { name: "mail sink".into(), program: "node".into(), args, log })
    }
}
