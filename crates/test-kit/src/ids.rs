use securechat_kernel::{IdGenerator, SystemIds};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::{Builder, Uuid};

/// Ids that count from a seed: the same in every run. Clones share the count.
#[derive(Debug, Clone)]
pub struct CountingIds {
    seed: u16,
    next: Arc<AtomicU64>,
}

impl CountingIds {
    /// Ids of the series `seed`; two series never meet.
    pub fn seeded(seed: u16) -> Self {
        Self { seed, next: Arc::new(AtomicU64::new(1)) }
    }
}

impl IdGenerator for CountingIds {
    fn uuid_v7(&self) -> Uuid {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 10];
        random[..2].copy_from_slice(&self.seed.to_be_bytes());
        random[2..].copy_from_slice(&count.to_be_bytes());
        // The time part grows too: these ids sort like real ones.
        Builder::from_unix_timestamp_millis(1_767_355_200_000 + count, &random).into_uuid()
    }
}

/// A name nobody else uses: `<prefix>_` and twelve hexadecimal digits.
pub fn unique_name(prefix: &str) -> String {
    let id = SystemIds.uuid_v7().simple().to_string();
    format!("{prefix}_{}", &id[20..])
}
