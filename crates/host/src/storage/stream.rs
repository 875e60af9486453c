//! What a guest reads from a stream, out of what some thread makes.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use wasmtime::{
    StoreContextMut,
    component::{Destination, Lower, StreamProducer, StreamResult, VecBuffer},
};

use crate::run::state::State;

/// Where the items of a stream come from.
pub(crate) trait Source: Send + 'static {
    /// One item.
    type Item: Lower + Send + Sync + 'static;

    /// The next items, at most `count` and at least one; none at the end.
    fn poll_items(&mut self, context: &mut Context<'_>, count: usize) -> Poll<Vec<Self::Item>>;
}

/// The items of a source, given to a guest as it reads them.
pub(crate) struct Produced<S>(pub(crate) S);

impl<S: Source + Unpin> StreamProducer<State> for Produced<S> {
    type Item = S::Item;
    type Buffer = VecBuffer<S::Item>;

    fn poll_produce(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        mut destination: Destination<'_, S::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let wanted = destination.remaining(store).unwrap_or(1);
        if wanted == 0 {
            // A guest that only asks whether there are items gets none.
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.0.poll_items(context, wanted) {
            Poll::Ready(items) if items.is_empty() => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(items) => {
                destination.set_buffer(items.into());
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}
