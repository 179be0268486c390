//! The users of the development mode: a fixed array.

use async_trait::async_trait;
use orders_domain::{
    Scopes, User, UserId,
    ports::{Authenticator, PortError},
};

/// Users 1, 2 and 3, known by their bare number and allowed everything but other people's orders, and
/// 100, the shop's operator, who is allowed everything: for development, since it proves nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct StaticUsers;

const USERS: [(i64, Scopes); 4] =
    [(1, Scopes::OF_OWN_ORDERS), (2, Scopes::OF_OWN_ORDERS), (3, Scopes::OF_OWN_ORDERS), (100, Scopes::ALL)];

impl StaticUsers {
    /// Each of them.
    #[must_use]
    pub fn all() -> Vec<User> {
        let user = |(id, scopes): (i64, Scopes)| Some(User::new(id.try_into().ok()?, scopes));
        USERS.into_iter().filter_map(user).collect()
    }
}

#[async_trait]
impl Authenticator for StaticUsers {
    async fn authenticate(&self, credential: &str) -> Result<Option<User>, PortError> {
        let id = credential.parse::<UserId>().ok();
        Ok(id.and_then(|id| {
            let (_, scopes) = USERS.iter().find(|(known, _)| *known == id.get())?;
            Some(User::new(id, *scopes))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_users_1_2_3_and_100_in_their_canonical_spelling_are_known() {
        for (known, scopes) in [
            ("1", Scopes::OF_OWN_ORDERS),
            ("2", Scopes::OF_OWN_ORDERS),
            ("3", Scopes::OF_OWN_ORDERS),
            ("100", Scopes::ALL),
        ] {
            let user = StaticUsers.authenticate(known).await.unwrap().unwrap();
            assert_eq!(user.id().to_string(), known);
            assert_eq!(user.scopes(), scopes);
        }
        for unknown in ["", "0", "4", "99", "101", "999", "01", "0100", "+1", " 1", "1,1", "one"] {
            assert_eq!(StaticUsers.authenticate(unknown).await.unwrap(), None, "{unknown:?}");
        }
    }
}
