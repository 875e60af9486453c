//! GET /data: what the tutorial's form is sent to.

use kit::{Request, Response, Result, redirect};

use crate::{draft::Draft, rights::Rights, store::Words};

/// Adds a word and goes back to the page. A pair that is there stays there once.
pub(crate) async fn data(request: Request) -> Result<Response> {
    let words = Words::open().await?;
    let rights = Rights::new(&request, &words).await?;
    let owner = rights.owner()?;
    let draft = Draft::from_args(request.args())?;
    words.insert(&draft, owner).await?;
    Ok(redirect("/"))
}
