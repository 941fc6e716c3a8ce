//! NetworkPolicies: everything is denied, then each pod is allowed what the plan lists for it. What the node asks — its
//! probes — is allowed by Kubernetes itself.

pub(crate) mod default_deny;
pub(crate) mod network_policy;
