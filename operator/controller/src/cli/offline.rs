//! What a resource is made of, without a cluster: as if nothing existed.

use crate::whole::whole;
use anyhow::bail;
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{Fingerprints, Known, Releases, Request, Topology, topology};
use securechat_operator_render::{Cluster, Owner, Prepared, Rendered, SecretValues};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A resource's topology and objects.
fn planned(resource: &SecureChat) -> anyhow::Result<(Topology, Owner, Rendered<Prepared>)> {
    let namespace = resource.metadata.namespace.clone().unwrap_or_default();
    let request = match Request::check(resource, &Releases::built_in()?) {
        Ok(request) => request,
        Err(problems) => {
            let lines: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
            bail!("the resource cannot work:\n{}", lines.join("\n"));
        }
    };
    let env = Cluster { instance: request.instance.clone(), namespace: namespace.clone() };
    let owner = Owner { namespace, name: request.instance.clone(), uid: String::new() };
    let topology = topology(&request, &env, &Known::default());
    let rendered = whole(&topology, &owner, &Fingerprints::default(), &SecretValues::default())?;
    Ok((topology, owner, rendered))
}

/// Every object as YAML. Secrets are not shown.
pub(super) fn objects(resource: &SecureChat) -> anyhow::Result<String> {
    let (_, _, rendered) = planned(resource)?;
    let mut text = String::new();
    for mut object in rendered.to_json()? {
        if object["kind"] == "Secret" {
            let entries = object["data"].as_object_mut().into_iter().flat_map(|data| data.values_mut());
            entries.for_each(|content| *content = "(not shown)".into());
        }
        write!(text, "---\n{}", serde_saphyr::to_string(&object)?)?;
    }
    Ok(text)
}

/// Migrations, order and the number of objects.
pub(super) fn plan(resource: &SecureChat) -> anyhow::Result<String> {
    let (topology, owner, rendered) = planned(resource)?;
    let mut text = format!("SecureChat {} in {}: release {}\n\n", owner.name, owner.namespace, topology.version);
    if topology.provisions {
        writeln!(text, "1. Job {} makes schemas and users", topology.provision.name)?;
    } else {
        writeln!(text, "1. schemas and users exist")?;
    }
    writeln!(text, "2. each service on its own, when its migration Job has succeeded:")?;
    for service in &topology.services {
        writeln!(text, "   {} ({} replicas): Job {}", service.name, service.process.replicas, service.migration.name)?;
        for file in &service.migration.files {
            writeln!(text, "     {} ({}, checksum {})", file.script, file.class.as_str(), file.checksum)?;
        }
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for object in rendered.to_json()? {
        *counts.entry(object["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    writeln!(text, "\nobjects: {}", counts.join(", "))?;
    Ok(text)
}
