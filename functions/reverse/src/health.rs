//! Which upstreams have failed lately, for all instances to know: in key-value storage, by their URL.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kit::key_value::{KeyValue, KeyValueError};

use crate::upstreams::Upstream;

/// How long an upstream that failed is left alone, if there is another one.
const PAUSE: Duration = Duration::from_secs(10);

/// What stands before the URL in a key.
const KEY: &str = "reverse/failed/";

/// What the store says of upstreams. It is opened when it is first asked: a request needs none where there is one upstream,
/// and that answers.
pub(crate) struct Failures<S, O> {
    open: O,
    store: Option<S>,
}

impl<S: KeyValue, O: AsyncFn() -> Result<S, KeyValueError>> Failures<S, O> {
    pub(crate) fn new(open: O) -> Self {
        Self { open, store: None }
    }

    /// Whether an upstream failed lately. A store that cannot be asked keeps nobody from an upstream.
    pub(crate) async fn has(&mut self, upstream: &Upstream, now: SystemTime) -> bool {
        let value = match self.store().await {
            Ok(store) => store.get(&key(upstream)).await,
            Err(why) => Err(why),
        };
        let value = value.unwrap_or_else(|why| {
            eprintln!("which upstreams have failed cannot be read: {why}");
            None
        });
        let failed = value.and_then(|value| String::from_utf8(value).ok()?.parse().ok());
        // The clocks of two servers differ.
        failed
            .is_some_and(|failed: u64| Duration::from_millis(millis(now).abs_diff(failed)) < PAUSE)
    }

    /// Notes that an upstream failed just now.
    pub(crate) async fn note(&mut self, upstream: &Upstream, now: SystemTime) {
        let value = millis(now).to_string().into_bytes();
        let noted = match self.store().await {
            Ok(store) => store.set(&key(upstream), value).await,
            Err(why) => Err(why),
        };
        if let Err(why) = noted {
            eprintln!("that {} has failed cannot be noted: {why}", upstream.url());
        }
    }

    async fn store(&mut self) -> Result<&S, KeyValueError> {
        match &mut self.store {
            Some(store) => Ok(store),
            none => Ok(none.insert((self.open)().await?)),
        }
    }
}

fn key(upstream: &Upstream) -> String {
    format!("{KEY}{}", upstream.url())
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::key_value::TestStore;

    use super::*;
    use crate::upstreams::Upstreams;

    #[test]
    fn a_failure_counts_for_ten_seconds() {
        let upstreams: Upstreams = "http://a, http://b".parse().unwrap();
        let [a, b] = upstreams.iter().collect::<Vec<_>>().try_into().unwrap();
        let store = TestStore::default();
        let mut failures = Failures::new(async || Ok(store.clone()));
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert!(!block_on(failures.has(a, now)));
        block_on(failures.note(a, now));
        let mut failed =
            |upstream, after| block_on(failures.has(upstream, now + Duration::from_millis(after)));
        for (upstream, after, want) in [
            (a, 0, true),
            (a, 9_999, true),
            (a, 10_000, false),
            (b, 0, false),
        ] {
            assert_eq!(failed(upstream, after), want, "{} {after}", upstream.url());
        }
        // By a clock that is behind.
        let mut earlier = |seconds| block_on(failures.has(a, now - Duration::from_secs(seconds)));
        assert!(earlier(9) && !earlier(10));
    }

    #[test]
    fn what_is_no_time_in_the_store_is_nothing() {
        let upstreams: Upstreams = "http://a".parse().unwrap();
        let upstream = upstreams.iter().next().unwrap();
        let store = TestStore::default();
        let mut failures = Failures::new(async || Ok(store.clone()));
        for value in ["", "never", "-1"] {
            block_on(store.set("reverse/failed/http://a", value.into())).unwrap();
            assert!(!block_on(failures.has(upstream, UNIX_EPOCH)), "{value}");
        }
    }
}
