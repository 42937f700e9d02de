//! An organization of 50 workspaces with 2,000 apps and 5,000 people, and what they ask for.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope, Timestamp, UserId,
    approval::{
        App, AppRequest, AppRequestId, AskedScope, DeveloperType, Previous, PreviousResolution, Requester, TokenType,
    },
    catalogue,
};

use crate::random::{Random, Zipf};

pub(crate) const TEAMS: usize = 50;
pub(crate) const APPS: usize = 2_000;
pub(crate) const USERS: usize = 5_000;

/// What most apps want, most wanted first; the rest of the catalogue comes behind them.
const COMMON: [&str; 24] = [
    "chat:write",
    "commands",
    "channels:read",
    "users:read",
    "channels:history",
    "incoming-webhook",
    "reactions:read",
    "files:read",
    "users:read.email",
    "app_mentions:read",
    "im:write",
    "team:read",
    "groups:read",
    "im:history",
    "files:write",
    "reactions:write",
    "groups:history",
    "chat:write.public",
    "users.profile:read",
    "links:read",
    "im:read",
    "mpim:history",
    "links:write",
    "pins:read",
];

/// The organization.
pub(crate) struct Company {
    seed: u64,
    apps: Vec<(App, Vec<AskedScope>)>,
}

pub(crate) fn team(number: usize) -> String {
    format!("T0BENCH{number:04}")
}

pub(crate) fn user(number: usize) -> String {
    format!("W0BENCH{number:05}")
}

pub(crate) fn app(number: usize) -> String {
    format!("A0BENCH{number:05}")
}

impl Company {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let rest = catalogue::all().iter().map(|info| info.name);
        let names: Vec<&str> = COMMON
            .into_iter()
            .chain(rest.filter(|name| !COMMON.contains(name)))
            .collect();
        let zipf = Zipf::new(names.len());
        let apps = (0..APPS).filter_map(|number| one_app(number, &names, &zipf, &mut random));
        Self {
            seed,
            apps: apps.collect(),
        }
    }

    /// The requests of some years, apps by how popular they are.
    pub(crate) fn requests(&self, number: usize) -> anyhow::Result<Vec<AppRequest>> {
        let mut random = Random::new(self.seed ^ 0x5eed);
        let (apps, teams) = (Zipf::new(self.apps.len()), Zipf::new(TEAMS));
        (0..number)
            .map(|at| {
                let (app, scopes) = &self.apps[apps.pick(&mut random)];
                let workspace = teams.pick(&mut random);
                let everywhere = random.chance(4);
                let internal = app.developer_type == DeveloperType::Internal;
                Ok(AppRequest {
                    id: AppRequestId::new(format!("Ar{at:09}"))?,
                    app: app.clone(),
                    scopes: scopes.clone(),
                    domains: Vec::new(),
                    team: if everywhere {
                        None
                    } else {
                        Some(team(workspace).parse()?)
                    },
                    enterprise: Some("E0BENCH0001".parse()?),
                    requester: Requester {
                        id: UserId::new(user(random.below(USERS)))?,
                        name: String::new(),
                        email: None,
                        is_collaborator: random.chance(if internal { 30 } else { 2 }),
                    },
                    message: String::new(),
                    asked_at: Timestamp::from_seconds(1_600_000_000 + i64::try_from(at)? * 600),
                    previous_resolution: before(scopes, &mut random),
                })
            })
            .collect()
    }
}

fn one_app(number: usize, names: &[&str], zipf: &Zipf, random: &mut Random) -> Option<(App, Vec<AskedScope>)> {
    let developer_type = match random.below(100) {
        0..25 => DeveloperType::Internal,
        25..28 => DeveloperType::Slack,
        _ => DeveloperType::ThirdParty,
    };
    let third = developer_type == DeveloperType::ThirdParty;
    let app = App {
        id: app(number).parse().ok()?,
        name: format!("App {number}"),
        description: String::new(),
        developer_type,
        is_app_directory_approved: random.chance(if third { 60 } else { 5 }),
        app_homepage_url: String::new(),
        app_directory_url: String::new(),
        privacy_policy_url: String::new(),
        help_url: String::new(),
        additional_info: String::new(),
        icon: None,
        socket_mode_enabled: random.chance(10),
    };
    let wanted = 1 + random.below(6) + random.below(6);
    let mut chosen = BTreeSet::new();
    for _ in 0..wanted {
        chosen.insert(names[zipf.pick(random)]);
    }
    let scopes = chosen.into_iter().filter_map(|name| {
        Some(AskedScope {
            name: Scope::new(name).ok()?,
            token_type: if random.chance(75) {
                TokenType::Bot
            } else {
                TokenType::User
            },
            description: String::new(),
            is_sensitive: false,
            is_optional: random.chance(15),
            is_approved: false,
        })
    });
    let scopes = scopes.collect();
    Some((app, scopes))
}

/// Nearly half were never resolved; of the others most were approved, often for the scopes asked for now.
fn before(scopes: &[AskedScope], random: &mut Random) -> Option<PreviousResolution> {
    let status = match random.below(100) {
        0..45 => return None,
        45..88 => Previous::Approved,
        _ => Previous::Restricted,
    };
    let mut names: BTreeSet<Scope> = scopes.iter().map(|asked| asked.name.clone()).collect();
    match random.below(10) {
        0..6 => {}
        6..9 => {
            names.pop_first();
        }
        _ => names.extend(Scope::new("team:read").ok()),
    }
    Some(PreviousResolution {
        status,
        scopes: names,
        last_resolved_by: None,
    })
}
