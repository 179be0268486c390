//! Which addresses are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// The nets of IPv4 that are not public: the IANA IPv4 Special-Purpose Address Registry (RFC 6890), without the
/// anycast nets in it that anybody may reach, and what else is not everybody's.
const REFUSED_V4: [Ipv4Net; 17] = [
    // This network (RFC 791).
    v4([0, 0, 0, 0], 8),
    // Private use (RFC 1918).
    v4([10, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 168, 0, 0], 16),
    // Shared by carriers (RFC 6598).
    v4([100, 64, 0, 0], 10),
    // Loopback (RFC 1122).
    v4([127, 0, 0, 0], 8),
    // Link-local (RFC 3927), where clouds tell machines who they are.
    v4([169, 254, 0, 0], 16),
    // The same of Azure, which lies in a public net.
    v4([168, 63, 129, 16], 32),
    // Protocol assignments (RFC 6890).
    v4([192, 0, 0, 0], 24),
    // Documentation (RFC 5737).
    v4([192, 0, 2, 0], 24),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    // Relays of 6to4 (RFC 7526 ends them).
    v4([192, 88, 99, 0], 24),
    // Benchmarks (RFC 2544).
    v4([198, 18, 0, 0], 15),
    // Multicast (RFC 5771), its test net among it.
    v4([224, 0, 0, 0], 4),
    // Reserved (RFC 1112), and broadcast (RFC 919).
    v4([240, 0, 0, 0], 4),
    v4([255, 255, 255, 255], 32),
];

/// All of IPv6 that is given out to anybody (RFC 4291, 2.4, and the IANA registry of global unicast). Outside of it
/// lie loopback, unspecified, compatible, mapped and translated addresses, discard-only, unique local, link-local,
/// site-local, multicast, and segment identifiers.
const UNICAST_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// The nets in it that are not public: the IANA IPv6 Special-Purpose Address Registry.
const REFUSED_V6: [Ipv6Net; 5] = [
    // Protocol assignments (RFC 2928): Teredo (RFC 4380), benchmarks (RFC 5180), ORCHID (RFC 7343).
    v6([0x2001, 0, 0, 0], 23),
    // Documentation (RFC 3849, RFC 9637).
    v6([0x2001, 0xdb8, 0, 0], 32),
    v6([0x3fff, 0, 0, 0], 20),
    // 6to4, which leads to an address of IPv4 (RFC 3056; RFC 7526 ends it).
    v6([0x2002, 0, 0, 0], 16),
    // The old test net (RFC 3701).
    v6([0x3ffe, 0, 0, 0], 16),
];

/// What a translator sends to the address of IPv4 in its last four bytes (RFC 6052). The net for local translators,
/// `64:ff9b:1::/48` (RFC 8215), is nobody else's and not public.
const TRANSLATED: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d]: [u16; 4], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

/// Whether anybody in the Internet is reached by this address. One of IPv4 that is written as one of IPv6 is to be
/// turned back before.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) if TRANSLATED.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(address) => {
            UNICAST_V6.contains(&address) && !REFUSED_V6.iter().any(|net| net.contains(&address))
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !REFUSED_V4.iter().any(|net| net.contains(&address))
}
