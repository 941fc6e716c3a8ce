use crate::harness::{Fate, Line, World, releases};
use securechat_operator_controller::run::RunError;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A life that nothing ended so far is ended then.
const LONG_ENOUGH: Duration = Duration::from_millis(1_500);

/// Where an operator is killed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    /// So many writes were answered.
    pub(super) after: usize,
    /// Whether the next one reached the API server, too.
    pub(super) reached: bool,
}

/// One life of the operator's process.
pub(super) struct Life {
    line: Line,
    operator: JoinHandle<Result<(), RunError>>,
    killed: CancellationToken,
}

impl Life {
    pub(super) async fn start(world: &World, death: Option<Death>) -> Self {
        let (line, killed) = (Line::new(), CancellationToken::new());
        if let Some(death) = death {
            line.judge(dies(death, killed.clone()));
        }
        let client = line.client(world.server).await;
        // The same name in every life, as a container has that is started again in its pod.
        let (_, operator) = world.spawn_operator_as(client, "one", "operator", releases());
        Self { line, operator, killed }
    }

    /// Waits until it is killed where it was to be, or at some other place after a while.
    pub(super) async fn until_dead(self) {
        let _ = tokio::time::timeout(LONG_ENOUGH, self.killed.cancelled()).await;
        self.kill().await;
    }

    /// Ends it at once: nothing is finished, nothing given back.
    pub(super) async fn kill(self) {
        self.operator.abort();
        let _ = self.operator.await;
    }

    /// How much it wrote.
    pub(super) fn writes(&self) -> usize {
        self.line.count(crate::harness::Asked::is_write)
    }
}

fn dies(death: Death, killed: CancellationToken) -> impl FnMut(&crate::harness::Asked) -> Fate + Send + 'static {
    let (mut left, mut dead) = (death.after, false);
    move |asked| {
        if dead {
            return Fate::Lost;
        }
        if !asked.is_write() {
            return Fate::Pass;
        }
        if left > 0 {
            left -= 1;
            return Fate::Pass;
        }
        dead = true;
        if death.reached {
            Fate::AnswerLost(killed.clone())
        } else {
            killed.cancel();
            Fate::Lost
        }
    }
}
