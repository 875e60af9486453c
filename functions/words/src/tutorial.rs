//! GET /data: what the tutorial's form is sent to.

use kit::{Request, Response, Result, redirect};

use crate::{draft::Draft, store::Words};

/// Adds a word and goes back to the page. A pair that is there stays there once.
pub(crate) async fn data(request: Request) -> Result<Response> {
    let draft = Draft::of_query(request.args())?;
    Words::open().await?.insert(&draft, None).await?;
    Ok(redirect("/"))
}
