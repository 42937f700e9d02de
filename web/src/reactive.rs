//! Signals, effects, views and handlers behind one type each.
//!
//! Every closure has a type of its own, and what takes one is compiled anew for each. Boxed, a memo
//! is compiled once for what it holds and an effect once at all: it is a large part of the page's weight.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use leptos::prelude::*;

type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// A value derived from signals, which changes only if it is another one.
#[track_caller]
pub fn memo<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let compute: Compute<T> = Box::new(compute);
    Memo::new(compute)
}

/// Does something now, and again whenever a signal it read has changed.
pub fn effect(act: impl FnMut() + 'static) {
    fn boxed(act: Box<dyn FnMut()>) {
        Effect::new(act);
    }
    boxed(Box::new(act));
}

/// Shows its children while a condition holds.
#[component]
pub fn Show<W>(
    /// The condition.
    when: W,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    shown(Box::new(when), children)
}

fn shown(when: Box<dyn Fn() -> bool + Send + Sync>, children: ChildrenFn) -> AnyView {
    let when = memo(move |_| when());
    redrawn(move || when.get().then(|| children()))
}

/// One row of a [`For`], not yet drawn.
struct Row {
    key: u64,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Draws a row for each item, and moves the rows when the items move. Keys are compared by their hash.
#[component]
pub fn For<T, K, V>(
    /// The items.
    each: impl Fn() -> Vec<T> + Send + Sync + 'static,
    /// What tells them apart.
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    /// Draws one.
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    K: Hash,
    V: IntoView + 'static,
{
    rows(Box::new(move || {
        let row = |item: T| {
            let children = children.clone();
            let key = BuildHasherDefault::<DefaultHasher>::new().hash_one(key(&item));
            let draw = Box::new(move || children(item).into_any());
            Row { key, draw }
        };
        each().into_iter().map(row).collect()
    }))
}

fn rows(each: Box<dyn Fn() -> Vec<Row> + Send + Sync>) -> AnyView {
    let key = |row: &Row| row.key;
    let draw = |row: Row| (row.draw)();
    leptos::control_flow::For(
        leptos::control_flow::ForProps::builder()
            .each(each)
            .key(key)
            .children(draw)
            .build(),
    )
    .into_any()
}

/// Draws something again whenever a signal that the drawing read has changed.
pub fn redrawn<V: IntoView + 'static>(mut draw: impl FnMut() -> V + Send + 'static) -> AnyView {
    fn boxed(draw: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
        draw.into_any()
    }
    boxed(Box::new(move || draw().into_any()))
}

/// What is done when an event happens, boxed.
pub fn heard<E: 'static>(act: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}
