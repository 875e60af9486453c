//! Which upstream is asked, and which one after that.

use std::time::SystemTime;

use kit::{
    Error, Response, Result,
    client::{ClientError, Failure},
    key_value::{KeyValue, KeyValueError},
};

use crate::{
    health::Failures,
    upstreams::{Upstream, Upstreams, choose},
};

/// Asks one upstream, and another one where the first did not answer and the request is repeatable. Those that failed
/// lately are asked only where there is no other.
///
/// # Errors
/// What the last one failed with.
pub(crate) async fn ask<'a, S: KeyValue>(
    upstreams: &'a Upstreams,
    mut failures: Failures<S, impl AsyncFn() -> Result<S, KeyValueError>>,
    is_repeatable: bool,
    mut send: impl AsyncFnMut(&'a Upstream) -> Result<Response, ClientError>,
) -> Result<(&'a Upstream, Response)> {
    let mut candidates = Candidates::new(upstreams);
    let mut tries = if is_repeatable { 2 } else { 1 };
    let mut failed = None;
    while tries > 0
        && let Some(upstream) = candidates.next(&mut failures).await?
    {
        let error = match send(upstream).await {
            Ok(response) => return Ok((upstream, response)),
            Err(error) => error,
        };
        eprintln!("the upstream {} failed: {error}", upstream.url());
        if is_the_upstreams(error.failure()) {
            failures.note(upstream, SystemTime::now()).await;
        }
        // One that was asked and has kept us waiting has used up the time for another.
        tries = if error.failure() == Failure::Timeout {
            0
        } else {
            tries - 1
        };
        failed = Some(error);
    }
    let failed = failed.map_or_else(|| Error::internal("there is no upstream"), Error::from);
    Err(failed)
}

/// Whether another upstream could do better.
fn is_the_upstreams(failure: Failure) -> bool {
    match failure {
        Failure::NameNotFound
        | Failure::Unreachable
        | Failure::ConnectTimeout
        | Failure::Timeout
        | Failure::Tls
        | Failure::Broken => true,
        Failure::NotAllowed | Failure::Blocked | Failure::RequestBody | Failure::Invalid => false,
    }
}

/// The upstreams that were not asked yet.
struct Candidates<'a> {
    /// Of these nobody looked in the store.
    unseen: Vec<&'a Upstream>,
    failed: Vec<&'a Upstream>,
}

impl<'a> Candidates<'a> {
    fn new(upstreams: &'a Upstreams) -> Self {
        Self {
            unseen: upstreams.iter().collect(),
            failed: Vec::new(),
        }
    }

    /// Takes one by chance, which has not failed lately if there is such a one. The store is asked once for each at
    /// most, and for none where there is no choice.
    async fn next<S: KeyValue>(
        &mut self,
        failures: &mut Failures<S, impl AsyncFn() -> Result<S, KeyValueError>>,
    ) -> Result<Option<&'a Upstream>> {
        let now = SystemTime::now();
        while let Some(upstream) = take(&mut self.unseen)? {
            let is_the_last = self.unseen.is_empty() && self.failed.is_empty();
            if is_the_last || !failures.has(upstream, now).await {
                return Ok(Some(upstream));
            }
            self.failed.push(upstream);
        }
        take(&mut self.failed)
    }
}

/// Takes one by chance.
fn take<'a>(upstreams: &mut Vec<&'a Upstream>) -> Result<Option<&'a Upstream>> {
    if upstreams.is_empty() {
        return Ok(None);
    }
    let random = getrandom::u64().map_err(Error::internal)?;
    let chosen = choose(upstreams, random);
    upstreams.retain(|upstream| Some(*upstream) != chosen);
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::executor::block_on;
    use kit::{key_value::TestStore, text};

    use super::*;

    /// Asks upstreams of which each fails in its way or answers. Says who was asked, and the status.
    fn asked(
        store: &TestStore,
        upstreams: &str,
        is_repeatable: bool,
        fails: &[(&str, Failure)],
    ) -> (Vec<String>, u16) {
        let upstreams: Upstreams = upstreams.parse().unwrap();
        let asked = RefCell::new(Vec::new());
        let failures = Failures::new(async || Ok(store.clone()));
        let answer = block_on(ask(&upstreams, failures, is_repeatable, async |upstream| {
            let url = upstream.url();
            let failure = fails.iter().find(|(failing, _)| *failing == url);
            asked.borrow_mut().push(url);
            match failure {
                Some((_, failure)) => Err((*failure).into()),
                None => Ok(text("")),
            }
        }));
        let status = match answer {
            Ok((_, response)) => response.status(),
            Err(error) => error.status(),
        };
        (asked.into_inner(), status.as_u16())
    }

    const A: &str = "http://a";
    const BOTH: &str = "http://a=1000, http://b=1";

    #[test]
    fn another_one_is_asked_once_where_the_request_can_be_repeated() {
        use Failure::*;
        for (failure, is_repeatable, count, status) in [
            (Unreachable, true, 2, 502),
            (ConnectTimeout, true, 2, 504),
            (Broken, true, 2, 502),
            (Unreachable, false, 1, 502),
            (Timeout, true, 1, 504),
        ] {
            let fails = [(A, failure), ("http://b", failure), ("http://c", failure)];
            let upstreams = format!("{BOTH}, http://c");
            let (asked, got) = asked(&TestStore::default(), &upstreams, is_repeatable, &fails);
            assert_eq!(
                (asked.len(), got),
                (count, status),
                "{failure:?}: {asked:?}"
            );
            assert!(asked.first() != asked.get(1), "{asked:?}");
        }
    }

    #[test]
    fn who_failed_is_asked_only_where_there_is_no_other() {
        let store = TestStore::default();
        let fails = [(A, Failure::Unreachable)];
        // The first is as good as always chosen, and all know then that it failed.
        while asked(&store, BOTH, true, &fails)
            .0
            .first()
            .is_none_or(|first| first != A)
        {}
        for _ in 0..100 {
            assert_eq!(
                asked(&store, BOTH, true, &fails),
                (vec!["http://b".to_owned()], 200)
            );
        }
        assert_eq!(asked(&store, A, true, &[]), (vec![A.to_owned()], 200));
        // Where all have failed, any is asked.
        let both_fail = [
            (A, Failure::Unreachable),
            ("http://b", Failure::Unreachable),
        ];
        assert_eq!(asked(&store, BOTH, true, &both_fail).0.len(), 2);
        assert_eq!(asked(&store, BOTH, true, &[]).1, 200);
    }

    #[test]
    fn what_is_not_the_upstreams_fault_is_not_held_against_it() {
        for failure in [
            Failure::NotAllowed,
            Failure::Blocked,
            Failure::RequestBody,
            Failure::Invalid,
        ] {
            let store = TestStore::default();
            asked(&store, A, true, &[(A, failure)]);
            assert_eq!(store.peek("reverse/failed/http://a"), None, "{failure:?}");
        }
    }

    #[test]
    fn a_store_that_fails_keeps_nobody_from_an_upstream() {
        let store = TestStore::default();
        store.fail(Some(kit::key_value::Fault::RefusedFrom(1)));
        assert_eq!(
            asked(&store, BOTH, true, &[(A, Failure::Unreachable)]).1,
            200
        );
    }
}
