//! Signals, effects, views and handlers behind one type each.
//!
//! Every closure has a type of its own, and what takes one is compiled anew for each. Boxed, a memo
//! is compiled once for what it holds and an effect once at all: it is a large part of the page's weight.

use std::{
    any::Any,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    marker::PhantomData,
    sync::Arc,
};

use leptos::prelude::*;

/// What can be kept without its type being known: it can still be compared with another of its type.
trait Value: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Value for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

/// A value of some type, behind one type.
#[derive(Clone)]
pub struct Shared(Arc<dyn Value>);

impl Shared {
    fn new<T: PartialEq + Send + Sync + 'static>(value: T) -> Self {
        Self(Arc::new(value))
    }

    fn value<T: 'static>(&self) -> Option<&T> {
        (*self.0).as_any().downcast_ref()
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.is((*other.0).as_any())
    }
}

/// Where a [`Shared`] value comes from.
pub trait Source: Copy + Send + Sync + 'static {
    /// The value now; tracks.
    fn shared(self) -> Shared;
    /// The value now.
    fn shared_untracked(self) -> Shared;
    /// Tracks without looking.
    fn follow(self);
}

impl Source for leptos::prelude::Memo<Shared> {
    fn shared(self) -> Shared {
        self.get()
    }

    fn shared_untracked(self) -> Shared {
        self.get_untracked()
    }

    fn follow(self) {
        self.track();
    }
}

impl Source for RwSignal<Shared> {
    fn shared(self) -> Shared {
        self.get()
    }

    fn shared_untracked(self) -> Shared {
        self.get_untracked()
    }

    fn follow(self) {
        self.track();
    }
}

/// A signal whose machinery is compiled once, whatever it holds.
pub struct Seen<S, T> {
    source: S,
    of: PhantomData<fn() -> T>,
}

/// A value derived from signals, which changes only if it is another one.
pub type Memo<T> = Seen<leptos::prelude::Memo<Shared>, T>;

/// A value that is put in place as a whole.
pub type Kept<T> = Seen<RwSignal<Shared>, T>;

impl<S: Copy, T> Clone for Seen<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, T> Copy for Seen<S, T> {}

impl<S: Source, T: 'static> Seen<S, T> {
    const fn new(source: S) -> Self {
        Self {
            source,
            of: PhantomData,
        }
    }

    /// Looks at the value; tracks.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(known(&self.source.shared()))
    }

    /// Looks at the value.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(known(&self.source.shared_untracked()))
    }

    /// The value; tracks.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Tracks without looking.
    pub fn track(self) {
        self.source.follow();
    }
}

impl<T: PartialEq + Send + Sync + 'static> Kept<T> {
    /// Keeps a value.
    pub fn of(value: T) -> Self {
        Self::new(RwSignal::new(Shared::new(value)))
    }

    /// Puts another value in its place.
    pub fn set(self, value: T) {
        self.source.set(Shared::new(value));
    }

    /// Puts another value in its place, unless the page that kept it is gone.
    pub fn try_set(self, value: T) {
        self.source.try_set(Shared::new(value));
    }
}

impl<S: Source, T: Clone + Send + Sync + 'static> From<Seen<S, T>> for Signal<T> {
    fn from(seen: Seen<S, T>) -> Self {
        derived(move || seen.get())
    }
}

#[expect(clippy::expect_used, reason = "a signal's type says what was put in it")]
fn known<T: 'static>(shared: &Shared) -> &T {
    shared.value().expect("a signal holds what its type says")
}

type Compute = Box<dyn Fn(Option<&Shared>) -> Shared + Send + Sync>;

/// A value derived from signals, which changes only if it is another one.
pub fn memo<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn boxed(compute: Compute) -> leptos::prelude::Memo<Shared> {
        leptos::prelude::Memo::new(compute)
    }
    Seen::new(boxed(Box::new(move |before| {
        Shared::new(compute(before.and_then(Shared::value)))
    })))
}

/// A value derived from signals anew each time it is looked at.
pub fn derived<T: Send + Sync + 'static>(compute: impl Fn() -> T + Send + Sync + 'static) -> Signal<T> {
    let compute: Box<dyn Fn() -> T + Send + Sync> = Box::new(compute);
    Signal::derive(compute)
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
