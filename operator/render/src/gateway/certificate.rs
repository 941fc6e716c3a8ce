use crate::{
    context::Context,
    foreign::{Certificate, CertificateIssuer, CertificateKey, CertificateSpec},
    names,
};
use securechat_operator_api::spec::IssuerKind;
use securechat_operator_plan::{Component, GatewayPlan};

/// What cert-manager is asked for.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Option<Certificate> {
    let issuer = plan.certificate_issuer.as_ref()?;
    let kind = match issuer.kind {
        IssuerKind::Issuer => "Issuer",
        IssuerKind::ClusterIssuer => "ClusterIssuer",
    };
    let name = super::host_name(context);
    let address = name.is_none().then(|| context.topology.url.host_str().unwrap_or_default().to_owned());
    Some(Certificate {
        metadata: context.meta(Component::Gateway),
        spec: CertificateSpec {
            secret_name: names::issued_certificate(context.instance()),
            dns_names: name.into_iter().collect(),
            ip_addresses: address.into_iter().collect(),
            issuer_ref: CertificateIssuer {
                name: issuer.name.clone(),
                kind: kind.to_owned(),
                group: "cert-manager.io".to_owned(),
            },
            private_key: CertificateKey {
                algorithm: "ECDSA".to_owned(),
                size: 256,
                rotation_policy: "Always".to_owned(),
            },
        },
    })
}
