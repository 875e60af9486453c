//! A limited number of places, for connections or requests, that no single address can take all of.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One address may hold four places in five. A reverse proxy in front is one address, and so are all
/// clients behind one router.
const ADDRESS_SHARE: (usize, usize) = (4, 5);

/// The bits of an IPv6 address that name a network. A client can choose the rest itself.
const IPV6_NETWORK_BITS: u32 = 64;

/// A number of places.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    per_address: usize,
    shares: Mutex<HashMap<IpAddr, Share>>,
}

/// What is left of the places that an address may hold.
struct Share {
    left: Arc<Semaphore>,
    /// How many hold one of its places or wait for one. With none, the share is forgotten.
    users: usize,
}

/// A place that is held until this is dropped.
pub(crate) struct Place {
    // Dropped in this order: first there is a place again, then the address may have one more.
    _place: Option<OwnedSemaphorePermit>,
    _part: PartOfShare,
}

impl Places {
    /// This number of places.
    pub(crate) fn new(number: usize) -> Arc<Self> {
        Arc::new(Self {
            all: Arc::new(Semaphore::new(number)),
            per_address: (number * ADDRESS_SHARE.0 / ADDRESS_SHARE.1).max(1),
            shares: Mutex::default(),
        })
    }

    /// Waits for a place for an address: until one is free, and the address has less than its share.
    pub(crate) async fn wait(self: &Arc<Self>, address: IpAddr) -> Place {
        let mut part = PartOfShare::new(self, address);
        let left = Arc::clone(&part.left);
        // No semaphore is ever closed.
        part.permit = left.acquire_owned().await.ok();
        Place {
            _place: Arc::clone(&self.all).acquire_owned().await.ok(),
            _part: part,
        }
    }

    /// Waits for a free place, before it is known which address it is for; see [`FreePlace::give`].
    pub(crate) async fn free(self: &Arc<Self>) -> FreePlace {
        FreePlace {
            places: Arc::clone(self),
            place: Arc::clone(&self.all).acquire_owned().await.ok(),
        }
    }

    /// How many places one address may hold.
    pub(crate) fn per_address(&self) -> usize {
        self.per_address
    }

    fn shares(&self) -> MutexGuard<'_, HashMap<IpAddr, Share>> {
        // A panic leaves it in order.
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that belongs to no address yet.
pub(crate) struct FreePlace {
    places: Arc<Places>,
    place: Option<OwnedSemaphorePermit>,
}

impl FreePlace {
    /// Gives it to an address; `None` where that has its share already.
    pub(crate) fn give(self, address: IpAddr) -> Option<Place> {
        let mut part = PartOfShare::new(&self.places, address);
        part.permit = Some(Arc::clone(&part.left).try_acquire_owned().ok()?);
        Some(Place {
            _place: self.place,
            _part: part,
        })
    }
}

/// One user of a share: waiting for a place, or holding it.
struct PartOfShare {
    places: Arc<Places>,
    address: IpAddr,
    left: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl PartOfShare {
    fn new(places: &Arc<Places>, address: IpAddr) -> Self {
        let address = network(address);
        let mut shares = places.shares();
        let share = shares.entry(address).or_insert_with(|| Share {
            left: Arc::new(Semaphore::new(places.per_address)),
            users: 0,
        });
        share.users += 1;
        let left = Arc::clone(&share.left);
        drop(shares);
        Self {
            places: Arc::clone(places),
            address,
            left,
            permit: None,
        }
    }
}

impl Drop for PartOfShare {
    fn drop(&mut self) {
        let mut shares = self.places.shares();
        if let Some(share) = shares.get_mut(&self.address) {
            share.users -= 1;
            if share.users == 0 {
                shares.remove(&self.address);
            }
        }
    }
}

/// What counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> IPV6_NETWORK_BITS << IPV6_NETWORK_BITS;
            Ipv6Addr::from_bits(network).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures::FutureExt as _;

    use super::*;

    const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn an_address_waits_at_its_share_and_others_do_not() {
        let places = Places::new(4);
        let mut held: Vec<_> = (0..3)
            .map(|_| places.wait(ONE).now_or_never().unwrap())
            .collect();
        let mut next = Box::pin(places.wait(ONE));
        assert!((&mut next).now_or_never().is_none());
        held.push(places.wait(OTHER).now_or_never().unwrap());
        held.remove(0);
        assert!(next.now_or_never().is_some());
    }

    #[test]
    fn an_address_may_hold_most_places_and_not_all() {
        for (number, want) in [(1, 1), (2, 1), (5, 4), (1_250, 1_000)] {
            assert_eq!(Places::new(number).per_address(), want, "{number}");
        }
    }

    #[test]
    fn what_waits_for_the_last_place_gets_it() {
        let places = Places::new(1);
        let held = places.wait(ONE).now_or_never().unwrap();
        let mut next = Box::pin(places.wait(OTHER));
        assert!((&mut next).now_or_never().is_none());
        drop(held);
        assert!(next.now_or_never().is_some());
    }

    #[test]
    fn a_free_place_goes_to_whoever_has_less_than_their_share() {
        let places = Places::new(2);
        let free = || places.free().now_or_never().unwrap();
        let held = free().give(ONE).unwrap();
        assert!(free().give(ONE).is_none());
        let other = free().give(OTHER).unwrap();
        assert!(places.free().now_or_never().is_none());
        drop((held, other));
        assert!(free().give(ONE).is_some());
    }

    #[test]
    fn a_network_is_one_address() {
        let places = Places::new(2);
        let free = || places.free().now_or_never().unwrap();
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("::ffff:192.0.2.1", "192.0.2.2", false),
        ] {
            let held = free().give(one.parse().unwrap());
            let other_held = free().give(other.parse().unwrap());
            assert_eq!(other_held.is_none(), same, "{one} and {other}");
            drop(held);
        }
    }

    #[test]
    fn addresses_that_hold_nothing_are_forgotten() {
        let places = Places::new(2);
        let held = places.wait(ONE).now_or_never().unwrap();
        let mut waiting = Box::pin(places.wait(ONE));
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(places.shares().len(), 1);
        drop(waiting);
        drop(held);
        assert_eq!(places.shares().len(), 0);
    }
}
