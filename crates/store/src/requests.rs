//! Permission requests: what was asked, what happened since, and how it stands.
//!
//! A request's row keeps the ask and sums up its steps; the steps are the truth, each stored once under its
//! key. Who changes a request takes the lock of its row first, and so does not miss what another replica
//! adds. Locks are taken in one order everywhere: installation, trigger, request, outbox.

mod answers;
mod limits;
mod people;
mod rows;
mod steps;
mod triggers;

use grantbook_core::request::{Ask, PermissionRequest, RequestId, Step};

use crate::{
    Store, StoreError,
    installations::InstallationRef,
    outbox::{self, NewOutbox},
};

pub use crate::queries::requests::RequestFilter;
pub(crate) use answers::{Answer, app_of, record as record_answers};
pub(crate) use steps::{Applied, apply, notice};
pub(crate) use triggers::bound;
pub use triggers::{Press, PressRecord, Recorded};

/// A request to be drafted, with what is to be done at once.
#[derive(Clone, Debug)]
pub struct NewAsk {
    /// What is asked. Its installation is `installation`.
    pub ask: Ask,
    /// Where it is kept.
    pub installation: InstallationRef,
    /// The message to be sent, decided in the same transaction; its `request` is filled in.
    pub outbox: Option<NewOutbox>,
}

impl Store {
    /// Keeps a draft and, in the same transaction, what is to be sent.
    pub async fn draft_request(&self, new: NewAsk) -> Result<PermissionRequest, StoreError> {
        let tx = self.begin().await?;
        let request = rows::insert(&tx, new.installation.row, new.ask).await?;
        if let Some(outbox) = new.outbox {
            let outbox = NewOutbox {
                request: Some(request.id),
                ..outbox
            };
            outbox::insert(&tx, outbox, request.ask.drafted_at).await?;
        }
        self.commit(tx, notice(&request)).await?;
        Ok(request)
    }

    /// One request with all its steps, or `None`.
    pub async fn request(&self, id: RequestId) -> Result<Option<PermissionRequest>, StoreError> {
        rows::load(self.db(), id).await
    }

    /// Adds what happened to a request; `None` for an unknown one. The same step again changes nothing, and a
    /// step that cannot belong to the request is logged and left out.
    pub async fn record_step(&self, id: RequestId, step: Step) -> Result<Option<PermissionRequest>, StoreError> {
        let now = step.at;
        let tx = self.begin().await?;
        let applied = apply(&tx, id, vec![step], now).await?;
        self.commit(tx, Applied::notices(applied.as_ref())).await?;
        Ok(applied.map(|applied| applied.request))
    }
}
