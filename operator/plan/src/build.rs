//! Request + environment → topology.

use crate::accounts::accounts;
use crate::config::{self, KEY_ENCRYPTION_KEY, Source, count};
use crate::gateway::gateway;
use crate::network::network;
use crate::{
    BrokerPlan, CachePlan, Component, Config, Content, CredentialSet, DatabasePlan, Environment, Fingerprints,
    GeneratedSecret, JobPlan, Known, MigrationFile, Port, ProcessPlan, Pull, Purpose, Request, Scaling, SecretKey,
    SecretName, SecretUse, ServicePlan, Store, StoreUser, Topology, job,
};
use securechat_contracts::network::{Party, services_with_way_to};
use securechat_contracts::{ServiceName, calls::CALLS};
use securechat_operator_api::spec::{DatabaseFlavour, DeletionPolicy, ServiceSpec};
use std::collections::BTreeMap;

/// Provisioning and migrations are told to give up before Kubernetes deletes their pods, which would take the
/// message with them.
const DEADLINE_SECONDS: u32 = 3_600;

/// The topology of a request.
pub fn topology(request: &Request, env: &dyn Environment, known: &Known) -> Topology {
    let Known { fingerprints, credentials, lost_accounts } = known;
    let from = Source { request, env, rotation: credentials.rotation, lost_accounts };
    let builder = Builder { request, env, fingerprints, from };
    let (web, web_secrets) = config::of_web(from);
    Topology {
        instance: request.instance.clone(),
        version: request.release.version.clone(),
        revision: request.release.render_revision,
        url: request.url.clone(),
        pull: builder.pull(),
        secrets: generated(from),
        credentials: credentials.clone(),
        rotates: !purposes(request).is_empty(),
        lost_accounts: lost_accounts.clone(),
        database: builder.database(),
        broker: builder.broker(),
        cache: builder.cache(),
        provision: builder.provision(),
        provisions: !has_users(request),
        services: ServiceName::ALL.into_iter().map(|service| builder.service(service)).collect(),
        parallelism: count(request.spec.upgrade.parallelism),
        web: builder.process(Component::Web, &request.spec.services.web, web, web_secrets),
        gateway: gateway(request, env),
        patches: request.spec.patches.clone(),
        network: network(request, env),
    }
}

struct Builder<'a> {
    request: &'a Request,
    env: &'a dyn Environment,
    fingerprints: &'a Fingerprints,
    from: Source<'a>,
}

impl Builder<'_> {
    fn pull(&self) -> Pull {
        let images = &self.request.spec.images;
        Pull { policy: images.pull_policy, secrets: images.pull_secrets.clone() }
    }

    fn database(&self) -> Option<DatabasePlan> {
        let Store::Managed(spec) = &self.request.database else { return None };
        let images = &self.request.release.images;
        let own = match spec.flavour {
            DatabaseFlavour::Mysql => &images.mysql,
            DatabaseFlavour::Mariadb => &images.mariadb,
        };
        Some(DatabasePlan {
            flavour: spec.flavour,
            image: self.request.spec.images.database.as_ref().unwrap_or(own).clone(),
            port: self.env.listen(Component::Database, Port::Sql).port(),
            storage: spec.storage.clone(),
            resources: spec.resources.clone(),
            deletion_policy: spec.deletion_policy,
            admin_user: self.env.database_admin().user.unwrap_or_default(),
        })
    }

    fn broker(&self) -> Option<BrokerPlan> {
        let Store::Managed(spec) = &self.request.broker else { return None };
        let own = &self.request.release.images.rabbitmq;
        Some(BrokerPlan {
            image: self.request.spec.images.broker.as_ref().unwrap_or(own).clone(),
            port: self.env.listen(Component::Broker, Port::Amqp).port(),
            storage: spec.storage.clone(),
            resources: spec.resources.clone(),
            deletion_policy: spec.deletion_policy,
            vhost: self.env.broker_vhost(),
            users: self.from.rotation.accepted().into_iter().flat_map(|set| self.broker_users(set)).collect(),
        })
    }

    fn broker_users(&self, set: CredentialSet) -> impl Iterator<Item = StoreUser> {
        services_with_way_to(Party::Broker)
            .filter_map(move |service| user(service, self.env.broker_login(service, set)))
    }

    fn cache(&self) -> Option<CachePlan> {
        let Store::Managed(spec) = &self.request.cache else { return None };
        Some(CachePlan {
            flavour: spec.flavour,
            image: self.request.cache_image(spec.flavour),
            port: self.env.listen(Component::Cache, Port::Redis).port(),
            resources: spec.resources.clone(),
            users: services_with_way_to(Party::Cache).filter_map(|s| user(s, self.env.cache_login(s))).collect(),
        })
    }

    fn provision(&self) -> JobPlan {
        let (config, secrets) = config::of_provision(self.from);
        self.job("provision", None, vec!["provision".to_owned()], (config, secrets), Vec::new())
    }

    fn service(&self, service: ServiceName) -> ServicePlan {
        let migration = config::of_migration(self.from, service);
        let files = self.request.release.migrations(service).to_vec();
        let (config, secrets) = config::of_service(self.from, service);
        let services = &self.request.spec.services;
        let spec = match service {
            ServiceName::Auth => &services.auth,
            ServiceName::Account => &services.account,
            ServiceName::Users => &services.users,
            ServiceName::Session => &services.session,
            ServiceName::Chats => &services.chats,
            ServiceName::Messaging => &services.messaging,
        };
        let args = vec!["migrate".to_owned(), service.to_string()];
        ServicePlan {
            name: service,
            needs: self.request.release.needs(service).clone(),
            migration: self.job("migrate", Some(service), args, migration, files),
            process: self.process(Component::Service(service), spec, config, secrets),
        }
    }

    fn job(
        &self,
        task: &'static str,
        service: Option<ServiceName>,
        args: Vec<String>,
        (config, secrets): (Config, SecretUse),
        files: Vec<MigrationFile>,
    ) -> JobPlan {
        // A Job's pods cannot be changed: patched otherwise, it is another Job.
        let patches: Vec<_> = self.request.spec.patches.iter().filter(|patch| patch.target.fits("Job", task)).collect();
        let salt = format!("{:?} {} {patches:?}", self.pull(), self.fingerprints.of(&secrets));
        let plan = JobPlan {
            name: String::new(),
            family: String::new(),
            content: String::new(),
            salt: String::new(),
            task,
            service,
            image: self.request.server_image(),
            args,
            config,
            secrets,
            files,
            deadline_seconds: DEADLINE_SECONDS,
        };
        job::named(&self.request.instance, self.request.release.render_revision, &salt, plan)
    }

    fn process(&self, component: Component, spec: &ServiceSpec, config: Config, secrets: SecretUse) -> ProcessPlan {
        ProcessPlan {
            component,
            image: self.request.server_image(),
            replicas: count(spec.least()),
            scaling: spec.scaling().map(|scaling| Scaling {
                min: count(scaling.min_replicas),
                max: count(scaling.max_replicas),
                cpu_percent: count(scaling.cpu_percent),
            }),
            resources: spec.resources.clone(),
            args: vec![component.to_string()],
            config,
            secrets,
        }
    }
}

fn user(service: ServiceName, login: crate::Login) -> Option<StoreUser> {
    Some(StoreUser { service, name: login.user?, password: login.password? })
}

/// Whether the database's users exist already.
fn has_users(request: &Request) -> bool {
    matches!(&request.database, Store::External(database) if database.users_secret.is_some())
}

/// What a set of credentials is for: what the operator makes users for.
fn purposes(request: &Request) -> Vec<Purpose> {
    let database = [Purpose::Database, Purpose::Migration].into_iter().filter(|_| !has_users(request));
    database.chain(request.broker.is_managed().then_some(Purpose::Broker)).collect()
}

/// The passwords of a set. Only services with a way to the broker have one there.
fn passwords(request: &Request, set: CredentialSet) -> impl Iterator<Item = SecretKey> {
    let has = |service, purpose| {
        purpose != Purpose::Broker || services_with_way_to(Party::Broker).any(|user| user == service)
    };
    let of = move |service| purposes(request).into_iter().filter(move |p| has(service, *p)).map(move |p| (service, p));
    ServiceName::ALL.into_iter().flat_map(of).map(move |(service, purpose)| set.password(service, purpose))
}

/// The secrets that are made for a request.
fn generated(Source { request, rotation, lost_accounts, .. }: Source<'_>) -> Vec<GeneratedSecret> {
    let mut secrets = Vec::new();
    let keeps_data = match &request.database {
        Store::Managed(spec) => spec.deletion_policy == DeletionPolicy::Retain,
        Store::External(_) => true,
    };
    if let Store::Managed(_) = &request.database {
        let keys = ["root-password", "admin-password", "probe-password"];
        secrets.push(secret(SecretName::Database, &keys.map(|k| (k, Content::Password)), keeps_data));
    }
    if let Store::Managed(_) = &request.broker {
        secrets.push(secret(SecretName::Broker, &[("cookie", Content::Password)], false));
    }
    secrets.push(GeneratedSecret {
        replaceable: false,
        ..secret(SecretName::Keys, &[(KEY_ENCRYPTION_KEY, Content::Key)], keeps_data)
    });
    let accepted = rotation.accepted();
    for (set, name) in accepted.iter().filter_map(|set| Some((*set, set.secret()?))) {
        let entries = passwords(request, set).map(|password| (password.key, Content::Password)).collect();
        secrets.push(GeneratedSecret { name, entries, retain: false, replaceable: true });
    }
    let first: Vec<_> = accepted.iter().filter(|set| set.secret().is_none()).collect();
    let first: Vec<_> = first.into_iter().flat_map(|set| passwords(request, *set)).collect();
    let of_services = ServiceName::ALL.into_iter().map(|service| of_service(request, service, &first));
    secrets.extend(of_services.filter(|secret| !secret.entries.is_empty()));
    let people = accounts(request).into_iter().filter(|name| !lost_accounts.contains(name));
    let entries: BTreeMap<_, _> = people.map(|name| (name, Content::TypedPassword)).collect();
    if !entries.is_empty() {
        // The accounts live on with the data; their first passwords do so too.
        secrets.push(GeneratedSecret { name: SecretName::Accounts, entries, retain: keeps_data, replaceable: true });
    }
    secrets
}

/// One service's secrets, with those of `passwords` that are among them.
fn of_service(request: &Request, service: ServiceName, passwords: &[SecretKey]) -> GeneratedSecret {
    let own = passwords.iter().filter(|password| password.secret == SecretName::Service(service));
    let mut entries: Vec<_> = own.map(|password| (password.key.as_str(), Content::Password)).collect();
    if request.cache.is_managed() && services_with_way_to(Party::Cache).any(|user| user == service) {
        entries.push(("cache-password", Content::Password));
    }
    if service != ServiceName::Auth && CALLS.iter().any(|call| call.caller == service) {
        entries.push(("client-secret", Content::Password));
    }
    if service == ServiceName::Messaging {
        entries.push(("connection-token-key", Content::Key));
    }
    secret(SecretName::Service(service), &entries, false)
}

fn secret(name: SecretName, entries: &[(&str, Content)], retain: bool) -> GeneratedSecret {
    let entries = entries.iter().map(|(key, content)| ((*key).to_owned(), *content)).collect();
    GeneratedSecret { name, entries, retain, replaceable: true }
}

/// The key that a generated secret must never lose.
pub fn key_encryption_key() -> SecretKey {
    SecretKey::new(SecretName::Keys, KEY_ENCRYPTION_KEY)
}
