//! Secrets: the values that were generated, and how contents are told apart without being told.

use crate::{RenderError, context::Context, names};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use securechat_operator_plan::{GeneratedSecret, SecretKey, SecretName, hash};
use std::collections::BTreeMap;
use std::fmt;

/// The values of the secrets that exist, for what is rendered from them (password hashes). Never printed.
#[derive(Clone, Default)]
pub struct SecretValues(pub BTreeMap<SecretName, BTreeMap<String, ByteString>>);

impl fmt::Debug for SecretValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl SecretValues {
    /// A value that is text.
    pub(crate) fn text(&self, key: &SecretKey) -> Result<&str, RenderError> {
        let value = self.0.get(&key.secret).and_then(|values| values.get(&key.key));
        value
            .and_then(|bytes| std::str::from_utf8(&bytes.0).ok())
            .ok_or_else(|| RenderError::SecretValue(key.secret.to_string(), key.key.clone()))
    }
}

/// Tells contents apart: 64 bits of a hash over keys and values.
pub fn fingerprint(data: Option<&BTreeMap<String, ByteString>>) -> String {
    let parts = data.into_iter().flatten().flat_map(|(key, value)| [key.as_bytes(), value.0.as_slice()]);
    hash::short(parts, 8)
}

pub(crate) fn bytes<const N: usize>(entries: [(String, String); N]) -> BTreeMap<String, ByteString> {
    entries.into_iter().map(|(key, value)| (key, ByteString(value.into_bytes()))).collect()
}

/// A generated Secret without its values: apply fills them in, once.
pub(crate) fn build(context: Context<'_>, plan: &GeneratedSecret) -> Secret {
    let name = names::secret(context.instance(), &plan.name);
    let component = plan.name.as_str();
    let metadata = if plan.retain { context.ownerless(name, component) } else { context.named(name, component) };
    Secret { metadata, type_: Some("Opaque".to_owned()), ..Secret::default() }
}
