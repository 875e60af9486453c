//! Which upstreams have failed lately, for all instances to know: in key-value storage, by their URL.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kit::key_value::KeyValue;

use crate::upstreams::Upstream;

/// How long an upstream that failed is left alone, if there is another one.
const PAUSE: Duration = Duration::from_secs(10);

/// What stands before the URL in a key.
const KEY: &str = "reverse/failed/";

/// Whether an upstream failed lately. A store that cannot be asked keeps nobody from an upstream.
pub(crate) async fn has_failed(
    store: &impl KeyValue,
    upstream: &Upstream,
    now: SystemTime,
) -> bool {
    let value = store.get(&key(upstream)).await.unwrap_or_else(|why| {
        eprintln!("which upstreams have failed cannot be read: {why}");
        None
    });
    let failed = value.and_then(|value| String::from_utf8(value).ok()?.parse().ok());
    // The clocks of two servers differ.
    failed.is_some_and(|failed: u64| Duration::from_millis(millis(now).abs_diff(failed)) < PAUSE)
}

/// Notes that an upstream failed just now.
pub(crate) async fn note_failure(store: &impl KeyValue, upstream: &Upstream, now: SystemTime) {
    let value = millis(now).to_string().into_bytes();
    if let Err(why) = store.set(&key(upstream), value).await {
        eprintln!("that {} has failed cannot be noted: {why}", upstream.url());
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
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let failed = |upstream, after| {
            block_on(has_failed(
                &store,
                upstream,
                now + Duration::from_millis(after),
            ))
        };
        assert!(!failed(a, 0));
        block_on(note_failure(&store, a, now));
        for (upstream, after, want) in [
            (a, 0, true),
            (a, 9_999, true),
            (a, 10_000, false),
            (b, 0, false),
        ] {
            assert_eq!(failed(upstream, after), want, "{} {after}", upstream.url());
        }
        // By a clock that is behind.
        let earlier = |seconds| block_on(has_failed(&store, a, now - Duration::from_secs(seconds)));
        assert!(earlier(9) && !earlier(10));
    }

    #[test]
    fn what_is_no_time_in_the_store_is_nothing() {
        let upstreams: Upstreams = "http://a".parse().unwrap();
        let upstream = upstreams.iter().next().unwrap();
        let store = TestStore::default();
        for value in ["", "never", "-1"] {
            block_on(store.set("reverse/failed/http://a", value.into())).unwrap();
            assert!(
                !block_on(has_failed(&store, upstream, UNIX_EPOCH)),
                "{value}"
            );
        }
    }
}
