//! What the conditions say, from what was planned and seen.

use crate::{Component, Gate, JobState, Observed, PartState, Request, Scaling, Steps, Topology, front};
use securechat_operator_api::status::{ConditionType, Reason};

/// One condition, without its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it speaks of.
    pub condition: ConditionType,
    /// Whether it holds.
    pub holds: bool,
    /// Why.
    pub reason: Reason,
    /// The sentence.
    pub message: String,
}

impl Fact {
    fn new(condition: ConditionType, holds: bool, reason: Reason, message: impl Into<String>) -> Self {
        Self { condition, holds, reason, message: message.into() }
    }
}

/// Something that keeps the platform from being as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// The sentence.
    pub message: String,
    /// What it takes to mend it.
    pub remedy: Remedy,
}

/// What it takes to mend a trouble. The order is that in which troubles are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Somebody must act.
    Person,
    /// Somebody must say yes; nothing is wrong.
    Approval,
    /// Waiting.
    Time,
    /// Waiting; what was asked for is not touched by it.
    Meanwhile,
    /// Somebody must act; what was asked for is not touched by it.
    Later,
}

impl Trouble {
    /// Somebody must act.
    pub fn stays(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), remedy: Remedy::Person }
    }

    /// It mends by itself.
    pub fn passes(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), remedy: Remedy::Time }
    }

    /// Somebody must say yes.
    pub fn asks(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), remedy: Remedy::Approval }
    }

    /// Somebody must act, and nothing that was asked for suffers meanwhile.
    pub fn aside(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), remedy: Remedy::Later }
    }
}

/// All conditions of a checked request. `troubles` are those that were met while writing.
pub fn conditions(
    request: &Request,
    topology: &Topology,
    steps: &Steps,
    observed: &Observed,
    mut troubles: Vec<Trouble>,
) -> Vec<Fact> {
    let mut stores = [
        (ConditionType::DatabaseReady, Component::Database, topology.database.is_some()),
        (ConditionType::BrokerReady, Component::Broker, topology.broker.is_some()),
        (ConditionType::CacheReady, Component::Cache, topology.cache.is_some()),
        (ConditionType::GatewayReady, Component::Gateway, true),
    ]
    .map(|(condition, component, managed)| part_fact(condition, component, managed, observed));
    let unmigrated = unmigrated(steps, observed);
    if let Some(trouble) = front::trouble(topology, observed) {
        stores[3] = Fact::new(ConditionType::GatewayReady, false, trouble.reason, trouble.message.clone());
        troubles.push(trouble);
    }

    if let Some(trouble) = &steps.key {
        troubles.push(Trouble::stays(Reason::SecretLost, trouble));
    }
    troubles.extend(observed.missing_secrets.iter().map(|s| Trouble::stays(Reason::SecretMissing, s)));
    // Whose turn has not come is told with its processes, as are those behind the first.
    troubles.extend(unmigrated.first().filter(|first| first.reason != Reason::WaitingForService).cloned());
    let parts = Component::all().filter(|component| is_part(topology, *component));
    troubles.extend(parts.filter_map(|component| {
        waits_for_another(steps, component).or_else(|| part_trouble(topology, component, observed))
    }));
    if !topology.lost_accounts.is_empty() {
        let names: Vec<_> = topology.lost_accounts.iter().map(String::as_str).collect();
        let text = format!(
            "Secret {}-accounts has lost the first passwords of {}: put it back from a backup, or leave the accounts, which are as \
             they were, out of spec.demoAccounts and spec.firstAdministrator",
            topology.instance,
            names.join(", ")
        );
        troubles.push(Trouble::aside(Reason::PasswordsLost, text));
    }
    if let Some(waits) = &steps.rotation.waits {
        let (reason, message) = (Reason::RotatingCredentials, waits.clone());
        troubles.push(Trouble { reason, message, remedy: Remedy::Meanwhile });
    }
    // What somebody must mend comes before what passes; otherwise the order above stays.
    troubles.sort_by_key(|trouble| trouble.remedy);

    let mut facts = vec![ready(topology, &troubles), progressing(&troubles), degraded(&troubles)];
    facts.extend(stores);
    facts.insert(6, migrations(topology, &unmigrated));
    facts.push(mail(request));
    facts.push(paused(request));
    facts
}

/// The conditions of a resource of which nothing is known but what holds it up.
pub fn held(mut troubles: Vec<Trouble>) -> Vec<Fact> {
    troubles.sort_by_key(|trouble| trouble.remedy);
    let reason = troubles.first().map_or(Reason::AsAsked, |trouble| trouble.reason);
    let ready = Fact::new(ConditionType::Ready, false, reason, summary(&troubles));
    vec![ready, progressing(&troubles), degraded(&troubles)]
}

fn is_part(topology: &Topology, component: Component) -> bool {
    match component {
        Component::Database => topology.database.is_some(),
        Component::Broker => topology.broker.is_some(),
        Component::Cache => topology.cache.is_some(),
        Component::Service(_) | Component::Web | Component::Gateway => true,
    }
}

fn ready(topology: &Topology, troubles: &[Trouble]) -> Fact {
    let is_aside = |trouble: &&Trouble| matches!(trouble.remedy, Remedy::Later | Remedy::Meanwhile);
    let now: Vec<_> = troubles.iter().filter(|trouble| !is_aside(trouble)).cloned().collect();
    match now.first() {
        None => Fact::new(
            ConditionType::Ready,
            true,
            Reason::AllServing,
            format!("release {} serves at {}", topology.version, topology.url.as_str().trim_end_matches('/')),
        ),
        Some(first) => Fact::new(ConditionType::Ready, false, first.reason, summary(&now)),
    }
}

fn progressing(troubles: &[Trouble]) -> Fact {
    let first = |remedy| troubles.iter().find(|trouble| trouble.remedy == remedy);
    match (first(Remedy::Time).or(first(Remedy::Meanwhile)), first(Remedy::Approval)) {
        (Some(trouble), _) => Fact::new(ConditionType::Progressing, true, trouble.reason, trouble.message.clone()),
        (None, Some(trouble)) => Fact::new(ConditionType::Progressing, false, trouble.reason, trouble.message.clone()),
        (None, None) => Fact::new(ConditionType::Progressing, false, Reason::AsAsked, "nothing is under way"),
    }
}

fn degraded(troubles: &[Trouble]) -> Fact {
    let needs_person = |trouble: &&Trouble| matches!(trouble.remedy, Remedy::Person | Remedy::Later);
    let staying: Vec<_> = troubles.iter().filter(needs_person).cloned().collect();
    match staying.first() {
        None => Fact::new(ConditionType::Degraded, false, Reason::AsAsked, "nothing needs a person"),
        Some(first) => Fact::new(ConditionType::Degraded, true, first.reason, summary(&staying)),
    }
}

/// The first trouble, and how many more there are: a line for `kubectl get`.
fn summary(troubles: &[Trouble]) -> String {
    let first = troubles.first().map(|trouble| trouble.message.as_str()).unwrap_or_default();
    match troubles.len() {
        0 | 1 => first.to_owned(),
        n => format!("{first} (and {} more)", n - 1),
    }
}

fn part_fact(condition: ConditionType, component: Component, managed: bool, observed: &Observed) -> Fact {
    if !managed {
        return Fact::new(condition, true, Reason::External, format!("the {component} is not run by this operator"));
    }
    match observed.parts.get(&component) {
        Some(part) if part.ready > 0 => Fact::new(condition, true, Reason::Running, counts(component, part)),
        Some(part) if observed.previous.held.contains(&condition) => {
            Fact::new(condition, false, Reason::Unavailable, counts(component, part))
        }
        Some(part) => Fact::new(condition, false, Reason::Starting, counts(component, part)),
        None => Fact::new(condition, false, Reason::Starting, format!("the {component} does not exist yet")),
    }
}

fn counts(component: Component, part: &PartState) -> String {
    format!("{component}: {} of {} ready", part.ready, part.desired)
}

fn part_trouble(topology: &Topology, component: Component, observed: &Observed) -> Option<Trouble> {
    let Some(part) = observed.parts.get(&component) else {
        return Some(Trouble::passes(Reason::Installing, format!("{component} does not exist yet")));
    };
    if part.desired == 0 {
        return Some(Trouble::stays(Reason::ServiceStopped, format!("{component} is scaled to zero")));
    }
    let at_release = !matches!(component, Component::Service(_) | Component::Web) || part.version == topology.version;
    // While Kubernetes adds and takes away pods, those that serve are enough.
    let enough = scaling(topology, component).is_some_and(|scaling| part.ready >= scaling.min && part.current);
    if (enough || part.ready >= part.desired && part.settled) && at_release {
        return None;
    }
    let reason = if part.ready == 0 { Reason::ServiceUnavailable } else { Reason::RollingOut };
    Some(Trouble::passes(reason, counts(component, part)))
}

fn scaling(topology: &Topology, component: Component) -> Option<Scaling> {
    let processes = topology.services.iter().map(|service| &service.process).chain([&topology.web]);
    processes.into_iter().find(|process| process.component == component)?.scaling
}

/// A part that is held up by another one, and by nothing else.
fn waits_for_another(steps: &Steps, component: Component) -> Option<Trouble> {
    let gate = match component {
        Component::Service(name) => &steps.services.get(&name)?.rollout,
        Component::Web => &steps.web,
        Component::Database | Component::Broker | Component::Cache | Component::Gateway => return None,
    };
    match gate {
        Gate::Waits(reason @ Reason::WaitingForService, message) => Some(Trouble::passes(*reason, message)),
        Gate::Open | Gate::Waits(..) | Gate::Blocked(..) => None,
    }
}

fn migrations(topology: &Topology, unmigrated: &[Trouble]) -> Fact {
    const TYPE: ConditionType = ConditionType::MigrationsCurrent;
    let Some(first) = unmigrated.first() else {
        let text = format!("every schema is where release {} needs it", topology.version);
        return Fact::new(TYPE, true, Reason::AsAsked, text);
    };
    Fact::new(TYPE, false, first.reason, summary(unmigrated))
}

/// Why a schema is not where the release needs it: what failed, or else what is under way and who waits for it.
fn unmigrated(steps: &Steps, observed: &Observed) -> Vec<Trouble> {
    if let Some(JobState::Failed { reason, message }) = observed.jobs.get(&steps.provision.name) {
        let text = format!("Job {} failed ({reason}): {message}", steps.provision.name);
        return vec![Trouble::stays(Reason::ProvisionFailed, text)];
    }
    let gates = || steps.services.values().flat_map(|steps| [&steps.rollout, &steps.contract]);
    let failed: Vec<_> = gates()
        .filter_map(|gate| match gate {
            // Told by itself: it is not the schema's.
            Gate::Blocked(Reason::SecretLost, _) | Gate::Open | Gate::Waits(..) => None,
            Gate::Blocked(reason, message) => Some((*reason, message.as_str())),
        })
        .collect();
    if let Some((reason, _)) = failed.first() {
        let all: Vec<_> = failed.iter().map(|(_, message)| *message).collect();
        return vec![Trouble::stays(*reason, all.join("; "))];
    }
    let waiting = gates().filter_map(|gate| match gate {
        Gate::Waits(Reason::WaitingForService | Reason::RotatingCredentials, _) | Gate::Open | Gate::Blocked(..) => {
            None
        }
        Gate::Waits(reason, message) => Some(Trouble::passes(*reason, message)),
    });
    let turns = steps.services.values().filter_map(|steps| match &steps.migrate {
        Gate::Waits(reason @ Reason::WaitingForService, message) => Some(Trouble::passes(*reason, message)),
        Gate::Open | Gate::Waits(..) | Gate::Blocked(..) => None,
    });
    waiting.chain(turns).collect()
}

fn mail(request: &Request) -> Fact {
    match &request.spec.mail {
        Some(mail) => Fact::new(
            ConditionType::MailReady,
            true,
            Reason::Configured,
            format!("mail goes through {}:{}", mail.host, mail.port),
        ),
        None => Fact::new(
            ConditionType::MailReady,
            false,
            Reason::NotConfigured,
            "no mail server is named: registration confirms at once, and nobody can be sent a link",
        ),
    }
}

fn paused(request: &Request) -> Fact {
    if request.spec.paused {
        Fact::new(ConditionType::Paused, true, Reason::Paused, "spec.paused is true: the operator changes nothing")
    } else {
        Fact::new(ConditionType::Paused, false, Reason::NotPaused, "the operator acts")
    }
}
