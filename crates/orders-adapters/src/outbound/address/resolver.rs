//! Names, resolved to addresses to which may be connected.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Destinations;

/// Finds the addresses of names.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The addresses of a name, now.
    ///
    /// # Errors
    ///
    /// When the name is not known, or nobody can be asked.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks as this machine does.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Why a name leads nowhere. Which addresses it has is not said: that would tell an outsider of the inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// None of its addresses may be connected to.
    #[error("the address is not allowed")]
    NotAllowed,
    /// It has none.
    #[error("the name has no address")]
    Unknown,
}

/// Resolves names for the HTTP client, and answers only addresses to which may be connected.
pub struct VettedResolver {
    pub destinations: Arc<Destinations>,
    pub lookup: Arc<dyn Lookup>,
}

impl Resolve for VettedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (destinations, lookup) = (Arc::clone(&self.destinations), Arc::clone(&self.lookup));
        Box::pin(async move {
            let found = lookup.addresses(name.as_str()).await.map_err(|_| Unresolved::Unknown)?;
            if found.is_empty() {
                return Err(Unresolved::Unknown.into());
            }
            let allowed: Vec<_> = found.into_iter().filter(|address| destinations.allows(*address)).collect();
            if allowed.is_empty() {
                return Err(Unresolved::NotAllowed.into());
            }
            // The client puts the port of the URL in place of 0.
            let addresses: Addrs = Box::new(allowed.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
