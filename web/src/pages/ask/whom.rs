//! Whom: a person, or everybody in a conversation.

use grantbook_core::{InstallationKey, ResourceId, ResourceType, UserId};
use leptos::prelude::*;

use super::Compose;
use crate::reactive::{derived, effect, heard, memo, redrawn};
use crate::{
    client::{self, remote_keeping},
    components::{Choice, Picker, Segment, Segmented},
    view_model::{
        compose::{Draft, Part},
        names,
        workspace::askable,
    },
};

/// Conversations listed at once.
const LISTED: usize = 8;

/// A choice between the two, and a search for either.
pub fn whom(compose: Compose) -> AnyView {
    let in_channel = RwSignal::new(
        compose
            .draft
            .with_untracked(|draft| draft.user.is_none() && draft.channel.is_some()),
    );
    learn_name(compose);
    let segments = vec![
        Segment::word(false, "A person"),
        Segment::word(true, "Whoever answers in a channel"),
    ];
    let choose = move |channel: bool| {
        in_channel.set(channel);
        forget(compose);
    };
    let key = memo(move |_| compose.draft.with(|draft| draft.installation.clone()));
    let is_chosen = memo(move |_| {
        compose
            .draft
            .with(|draft| draft.user.is_some() || draft.channel.is_some())
    });
    let shown = move || match (key.get(), is_chosen.get(), in_channel.get()) {
        (None, ..) => view! { <p class="help">"Choose an app and a workspace first."</p> }.into_any(),
        (_, true, _) => chosen(compose),
        (Some(key), false, false) => people(compose, key),
        (Some(_), false, true) => channels(compose),
    };
    view! {
        <div class="field">
            <div><Segmented label="Whom to ask" segments chosen=in_channel on_choose=choose/></div>
            {redrawn(shown)}
        </div>
        {super::said(compose, Part::Whom)}
    }
    .into_any()
}

fn forget(compose: Compose) {
    compose.apply.run(Draft {
        user: None,
        channel: None,
        ..compose.draft.get_untracked()
    });
}

/// An address may name somebody by id alone.
fn learn_name(compose: Compose) {
    effect(move || {
        let (key, user) = compose
            .draft
            .with(|draft| (draft.installation.clone(), draft.user.clone()));
        let (Some(key), Some(user)) = (key, user) else { return };
        if compose.names.with_untracked(|names| names.contains_key(user.as_str())) {
            return;
        }
        leptos::task::spawn_local(async move {
            // Without a name the id stands there, which is as true.
            let Ok(page) = client::people(&key, user.as_str()).await else {
                return;
            };
            if let Some(name) = page
                .items
                .into_iter()
                .find(|person| person.id == user)
                .and_then(|person| person.name)
            {
                compose.names.try_update(|names| names.insert(user.to_string(), name));
            }
        });
    });
}

fn chosen(compose: Compose) -> AnyView {
    let id = move || {
        compose.draft.with(|draft| {
            let user = draft.user.as_ref().map(ToString::to_string);
            user.or_else(|| draft.channel.as_ref().map(ToString::to_string))
        })
    };
    let both = move || {
        compose.draft.with(|draft| {
            let channel = draft.channel.as_ref().filter(|_| draft.user.is_some())?;
            let name = compose.names.with(|names| names.get(channel.as_str()).cloned());
            Some(format!(", in {}", names::conversation(channel, name.as_deref())))
        })
    };
    view! {
        <div class="row wrap">
            <span class="grow"><b>{redrawn(move || compose.whom())}</b>" "<span class="mono small subtle">{redrawn(id)}</span>{redrawn(both)}</span>
            <button class="btn sm" type="button" on:click=heard(move |_| forget(compose))>"Change"</button>
        </div>
    }
    .into_any()
}

fn people(compose: Compose, key: InstallationKey) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = remote_keeping(
        move || typed.get(),
        move |q| {
            let key = key.clone();
            async move { client::people(&key, q.trim().trim_start_matches('@')).await }
        },
    );
    let choices = derived(move || {
        let page = found.value()?;
        let mut choices: Vec<Choice> = page
            .items
            .iter()
            .take(LISTED)
            .map(|person| Choice {
                value: person.id.to_string(),
                text: names::person(&person.id, person.name.as_deref()),
                note: person.id.to_string(),
            })
            .collect();
        // Somebody this console has not met yet can be asked by id.
        if let Ok(id) = typed.get().trim().parse::<UserId>()
            && page.items.iter().all(|person| person.id != id)
        {
            choices.push(by_id(id.to_string()));
        }
        Some(choices)
    });
    let pick = move |choice: Choice| {
        learn(compose, &choice);
        compose.apply.run(Draft {
            user: choice.value.parse().ok(),
            ..compose.draft.get_untracked()
        });
    };
    view! {
        <label for="ask-person">"Person"</label>
        <Picker id="ask-person" placeholder="Name, or an id such as U061F7AUR" typed found=choices
            nothing="Nobody known here is called that. Type an id instead." on_pick=pick/>
    }
    .into_any()
}

fn channels(compose: Compose) -> AnyView {
    let typed = RwSignal::new(String::new());
    let choices = derived(move || {
        let facts = compose.facts.value()??;
        let q = typed.get().trim().trim_start_matches('#').to_lowercase();
        let writable = [ResourceType::Channel, ResourceType::Group, ResourceType::Mpim];
        let mut choices: Vec<Choice> = askable(&facts.grants)
            .into_iter()
            .filter(|one| writable.contains(&one.resource_type))
            .filter(|one| one.name.to_lowercase().contains(&q) || one.id.to_lowercase() == q)
            .take(LISTED)
            .map(|one| Choice {
                note: format!("{} {}", one.resource_type.noun(), one.id),
                value: one.id,
                text: one.name,
            })
            .collect();
        // A wildcard gives conversations that are not listed.
        let id = typed.get().trim().to_owned();
        if id.starts_with(['C', 'G']) && id.parse::<ResourceId>().is_ok() && choices.iter().all(|one| one.value != id) {
            choices.push(by_id(id));
        }
        Some(choices)
    });
    let pick = move |choice: Choice| {
        learn(compose, &choice);
        compose.apply.run(Draft {
            channel: choice.value.parse().ok(),
            ..compose.draft.get_untracked()
        });
    };
    view! {
        <label for="ask-channel">"Conversation"</label>
        <Picker id="ask-channel" placeholder="Name, or an id such as C0BH9F2KT" typed found=choices
            nothing="The app was given no such conversation, so it cannot write there." on_pick=pick/>
    }
    .into_any()
}

fn by_id(id: String) -> Choice {
    Choice {
        text: format!("Use {id}"),
        note: String::new(),
        value: id,
    }
}

fn learn(compose: Compose, choice: &Choice) {
    if !choice.note.is_empty() && choice.text != choice.value {
        compose
            .names
            .update(|names| _ = names.insert(choice.value.clone(), choice.text.clone()));
    }
}
