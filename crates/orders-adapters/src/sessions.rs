//! Verified tokens, remembered for a while.

mod memory;
#[cfg(feature = "redis")]
mod redis;

pub use memory::MemorySessions;
#[cfg(feature = "redis")]
pub use redis::{RedisSessions, RedisSettingsError};
