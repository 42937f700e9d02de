//! The filter and its address are the same thing.

use proptest::{option::of, prelude::*, sample::select};
use time::Month;

use super::*;
use crate::view_model::query::parameters;

fn read(query: &str) -> HistoryFilter {
    HistoryFilter::read(parameters(query))
}

fn day() -> impl Strategy<Value = Date> {
    (2015_i32..2100, 1_u8..29).prop_map(|(year, day)| Date::from_calendar_date(year, Month::March, day).unwrap())
}

fn filter() -> impl Strategy<Value = HistoryFilter> {
    let what = (
        of("[a-z0-9][a-z0-9-]{0,9}".prop_map(|text| text.parse().unwrap())),
        of("[TE][A-Z0-9]{1,9}".prop_map(|text| text.parse().unwrap())),
        of("[a-z.:_-]{1,20}".prop_map(|text| text.parse().unwrap())),
        of(select(Fact::KINDS.to_vec())),
        of(select(Source::ALL.to_vec())),
    );
    let place = (of(day()), of(day()), of("[ -~é]{1,12}"), of(any::<u64>()));
    (what, place).prop_map(
        |((app, workspace, scope, kind, source), (from, to, cursor, seq))| HistoryFilter {
            app,
            workspace,
            scope,
            kind,
            source,
            from,
            to,
            cursor,
            entry: seq.map(|seq| EntryKey {
                installation: "insectoid.T061EG9R6".parse().unwrap(),
                seq,
            }),
        },
    )
}

proptest! {
    #[test]
    fn an_address_reads_back_as_written(filter in filter()) {
        prop_assert_eq!(read(&filter.address()), filter);
    }
}

#[test]
fn what_makes_no_sense_is_left_out() {
    let query = "app=A.B&workspace=U1&scope=Chat&kind=happy&source=rumor&from=monday&to=2026-02-31&entry=x:1&entry=";
    assert_eq!(read(query), HistoryFilter::default());
    assert_eq!(HistoryFilter::default().address(), "");
    assert_eq!(HistoryFilter::default().href(), "/history");
}

#[test]
fn the_server_is_asked_for_the_page_and_the_export_for_everything() {
    let filter = read("app=insectoid&from=2026-03-03&cursor=abc&entry=insectoid.T061EG9R6:1904");
    assert_eq!(filter.call(), "app=insectoid&from=2026-03-03&limit=50&cursor=abc");
    assert_eq!(filter.export(), "app=insectoid&from=2026-03-03");
}

#[test]
fn changing_a_filter_leads_to_the_top() {
    let filter = read("app=insectoid&cursor=abc&entry=insectoid.T061EG9R6:1904").with(Field::Kind, "scope_granted");
    assert_eq!(filter.address(), "app=insectoid&kind=scope_granted");
    assert_eq!(filter.value(Field::Kind).as_deref(), Some("scope granted"));
    assert_eq!((filter.count(), filter.with(Field::App, "").count()), (2, 1));
    assert!(filter.is_at_top() && !filter.at(Some("abc".to_owned())).is_at_top());
}
