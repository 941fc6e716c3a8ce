use super::{Played, Server, server};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ApiResource, DynamicObject, ListParams, PostParams};
use kube::{Client, Resource, ResourceExt as _};
use securechat_kernel::{SystemClock, SystemRandom};
use securechat_operator_api::SecureChat;
use securechat_operator_controller::access::{self, Rule};
use securechat_operator_controller::kinds::Kind;
use securechat_operator_controller::run::{Parts, RunError, run};
use securechat_operator_controller::settings::Settings;
use securechat_operator_plan::{Release, Releases};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Level;

/// A namespace under the PodSecurity level `restricted`, and an operator that has the chart's rights in it.
pub(crate) struct World {
    pub(crate) server: &'static Server,
    pub(crate) namespace: String,
    pub(crate) client: Client,
    stop: CancellationToken,
    operator: Option<JoinHandle<Result<(), RunError>>>,
}

/// A wait that lasts longer is a failure.
const PATIENCE: Duration = Duration::from_mins(2);

impl World {
    /// A namespace with an operator in it.
    pub(crate) async fn new(name: &str) -> Self {
        let mut world = Self::without_operator(name).await;
        world.start_operator("one").await;
        world
    }

    /// A namespace.
    pub(crate) async fn without_operator(name: &str) -> Self {
        let rules: Vec<_> = access::rules().into_iter().chain(access::own_rules()).collect();
        Self::with_rules(name, &rules).await
    }

    /// A namespace in which an operator has these rights.
    pub(crate) async fn with_rules(name: &str, rules: &[Rule]) -> Self {
        // Seen when a test fails. Of a thousand runs it would hide the figures.
        let level = if std::env::var_os("SOAK_RUNS").is_some() { Level::ERROR } else { Level::WARN };
        let _ = tracing_subscriber::fmt().with_max_level(level).with_test_writer().try_init();
        let server = tokio::task::spawn_blocking(server).await.unwrap();
        let client = server.admin().await;
        let namespace: Namespace = serde_json::from_value(serde_json::json!({
            "metadata": {"name": name, "labels": {
                "pod-security.kubernetes.io/enforce": "restricted",
                "pod-security.kubernetes.io/enforce-version": "latest",
            }}
        }))
        .unwrap();
        Api::all(client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
        let world = Self { server, namespace: name.to_owned(), client, stop: CancellationToken::new(), operator: None };
        world.grant(rules);
        world
    }

    fn grant(&self, rules: &[Rule]) {
        let role = serde_json::json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"name": "operator"}, "rules": rules,
        });
        let binding = serde_json::json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "operator"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "operator"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": super::server::OPERATOR_USER}],
        });
        self.kubectl_apply(&format!("{role}\n---\n{binding}"));
    }

    /// Starts the operator, in this process.
    pub(crate) async fn start_operator(&mut self, identity: &str) {
        let (stop, task) = self.spawn_operator(identity).await;
        (self.stop, self.operator) = (stop, Some(task));
    }

    /// Starts one more operator, to be stopped by its token.
    pub(crate) async fn spawn_operator(&self, identity: &str) -> (CancellationToken, JoinHandle<Result<(), RunError>>) {
        self.spawn_operator_as(self.server.operator().await, identity, "operator", releases())
    }

    /// Starts an operator that speaks to the API server through `client`.
    pub(crate) fn spawn_operator_as(
        &self,
        client: Client,
        identity: &str,
        lease: &str,
        releases: Releases,
    ) -> (CancellationToken, JoinHandle<Result<(), RunError>>) {
        let settings = Settings {
            namespace: Some(self.namespace.clone()),
            listen: "127.0.0.1:0".parse().unwrap(),
            lease_namespace: self.namespace.clone(),
            lease_name: lease.to_owned(),
            identity: identity.to_owned(),
            // As in the chart: on a busy machine a shorter one is lost now and then.
            lease_seconds: 15,
            workers: 2,
            traces_endpoint: None,
        };
        let parts = Parts {
            client,
            releases,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            metrics: Arc::default(),
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(settings, parts, stop.clone()));
        (stop, task)
    }

    /// Tells the operator to stop and waits until it has.
    pub(crate) async fn stop_operator(&mut self) -> Result<(), RunError> {
        self.stop.cancel();
        self.operator.take().unwrap().await.unwrap()
    }

    /// Ends the operator where it stands, and waits until it is gone.
    pub(crate) async fn kill_operator(&mut self) {
        let operator = self.operator.take().unwrap();
        operator.abort();
        assert!(operator.await.is_err_and(|error| error.is_cancelled()));
    }

    /// Plays what kubelet and controllers would do.
    pub(crate) fn play(&self) -> Played {
        Played::start(self.client.clone(), Some(self.namespace.clone()))
    }

    /// Applies a manifest as a person would.
    pub(crate) fn kubectl_apply(&self, manifest: &str) {
        self.server.kubectl(&["apply", "-n", &self.namespace, "-f", "-"], manifest);
    }

    /// kubectl in this namespace.
    pub(crate) fn kubectl(&self, args: &[&str]) -> String {
        self.server.kubectl(&[&["-n", self.namespace.as_str()], args].concat(), "")
    }

    /// Applies a resource named `acme`.
    pub(crate) fn apply(&self, spec: &str) {
        self.kubectl_apply(&resource(spec));
    }

    /// Objects of a kind.
    pub(crate) fn api<K>(&self) -> Api<K>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// All objects of the instance `acme`, as `Kind/name`.
    pub(crate) async fn objects(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for kind in Kind::ALL {
            let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &self.namespace, &kind.resource());
            let found = api.list_metadata(&ListParams::default().labels("app.kubernetes.io/instance=acme")).await;
            // A foreign kind that nobody has installed.
            let Ok(found) = found else {
                assert!(kind.is_foreign(), "{kind}: {found:?}");
                continue;
            };
            all.extend(found.items.iter().map(|object| format!("{kind}/{}", object.name_any())));
        }
        all
    }

    /// The resource `acme`.
    pub(crate) async fn acme(&self) -> SecureChat {
        self.api().get("acme").await.unwrap()
    }

    /// A condition of `acme` as `status reason: message`.
    pub(crate) async fn condition(&self, name: &str) -> String {
        let conditions = self.acme().await.status.unwrap_or_default().conditions;
        let found = conditions.iter().find(|condition| condition.type_ == name);
        found.map(|c| format!("{} {}: {}", c.status, c.reason, c.message)).unwrap_or_default()
    }

    /// Waits until a condition begins like this, and gives all of it.
    pub(crate) async fn until_told(&self, name: &str, beginning: &str) -> String {
        until(&format!("{name} is {beginning}"), || async {
            let told = self.condition(name).await;
            told.starts_with(beginning).then_some(told.clone()).ok_or(told)
        })
        .await
    }

    /// Asks for another version.
    pub(crate) fn ask_for(&self, version: &str) {
        self.patch(&format!(r#"{{"spec":{{"version":"{version}"}}}}"#));
    }

    /// Patches `acme` as a person would.
    pub(crate) fn patch(&self, patch: &str) {
        self.kubectl(&["patch", "schat", "acme", "--type=merge", "-p", patch]);
    }

    /// Waits until every service of `acme` serves a version, and all is done.
    pub(crate) async fn until_serving(&self, version: &str) {
        until(&format!("{version} serves everywhere"), || async {
            let status = self.acme().await.status.unwrap_or_default();
            let ready = status.conditions.iter().any(|c| c.type_ == "Ready" && c.status == "True");
            (ready && status.version.as_deref() == Some(version)).then_some(()).ok_or(status)
        })
        .await;
    }

    /// Waits until `acme` is ready.
    pub(crate) async fn until_ready(&self) {
        until("the platform is ready", || async {
            let ready = self.condition("Ready").await;
            ready.starts_with("True").then_some(()).ok_or(ready)
        })
        .await;
    }

    /// An object, or why there is none.
    pub(crate) async fn get<K>(&self, name: &str) -> Result<K, String>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
        K::DynamicType: Default,
    {
        self.api::<K>().get_opt(name).await.map_err(|e| e.to_string())?.ok_or(format!("there is no {name}"))
    }

    /// An object of any kind.
    pub(crate) fn dynamic(&self, resource: &ApiResource) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, resource)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Asks again and again until the answer is `Ok`; then gives it.
pub(crate) async fn until<T, E: Debug, F: Future<Output = Result<T, E>>>(what: &str, ask: impl FnMut() -> F) -> T {
    until_within(PATIENCE, what, ask).await
}

/// The same, with more patience.
pub(crate) async fn until_within<T, E: Debug, F: Future<Output = Result<T, E>>>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let started = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(seen) if started.elapsed() > patience => panic!("waited in vain until {what}; last seen: {seen:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// A resource named `acme`; `spec` is what it says beside version and URL.
pub(crate) fn resource(spec: &str) -> String {
    format!(
        "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {{name: acme}}\n\
         spec: {{version: 1.2.3, publicUrl: 'https://chat.example.org', {spec}}}\n"
    )
}

/// Four releases: the second brings one more migration for `users`, the third takes something away from it, and the
/// fourth adds to it again.
pub(crate) fn releases() -> Releases {
    let all = [
        include_str!("release.yaml"),
        include_str!("next-release.yaml"),
        include_str!("contract-release.yaml"),
        include_str!("later-release.yaml"),
    ];
    Releases::of(all.map(|text| Release::parse(text).unwrap()).into())
}
