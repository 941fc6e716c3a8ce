use super::seeded::Seeded;
use super::state::Name;
use crate::harness::World;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Error, ResourceExt as _};
use securechat_operator_api::SecureChat;
use securechat_operator_controller::kinds::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The Secret whose loss is told and not mended.
const KEYS: &str = "acme-keys";

/// What people, and other programs, do to a platform's objects in one run.
pub(super) struct Edits<'a> {
    world: &'a World,
    /// What was done, for whoever reads of a failure.
    pub(super) trail: Vec<String>,
    /// Whose values may be others afterwards.
    pub(super) touched: BTreeSet<Name>,
    /// Whether the resource itself was deleted and made anew.
    pub(super) renewed: bool,
    /// Objects of somebody else, which have to go in the end, as they were made.
    foreign: Vec<(Name, DynamicObject)>,
    /// The key-encryption key, while it is lost.
    key: Option<DynamicObject>,
}

impl<'a> Edits<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        let (trail, foreign) = (Vec::new(), Vec::new());
        Self { world, trail, touched: BTreeSet::new(), renewed: false, foreign, key: None }
    }

    /// Up to four of them.
    pub(super) async fn some(&mut self, random: &mut Seeded) {
        for _ in 0..random.below(5) {
            match random.below(24) {
                0..=8 => self.delete(random).await,
                9..=16 => self.alter(random).await,
                17..=18 => self.occupy(random).await,
                19 => self.intrude(random).await,
                20 => self.ask_for(json!({"logLevel": "debug"})).await,
                21 => self.wipe_status().await,
                22 => self.lose_key().await,
                _ => self.renew().await,
            }
        }
    }

    fn api(&self, kind: Kind) -> Api<DynamicObject> {
        self.world.dynamic(&kind.resource())
    }

    /// One of the children there are, but never the key.
    async fn choose(&self, random: &mut Seeded) -> Option<Name> {
        let mut all = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_ours() && !kind.is_foreign()) {
            let ours = ListParams::default().labels("app.kubernetes.io/instance=acme");
            let list = self.api(kind).list_metadata(&ours).await.unwrap();
            all.extend(list.items.iter().map(|object| (kind, object.name_any())));
        }
        all.retain(|name| name.1 != KEYS && self.foreign.iter().all(|(foreign, _)| foreign != name));
        all.sort();
        (!all.is_empty()).then(|| random.pick(&all).clone())
    }

    fn did(&mut self, what: &str, (kind, name): &Name, answer: Result<(), Error>) -> bool {
        let answer = match answer {
            Ok(()) => "",
            Err(Error::Api(status)) if matches!(status.code, 400 | 404 | 409 | 422) => {
                &format!(" (refused: {})", status.reason)
            }
            Err(error) => panic!("{what} {kind} {name}: {error}"),
        };
        self.trail.push(format!("{what} {kind} {name}{answer}"));
        answer.is_empty()
    }

    async fn delete(&mut self, random: &mut Seeded) {
        let Some(name) = self.choose(random).await else { return };
        let deleted = self.api(name.0).delete(&name.1, &DeleteParams::background()).await.map(drop);
        self.did("delete", &name, deleted);
        self.touched.insert(name);
    }

    /// Another value at some place, or none.
    async fn alter(&mut self, random: &mut Seeded) {
        let Some(name) = self.choose(random).await else { return };
        let Some(object) = self.api(name.0).get_opt(&name.1).await.unwrap() else { return };
        let mut object = serde_json::to_value(object).unwrap();
        let mut places = Vec::new();
        for root in ["/spec", "/data", "/metadata/labels", "/metadata/annotations", "/metadata/ownerReferences"] {
            leaves(object.pointer(root).unwrap_or(&Value::Null), root, &mut places);
        }
        let place = random.pick(&places).clone();
        // What is of one release or password only may not be wanted any more, and then nobody would see it.
        if place.ends_with("~1managed-by") && (name.1.contains("-migrate-") || name.1.contains("-provision-")) {
            return;
        }
        let what = if random.once_in(3) {
            remove(&mut object, &place);
            format!("remove {place} of")
        } else {
            let value = object.pointer_mut(&place).unwrap();
            *value = other(value, name.0 == Kind::Secret && place.starts_with("/data"));
            format!("set {place} to {value} in")
        };
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        let answer = self.api(name.0).replace(&name.1, &by_somebody(), &object).await.map(drop);
        self.did(&what, &name, answer);
        self.touched.insert(name);
    }

    /// Somebody else's object stands where a child was.
    async fn occupy(&mut self, random: &mut Seeded) {
        let Some(name) = self.choose(random).await else { return };
        let content = match name.0 {
            Kind::ConfigMap | Kind::Secret | Kind::ServiceAccount => json!({}),
            Kind::Service => json!({"spec": {"ports": [{"port": 80}]}}),
            _ => return,
        };
        drop(self.api(name.0).delete(&name.1, &DeleteParams::background()).await);
        self.touched.insert(name.clone());
        self.make("occupy", name, content).await;
    }

    /// Something that looks like a child, and that nobody wants.
    async fn intrude(&mut self, random: &mut Seeded) {
        let labels =
            json!({"app.kubernetes.io/managed-by": "securechat-operator", "app.kubernetes.io/instance": "acme"});
        let name = (Kind::ConfigMap, format!("intruder-{}", random.below(3)));
        self.make("intrude as", name, json!({"metadata": {"labels": labels}})).await;
    }

    async fn make(&mut self, what: &str, name: Name, mut object: Value) {
        object["metadata"]["name"] = name.1.clone().into();
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        match self.api(name.0).create(&by_somebody(), &object).await {
            Ok(made) => {
                self.did(what, &name, Ok(()));
                self.foreign.push((name, made));
            }
            Err(error) => drop(self.did(what, &name, Err(error))),
        }
    }

    async fn ask_for(&mut self, spec: Value) {
        self.trail.push(format!("ask for {spec}"));
        let patch = Patch::Merge(json!({"spec": spec}));
        self.world.api::<SecureChat>().patch("acme", &PatchParams::default(), &patch).await.unwrap();
    }

    async fn wipe_status(&mut self) {
        self.trail.push("wipe the status".to_owned());
        let patch = Patch::Merge(json!({"status": null}));
        self.world.api::<SecureChat>().patch_status("acme", &PatchParams::default(), &patch).await.unwrap();
    }

    async fn lose_key(&mut self) {
        let name = (Kind::Secret, KEYS.to_owned());
        let Some(key) = self.api(name.0).get_opt(KEYS).await.unwrap() else { return };
        let lost = self.api(name.0).delete(KEYS, &DeleteParams::default()).await.map(drop);
        if self.did("lose", &name, lost) {
            self.key = Some(key);
        }
    }

    /// The resource is deleted, and made anew while its children are still being collected.
    async fn renew(&mut self) {
        self.trail.push("delete the resource and make it anew".to_owned());
        self.renewed = true;
        let api = self.world.api::<SecureChat>();
        let acme = api.get("acme").await.unwrap();
        api.delete("acme", &DeleteParams::background()).await.unwrap();
        let mut anew = SecureChat::new("acme", acme.spec);
        anew.metadata.name = Some("acme".to_owned());
        crate::harness::until("the resource is gone", || async {
            match api.create(&PostParams::default(), &anew).await {
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// What keeps the platform from its end state goes: nobody but whoever put it there can remove it.
    pub(super) async fn undo(&mut self) {
        for ((kind, name), made) in std::mem::take(&mut self.foreign) {
            let Some(found) = self.api(kind).get_opt(&name).await.unwrap() else {
                panic!("{kind} {name} is somebody else's, and gone");
            };
            assert_eq!(found.resource_version(), made.resource_version(), "{kind} {name} is somebody else's");
            self.api(kind).delete(&name, &DeleteParams::default()).await.unwrap();
        }
        self.ask_for(json!({"logLevel": null})).await;
        let Some(mut key) = self.key.take() else { return };
        key.metadata = kube::core::ObjectMeta {
            name: key.metadata.name,
            labels: key.metadata.labels,
            ..kube::core::ObjectMeta::default()
        };
        let restored = self.api(Kind::Secret).create(&by_somebody(), &key).await.map(drop);
        self.did("put back", &(Kind::Secret, KEYS.to_owned()), restored);
    }
}

fn by_somebody() -> PostParams {
    PostParams { field_manager: Some("somebody".to_owned()), ..PostParams::default() }
}

/// By which items of a list are told apart: another value there is one more item, and nobody of us removes it.
/// An owner of a kind that does not exist is nobody whom the garbage collector could ask.
const LIST_KEYS: [&str; 8] =
    ["name", "containerPort", "mountPath", "port", "topologyKey", "whenUnsatisfiable", "apiVersion", "kind"];

fn leaves(value: &Value, path: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let place = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            let in_list = path.rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok());
            if !(in_list && LIST_KEYS.contains(&key.as_str())) {
                leaves(value, &place, places);
            }
        }),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(i, value)| leaves(value, &format!("{path}/{i}"), places));
        }
        Value::Null => {}
        _ => places.push(path.to_owned()),
    }
}

fn remove(object: &mut Value, place: &str) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    match object.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(all) => drop(all.remove(key.parse().unwrap())),
        _ => {}
    }
}

fn other(value: &Value, encoded: bool) -> Value {
    match value {
        Value::Bool(yes) => (!yes).into(),
        Value::Number(number) => (number.as_i64().unwrap_or(0) + 1).into(),
        _ if encoded => STANDARD.encode("altered").into(),
        _ => "altered".into(),
    }
}
