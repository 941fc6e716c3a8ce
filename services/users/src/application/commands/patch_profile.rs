//! JSON Patch (RFC 6902) on a person's document, of which only the profile may be changed here.

use crate::application::{Error, UnitOfWork};
use json_patch::{PatchErrorKind, PatchOperation};
use securechat_contracts::FieldError;
use securechat_kernel::UserId;
use securechat_users_domain::{Age, InvalidProfileField, Location, Profile, Sex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Parts of somebody's profile are changed. (W-25, W-26, B-20, B-21)
#[derive(Debug)]
pub(crate) struct PatchProfile {
    pub(crate) user: UserId,
    pub(crate) patch: Vec<PatchOperation>,
}

/// A profile as JSON.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProfileDocument {
    /// 12 to 120.
    pub(crate) age: i64,
    /// `f` or `m`.
    pub(crate) sex: String,
    /// 1 to 20 characters.
    pub(crate) location: String,
}

impl ProfileDocument {
    /// The profile, or everything that is wrong with it; pointers begin with `base`.
    pub(crate) fn parse(&self, base: &str) -> Result<Profile, Error> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, error: InvalidProfileField| {
            errors.push(FieldError { pointer: format!("{base}/{field}"), detail: error.to_string() });
        };
        let age = Age::parse(self.age).map_err(|error| refuse("age", error)).ok();
        let sex = Sex::parse(&self.sex).map_err(|error| refuse("sex", error)).ok();
        let location = Location::parse(&self.location).map_err(|error| refuse("location", error)).ok();
        match (age, sex, location) {
            (Some(age), Some(sex), Some(location)) => Ok(Profile { age, sex, location }),
            _ => Err(Error::InvalidFields(errors)),
        }
    }
}

impl From<&Profile> for ProfileDocument {
    fn from(profile: &Profile) -> Self {
        Self {
            age: profile.age.years().into(),
            sex: profile.sex.as_str().to_owned(),
            location: profile.location.as_str().to_owned(),
        }
    }
}

pub(crate) async fn handle(
    uow: &mut impl UnitOfWork,
    now: OffsetDateTime,
    command: &PatchProfile,
) -> Result<(), Error> {
    let mut user = uow.user(command.user).await?.ok_or(Error::NoSuchPerson)?;
    let profile = patched(user.profile.as_ref(), &command.patch)?;
    if user.tell(profile, now) {
        uow.save_profile(&user).await?;
    }
    Ok(())
}

/// The profile after the patch.
fn patched(profile: Option<&Profile>, patch: &[PatchOperation]) -> Result<Option<Profile>, Error> {
    for (index, operation) in patch.iter().enumerate() {
        if !within_profile(operation) {
            return Err(Error::invalid_field(format!("/{index}/path"), "only /profile can be changed here"));
        }
    }
    let mut document = match profile {
        Some(profile) => json!({ "profile": ProfileDocument::from(profile) }),
        None => json!({}),
    };
    json_patch::patch(&mut document, patch).map_err(|error| match error.kind {
        PatchErrorKind::TestFailed => Error::PatchTest(error.path.to_string()),
        kind => {
            let hint = if profile.is_none() { "; there is no profile yet: add /profile as a whole first" } else { "" };
            Error::invalid_field(format!("/{}/path", error.operation), format!("{kind}{hint}"))
        }
    })?;
    match document.get("profile") {
        None => Ok(None),
        Some(value) => read(value)?.parse("/profile").map(Some),
    }
}

fn within_profile(operation: &PatchOperation) -> bool {
    let inside = |path: &str| path == "/profile" || path.starts_with("/profile/");
    let from = match operation {
        PatchOperation::Move(operation) => Some(&operation.from),
        PatchOperation::Copy(operation) => Some(&operation.from),
        _ => None,
    };
    inside(operation.path().as_str()) && from.is_none_or(|from| inside(from.as_str()))
}

fn read(value: &Value) -> Result<ProfileDocument, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        let pointer = if field == "." { "/profile".to_owned() } else { format!("/profile/{field}") };
        Error::invalid_field(pointer, error.inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        ProfileDocument { age: 30, sex: "f".into(), location: "Kiel".into() }.parse("").unwrap()
    }

    fn apply(profile: Option<&Profile>, patch: Value) -> Result<Option<Profile>, Error> {
        patched(profile, &serde_json::from_value::<Vec<PatchOperation>>(patch).unwrap())
    }

    fn pointer(profile: Option<&Profile>, patch: Value) -> String {
        match apply(profile, patch).unwrap_err() {
            Error::InvalidFields(errors) => errors[0].pointer.clone(),
            other => panic!("{other}"),
        }
    }

    /// Proves: W-26, B-20.
    #[test]
    fn one_field_is_changed_and_the_others_stay() {
        let patch = json!([{"op": "replace", "path": "/profile/location", "value": "Bonn"}]);
        let changed = apply(Some(&profile()), patch).unwrap().unwrap();
        assert_eq!((changed.location.as_str(), changed.age), ("Bonn", profile().age));
        let own = json!([{"op": "replace", "path": "/profile/age", "value": 30}]);
        assert_eq!(apply(Some(&profile()), own).unwrap(), Some(profile()));
    }

    #[test]
    fn a_profile_comes_as_a_whole_and_can_be_taken_away() {
        let whole = json!([{"op": "add", "path": "/profile", "value": {"age": 30, "sex": "F", "location": " Kiel "}}]);
        assert_eq!(apply(None, whole).unwrap(), Some(profile()));
        assert_eq!(apply(Some(&profile()), json!([{"op": "remove", "path": "/profile"}])).unwrap(), None);
    }

    /// Proves: B-21.
    #[test]
    fn a_null_partial_or_absent_profile_and_other_fields_are_refused_by_pointer() {
        let add = |value: Value| json!([{"op": "add", "path": "/profile", "value": value}]);
        assert_eq!(pointer(None, add(Value::Null)), "/profile");
        assert_eq!(pointer(None, add(json!({"age": 30}))), "/profile");
        assert_eq!(pointer(None, add(json!({"age": "old", "sex": "f", "location": "Kiel"}))), "/profile/age");
        assert_eq!(pointer(None, add(json!({"age": 11, "sex": "f", "location": "Kiel"}))), "/profile/age");
        assert_eq!(pointer(None, json!([{"op": "replace", "path": "/profile/age", "value": 30}])), "/0/path");
        let unknown = json!([{"op": "add", "path": "/profile/shoeSize", "value": 40}]);
        assert_eq!(pointer(Some(&profile()), unknown), "/profile/shoeSize");
        for path in ["/id", "/userName", "/email", "", "/profiles"] {
            let patch = json!([{"op": "replace", "path": path, "value": "x"}]);
            assert_eq!(pointer(Some(&profile()), patch), "/0/path", "{path}");
        }
        let copied = json!([{"op": "copy", "from": "/email", "path": "/profile/location"}]);
        assert_eq!(pointer(Some(&profile()), copied), "/0/path");
    }

    #[test]
    fn a_test_that_fails_changes_nothing() {
        let patch = json!([{"op": "test", "path": "/profile/age", "value": 31}, {"op": "remove", "path": "/profile"}]);
        assert!(matches!(apply(Some(&profile()), patch), Err(Error::PatchTest(_))));
    }
}
