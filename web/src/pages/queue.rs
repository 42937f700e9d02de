//! The approval queue: what waits for a person, what was decided, and one request beside the list.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use grantbook_core::view::{
    Page,
    approvals::{AppRequestView, Outcome, QueueSource, State},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Memo, derived, effect, memo, redrawn};
use crate::{
    address,
    client::{self, Notice, Remote, remote_keeping, use_live},
    components::{
        BACK_AND_ON, CopyLink, FieldList, Fresh, FreshLine, Glyph, Icon, Listing, OldRows, PageHead, RelativeTime,
        Segment, Segmented, TrailPager, shown,
    },
    session::{Session, use_session},
    shell::keys,
    view_model::{
        fields::{Fields, PAGE},
        number::count,
        queue::{self, NAMES, TABS},
    },
};

pub mod bulk;
pub mod card;
pub mod chips;
pub mod decide;
pub mod fields;
pub mod panel;
pub mod row;
pub mod table;

use decide::Choice;

/// How long a request that was decided stays with its word before it leaves the list.
const FAREWELL: Duration = Duration::from_millis(2_500);

/// A page narrower than this, in pixels, opens a request on its own page.
const WIDE: f64 = 1_088.0;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Here {
    /// Who looks.
    session: Session,
    /// The filter in force: the address.
    list: FieldList,
    /// The page of the list.
    page: Remote<Page<AppRequestView>>,
    /// The request beside the list.
    open: Memo<Option<i64>>,
    /// Puts another beside the list, or none.
    show: Callback<Option<i64>>,
    /// The row that has the focus, or had it last.
    cursor: RwSignal<Option<i64>>,
    /// Rows that are selected.
    picked: RwSignal<BTreeSet<i64>>,
    /// Rows that no longer belong here, and why: they leave after a moment.
    leaving: RwSignal<BTreeMap<i64, State>>,
    /// The decision that a dialog is open for.
    choice: RwSignal<Option<Choice>>,
    /// The request whose requester is to be asked why.
    asking: RwSignal<Option<AppRequestView>>,
}

impl Here {
    fn state(self) -> String {
        self.list.filter.with(|filter| queue::state_of(filter).to_owned())
    }

    /// Whether rows can be selected and decided here.
    fn decides(self) -> bool {
        self.session.is_approver() && self.list.filter.with(|filter| queue::state_of(filter) == "open")
    }

    fn rows(self) -> Vec<AppRequestView> {
        let page = self.page.signal();
        page.with_untracked(|page| page.iter().flat_map(|page| page.items.clone()).collect())
    }

    fn find(self, id: i64) -> Option<AppRequestView> {
        self.rows().into_iter().find(|row| row.id == id)
    }

    /// What a key acts on: the rows selected, else the request beside the list, else the row with the focus.
    fn meant(self) -> Vec<AppRequestView> {
        let picked = self.picked.get_untracked();
        if !picked.is_empty() {
            let rows = self.rows();
            return rows.into_iter().filter(|row| picked.contains(&row.id)).collect();
        }
        let one = self.open.get_untracked().or(self.cursor.get_untracked());
        one.and_then(|id| self.find(id)).into_iter().collect()
    }

    /// Whether nobody has decided it meanwhile.
    fn stays(self, id: i64) -> bool {
        self.leaving.with_untracked(|leaving| !leaving.contains_key(&id))
    }

    /// Opens the dialog for a decision on what is meant.
    fn decide(self, outcome: Outcome) -> bool {
        let requests: Vec<_> = self
            .meant()
            .into_iter()
            .filter(|row| row.state == State::Open && self.stays(row.id))
            .collect();
        let acts = !requests.is_empty() && untrack(|| self.session.is_approver());
        if acts {
            self.choice.set(Some(Choice { outcome, requests }));
        }
        acts
    }
}

/// The page. Its filter is its address.
#[component]
pub fn QueuePage() -> impl IntoView {
    let list = FieldList::at(address::QUEUE, NAMES);
    let call = memo(move |_| list.filter.with(|filter| queue::asked(filter).call()));
    let page = remote_keeping(
        move || call.get(),
        |query| async move { client::app_requests(&query).await },
    );
    let here = here(list, page);
    let summary = remote_keeping(|| (), |()| client::queue_summary());
    let refresh = Callback::new(move |()| {
        page.refresh();
        summary.refresh();
    });
    let listing = Listing {
        call,
        ..list.listing(refresh)
    };
    let fresh = Fresh::watch(
        listing,
        move |notice| arrived(here, notice),
        move || !listing.is_at_top(),
    );
    watch_leaving(here, refresh);
    keys::on_page(move |event| press(here, event));
    let headline = move || {
        summary
            .signal()
            .with(|summary| summary.as_ref().map(queue::headline))
            .unwrap_or_default()
    };
    let sources = move || {
        let sources = summary.value().map(|summary| summary.sources).unwrap_or_default();
        sources
            .into_iter()
            .filter(|source| !source.sentence.is_empty())
            .map(trouble)
            .collect_view()
    };
    let export = move || client::app_requests_csv(&list.filter.with(|filter| queue::asked(filter).export()));
    let changed = move || {
        let waiting = u64::try_from(fresh.count()).unwrap_or_default();
        (waiting > 0).then(|| format!("{} new: show", count(waiting, "request")))
    };
    let rules = move || {
        let word = if here.session.is_approver() {
            "Edit rules"
        } else {
            "See the rules"
        };
        view! { <a class="btn" href=address::RULES>{word}</a> }
    };
    let done = Callback::new(move |ids: Vec<i64>| {
        here.picked.update(|picked| picked.retain(|id| !ids.contains(id)));
        summary.refresh();
        later(refresh);
    });
    view! {
        <PageHead title="Approval queue" text=ViewFn::from(headline)>
            <CopyLink/>
            <a class="btn hide-narrow" href=export download="app-requests.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
            {redrawn(rules)}
        </PageHead>
        {redrawn(sources)}
        {redrawn(move || tabs(list))}
        <div class="row wrap">{redrawn(move || orders(list))}{chips::bar(list)}</div>
        <OldRows what="The queue" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=refresh/>
        <div class:split=move || here.open.with(Option::is_some) class:queue-split=true>
            <div class="stack tight">
                <div>
                    <FreshLine text=derived(changed) on_show=move |()| fresh.show()/>
                    {table::table(here, refresh)}
                </div>
                {pager(here, listing)}
            </div>
            {panel::panel(here)}
        </div>
        {decide::dialog(here.choice, done)}
        {decide::ask(here.asking)}
    }
}

/// Newer and Older, or on and back where the list is not by time; keys that decide only where something can be.
fn pager(here: Here, listing: Listing) -> AnyView {
    let known = memo(move |_| (here.decides(), here.list.filter.with(queue::order_of)));
    redrawn(move || {
        let (decides, order) = known.get();
        let hints = if decides {
            [("A", "approve"), ("R", "restrict")]
        } else {
            [("↵", "open"), ("L", "copy link")]
        };
        let words = match order {
            "newest" | "decided" => ("Newer", "Older"),
            _ => BACK_AND_ON,
        };
        view! { <TrailPager listing shown=shown(here.page) size=PAGE one="request" hints words/> }
    })
    .into_any()
}

fn here(list: FieldList, page: Remote<Page<AppRequestView>>) -> Here {
    let query = use_query_map();
    let open = memo(move |_| query.with(|query| query.get("open").and_then(|id| id.parse().ok())));
    let navigate = use_navigate();
    let show = Callback::new(move |id: Option<i64>| {
        let options = NavigateOptions {
            scroll: false,
            replace: true,
            ..NavigateOptions::default()
        };
        let filter = list.filter.with_untracked(Fields::address);
        let open = address::query(&[("open", &id.map(|id| id.to_string()).unwrap_or_default())]);
        let both = [filter, open].into_iter().filter(|part| !part.is_empty());
        let query = both.collect::<Vec<_>>().join("&");
        navigate(&address::join(address::QUEUE, &query), options);
    });
    let here = Here {
        session: use_session(),
        list,
        page,
        open,
        show,
        cursor: RwSignal::new(None),
        picked: RwSignal::new(BTreeSet::new()),
        leaving: RwSignal::new(BTreeMap::new()),
        choice: RwSignal::new(None),
        asking: RwSignal::new(None),
    };
    // What is selected is what can be seen.
    effect(move || {
        let ids: BTreeSet<i64> = page
            .signal()
            .with(|page| page.iter().flat_map(|page| &page.items).map(|row| row.id).collect());
        here.picked.update(|picked| picked.retain(|id| ids.contains(id)));
        here.leaving.update(|leaving| leaving.retain(|id, _| ids.contains(id)));
    });
    here
}

/// Reads the list again when those that leave have said so, unless the page is gone by then.
fn later(refresh: Callback<()>) {
    set_timeout(move || _ = refresh.try_run(()), FAREWELL);
}

/// Whether a request in this state belongs in the list.
fn belongs(list: &str, state: State) -> bool {
    match list {
        "any" => true,
        "settled" => state.is_settled(),
        name => name == state.as_str(),
    }
}

/// The row that a notice brings to the list.
fn arrived(here: Here, notice: &Notice) -> Option<String> {
    let Notice::Queued(notice) = notice else { return None };
    let list = here
        .list
        .filter
        .with_untracked(|filter| queue::state_of(filter).to_owned());
    belongs(&list, notice.state).then(|| notice.id.to_string())
}

/// Rows that were decided, here or elsewhere, say so and leave a moment later.
fn watch_leaving(here: Here, refresh: Callback<()>) {
    use_live().listen(move |notice| {
        let Notice::Queued(notice) = notice else { return };
        let list = here
            .list
            .filter
            .with_untracked(|filter| queue::state_of(filter).to_owned());
        let is_shown = here.find(notice.id).is_some();
        if belongs(&list, notice.state) {
            here.leaving.update(|leaving| _ = leaving.remove(&notice.id));
        } else if is_shown {
            here.leaving
                .update(|leaving| _ = leaving.insert(notice.id, notice.state));
            later(refresh);
        }
    });
}

fn press(here: Here, event: &web_sys::KeyboardEvent) -> bool {
    match event.key().as_str() {
        "a" => here.decide(Outcome::Approved),
        "r" => here.decide(Outcome::Restricted),
        "e" => {
            let one = here.meant().pop().filter(|row| row.state == State::Open);
            let acts = one.is_some() && untrack(|| here.session.is_approver());
            if acts {
                here.asking.set(one);
            }
            acts
        }
        "x" => table::pick_focused(here, false),
        "X" => table::pick_focused(here, true),
        "Escape" if here.open.with_untracked(Option::is_some) => {
            here.show.run(None);
            true
        }
        "Escape" if !here.picked.with_untracked(BTreeSet::is_empty) => {
            here.picked.set(BTreeSet::new());
            true
        }
        _ => false,
    }
}

fn tabs(list: FieldList) -> AnyView {
    let filter = list.filter.get();
    let here = queue::state_of(&filter).to_owned();
    let tab = move |(state, text): (&'static str, &'static str)| {
        let named = if state == "open" { "" } else { state };
        let to = filter.with("sort", "").with("state", named).with("decided_by", "");
        let href = address::join(address::QUEUE, &to.address());
        view! { <a href=href aria-current=(state == here).then_some("page")>{text}</a> }
    };
    view! { <nav class="tabs" aria-label="Queue">{TABS.map(tab).collect_view()}</nav> }.into_any()
}

fn orders(list: FieldList) -> AnyView {
    let known = list.filter.with(|filter| queue::orders(queue::state_of(filter)));
    let segments = known.iter().map(|(order, word)| Segment::word(*order, *word)).collect();
    let choose = move |order: &'static str| {
        let natural = known.first().is_some_and(|(first, _)| *first == order);
        let to = list
            .filter
            .with_untracked(|filter| filter.with("sort", if natural { "" } else { order }));
        list.apply.run(to);
    };
    view! {
        <Segmented label="Sort" segments chosen=derived(move || list.filter.with(queue::order_of)) on_choose=choose/>
    }
    .into_any()
}

/// Why an organization's lists are not read.
fn trouble(source: QueueSource) -> AnyView {
    let read = source
        .read_at
        .map(|at| view! { <span class="small subtle">" Read whole for the last time "<RelativeTime at/>"."</span> });
    view! {
        <div class="banner pending" role="status" data-source=source.enterprise.to_string()>
            <Icon glyph=Glyph::Warn/>
            <div class="grow"><strong>{source.name}": the queue may be behind. "</strong><p>{source.sentence}{read}</p></div>
        </div>
    }
    .into_any()
}

/// Whether there is room for a request beside the list.
fn is_wide() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.unwrap_or_default() > WIDE
}
