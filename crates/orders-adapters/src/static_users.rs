//! The users of the development mode: a fixed array.

use async_trait::async_trait;
use orders_domain::{
    Scopes, User, UserId,
    ports::{Authenticator, PortError},
};

/// Users 1, 2 and 3, known by their bare number and allowed everything but other people's orders: for development, since it proves nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct StaticUsers;

const USERS: [i64; 3] = [1, 2, 3];

#[async_trait]
impl Authenticator for StaticUsers {
    async fn authenticate(&self, credential: &str) -> Result<Option<User>, PortError> {
        let id = credential.parse::<UserId>().ok();
        let known = id.filter(|id| USERS.contains(&id.get()));
        Ok(known.map(|id| User::new(id, Scopes::ALL_BUT_ADMIN)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_users_1_2_and_3_in_their_canonical_spelling_are_known() {
        for known in ["1", "2", "3"] {
            let user = StaticUsers.authenticate(known).await.unwrap().unwrap();
            assert_eq!(user.id().to_string(), known);
            assert_eq!(user.scopes(), Scopes::ALL_BUT_ADMIN);
        }
        for unknown in ["", "0", "4", "999", "01", "+1", " 1", "1,1", "one"] {
            assert_eq!(StaticUsers.authenticate(unknown).await.unwrap(), None, "{unknown:?}");
        }
    }
}
