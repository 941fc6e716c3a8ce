//! One look of the operator at the played cluster, with the places where it may die.

use super::Seeded;
use super::world::{Job, World};
use securechat_operator_plan::{Change, Component, JobState, Steps};
use std::collections::BTreeSet;

/// A look. An operator that `may_die` does so between any two writes, and is followed by one that lists everything anew.
pub(crate) fn look(world: &mut World, random: &mut Seeded, may_die: bool) {
    if once(world, random, may_die).is_none() {
        world.trail.push("died".to_owned());
        world.sync();
    }
}

/// `None` when the operator died.
fn once(world: &mut World, random: &mut Seeded, may_die: bool) -> Option<()> {
    let write = |random: &mut Seeded| (!(may_die && random.once_in(8))).then_some(());
    if world.approved.as_ref() != Some(&world.asked) {
        let wish = world.releases.find(&world.asked).unwrap();
        if Change::plan(wish, &world.observe()).refusals.is_empty() {
            write(random)?;
            world.approved = Some(world.asked.clone());
            return Some(());
        }
    }
    let version = world.approved.clone()?;
    let topology = world.topologies[version.as_str()].clone();
    let mut observed = world.observe();
    let mut steps = Steps::decide(&topology, &observed);
    if steps.asks_for_old_pods {
        observed.old_pods = Some(world.old_pods(&version));
        steps = Steps::decide(&topology, &observed);
    }
    let mut wanted = BTreeSet::new();
    for (name, service) in &steps.services {
        wanted.extend(service.kept.iter().cloned());
        let Some(job) = &service.job else { continue };
        wanted.insert(job.name.clone());
        if service.may_make && !world.known_jobs.contains_key(&job.name) {
            write(random)?;
            world.make(&job.name, Job { service: *name, files: job.files.clone(), state: JobState::Running });
        }
    }
    let rolls = steps.services.iter().filter(|(_, service)| service.rollout.is_open());
    let rolls: Vec<_> = rolls.map(|(name, _)| Component::Service(*name)).collect();
    for component in rolls.into_iter().chain(steps.web.is_open().then_some(Component::Web)) {
        if world.parts.get(&component).is_none_or(|part| part.template != version) {
            write(random)?;
            world.roll(component, &version);
        }
    }
    let swept = world.known_jobs.iter().filter(|(name, state)| **state != JobState::Running && !wanted.contains(*name));
    let swept: Vec<_> = swept.map(|(name, _)| name.clone()).collect();
    for name in swept {
        write(random)?;
        world.jobs.remove(&name);
        world.known_jobs.remove(&name);
    }
    write(random)?;
    for (name, service) in &steps.services {
        world.records.insert(*name, service.noted(&version, true));
        let part = observed.parts.get(&Component::Service(*name)).filter(|part| part.settled);
        world.served.extend(part.map(|part| (*name, part.version.clone())));
    }
    Some(())
}
