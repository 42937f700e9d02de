//! What an approval gives of what a request asks for.

use super::{AppRequest, Approved, AskedScope, Level, TokenType};

impl Approved {
    /// Approves what a request asks for: every required scope, and those optional ones that are `given`. A request
    /// for the whole organization is approved for the organization.
    pub fn of(request: &AppRequest, given: impl Fn(&AskedScope) -> bool, level: Level, for_days: Option<u32>) -> Self {
        let mut approved = Self {
            bot_scopes: Vec::new(),
            user_scopes: Vec::new(),
            other_scopes: Vec::new(),
            withheld: Vec::new(),
            level: request.level(level),
            for_days,
        };
        for scope in &request.scopes {
            let list = match (!scope.is_optional || given(scope), scope.token_type) {
                (false, _) => &mut approved.withheld,
                (true, TokenType::User) => &mut approved.user_scopes,
                (true, TokenType::Bot) => &mut approved.bot_scopes,
                (true, TokenType::App | TokenType::Other) => &mut approved.other_scopes,
            };
            list.push(scope.name.clone());
        }
        approved
    }
}

impl AppRequest {
    /// Where a decision on this request holds: one for the whole organization holds there.
    pub fn level(&self, level: Level) -> Level {
        if self.team.is_none() { Level::Org } else { level }
    }
}
