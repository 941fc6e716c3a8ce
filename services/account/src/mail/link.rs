use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use securechat_kernel::RandomRef;
use sha2::{Digest, Sha256};
use url::Url;

/// The secret in a mailed link: 16 bytes to find it by, 32 bytes to prove it.
pub(crate) struct LinkToken {
    pub(crate) selector: [u8; 16],
    verifier: [u8; 32],
}

impl LinkToken {
    pub(crate) fn new(random: &RandomRef) -> Self {
        Self { selector: random.bytes(), verifier: random.bytes() }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        let (selector, verifier) = bytes.split_at_checked(16)?;
        Some(Self { selector: selector.try_into().ok()?, verifier: verifier.try_into().ok()? })
    }

    /// What is stored of the secret half.
    pub(crate) fn verifier_hash(&self) -> [u8; 32] {
        Sha256::digest(self.verifier).into()
    }

    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([&self.selector[..], &self.verifier[..]].concat())
    }
}

/// A link in a mail. Its host comes from the configuration and from nowhere else. (B-07)
pub(crate) struct Link(Url);

impl Link {
    /// To the page where the address is confirmed, and from there back to the pending sign-in. (B-02)
    pub(crate) fn confirm(public_url: &Url, token: &LinkToken, return_to: &str) -> Self {
        let mut url = public_url.clone();
        url.set_path("/account/confirm");
        url.query_pairs_mut().clear().append_pair("token", &token.text());
        if !return_to.is_empty() {
            url.query_pairs_mut().append_pair("return_to", return_to);
        }
        Self(url)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::SystemRandom;
    use std::sync::Arc;

    /// Proves: B-02, B-07.
    #[test]
    fn a_link_leads_to_the_configured_host_and_carries_all_that_its_page_needs() {
        let random: RandomRef = Arc::new(SystemRandom);
        let token = LinkToken::new(&random);
        let link = Link::confirm(&Url::parse("https://chat.example/").unwrap(), &token, "/auth/authorize?a=b");
        let url = Url::parse(link.as_str()).unwrap();
        assert_eq!((url.host_str(), url.path()), (Some("chat.example"), "/account/confirm"));
        let sent = url.query_pairs().find(|(name, _)| name == "token").unwrap().1;
        let back = LinkToken::parse(&sent).unwrap();
        assert_eq!((back.selector, back.verifier_hash()), (token.selector, token.verifier_hash()));
    }
}
