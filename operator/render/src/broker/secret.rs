use super::{COOKIE, DEFINITIONS};
use crate::{RenderError, SecretValues, context::Context, names, secret::bytes};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use k8s_openapi::api::core::v1::Secret;
use securechat_operator_plan::{BrokerPlan, Component, SecretKey, SecretName, StoreUser};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The definitions with hashed passwords, and the cookie.
pub(crate) fn build(context: Context<'_>, plan: &BrokerPlan, values: &SecretValues) -> Result<Secret, RenderError> {
    let mut users = Vec::new();
    for user in &plan.users {
        users.push(json!({
            "name": user.name,
            "password_hash": password_hash(values.text(&user.password)?),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": [],
        }));
    }
    let definitions = json!({
        "users": users,
        "vhosts": [{"name": plan.vhost}],
        "permissions": plan.users.iter().map(|user| permission(plan, user)).collect::<Vec<_>>(),
    });
    let cookie = values.text(&SecretKey::new(SecretName::Broker, "cookie"))?;
    Ok(Secret {
        metadata: context
            .named(names::derived_secret(context.instance(), Component::Broker), Component::Broker.as_str()),
        data: Some(bytes([
            (DEFINITIONS.to_owned(), serde_json::to_string_pretty(&definitions)? + "\n"),
            (COOKIE.to_owned(), cookie.to_owned()),
        ])),
        ..Secret::default()
    })
}

/// Every service declares the exchange and all services' queues with their dead-letter queues, so that no event is
/// lost because its consumer never ran; RabbitMQ asks for all three rights on a queue for that. A replica's own queues
/// begin with its service's name, as `users-access.…`.
fn permission(plan: &BrokerPlan, user: &StoreUser) -> Value {
    let mut services: Vec<_> = plan.users.iter().map(|user| user.service.as_str()).collect();
    // Each service has two users while credentials are replaced.
    let mut seen = BTreeSet::new();
    services.retain(|service| seen.insert(*service));
    let queues = format!("({})([.-].*)?", services.join("|"));
    let declare = format!("^(securechat[.]events|{queues})$");
    let publish = format!("^(amq[.]default|securechat[.]events|{queues})$");
    json!({"user": user.name, "vhost": plan.vhost, "configure": declare, "write": publish, "read": declare})
}

/// RabbitMQ's salted hash. The salt is derived: the same Secret must render the same file. Four bytes of a hash tell
/// nothing usable of a random password of 190 bits.
fn password_hash(password: &str) -> String {
    let salt: Vec<u8> = Sha256::new_with_prefix("securechat salt ").chain_update(password).finalize()[..4].to_vec();
    let hash = Sha256::new_with_prefix(&salt).chain_update(password).finalize();
    STANDARD.encode([salt.as_slice(), hash.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_base64_of_salt_and_sha256_of_salt_and_password() {
        let bytes = STANDARD.decode(password_hash("secret")).unwrap();
        let (salt, hash) = bytes.split_at(4);
        assert_eq!(Sha256::new_with_prefix(salt).chain_update("secret").finalize().as_slice(), hash);
    }
}
