//! Inner addresses, in every way in which they can be written.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

/// Addresses that are nobody's business.
const INNER: [Ipv4Addr; 8] = [
    Ipv4Addr::LOCALHOST,
    Ipv4Addr::new(127, 9, 8, 7),
    Ipv4Addr::UNSPECIFIED,
    Ipv4Addr::new(10, 1, 2, 3),
    Ipv4Addr::new(172, 16, 0, 9),
    Ipv4Addr::new(192, 168, 1, 1),
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
];

/// The hosts of URLs that lead to inner addresses, or would if somebody read them so.
pub fn all() -> BTreeSet<String> {
    let mut hosts: BTreeSet<_> =
        INNER.into_iter().flat_map(|address| [v4(address), in_v6(address)].concat()).collect();
    let more = [
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::0.0.0.1]",
        "[::%31]",
        "[fe80::1]",
        "[FE80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[ff02::1]",
        "[fd00:ec2::254]",
        "[2001:db8::1]",
        "[64:ff9b:1::1]",
        "[100::1]",
        "[2001:2::1]",
        "[3fff::1]",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.1.",
        "0",
        "0.",
        "0x0",
        "00",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "240.0.0.1",
        "192.88.99.1",
        "0x7f.1",
        "0177.1",
        "0x7f.0x1",
        "%31%32%37.1",
        "127%2e0%2e0%2e1",
        "%30x7f000001",
        "[::ffff:0:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[::FFFF:127.0.0.1]",
    ];
    hosts.extend(more.map(str::to_owned));
    hosts
}

/// As it may stand in place of a name (WHATWG URL, 3.5: one to four numbers of any base, after percent-decoding and
/// IDNA's mapping of digits and dots).
fn v4(address: Ipv4Addr) -> Vec<String> {
    let (number, [a, b, c, d]) = (u32::from(address), address.octets());
    let (last_two, last_three) = (number & 0xffff, number & 0xff_ffff);
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let mapped = |text: &str, digit: fn(u32) -> u32, dot: &str| {
        let one = |one: char| match one.to_digit(10) {
            Some(value) => char::from_u32(digit(value)).unwrap().to_string(),
            None => dot.to_owned(),
        };
        encoded(&text.chars().map(one).collect::<String>())
    };
    let dotted = address.to_string();
    vec![
        format!("{dotted}."),
        format!("{number}"),
        format!("{number}."),
        format!("0x{number:x}"),
        format!("0X{number:08X}"),
        format!("0x0000000{number:x}"),
        format!("0{number:o}"),
        format!("00000{number:o}"),
        format!("{a}.{last_three}"),
        format!("{a}.{b}.{last_two}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.{b}.0{c:o}.{d}"),
        format!("000{a:o}.0x{last_three:x}"),
        encoded(&dotted),
        dotted.replace('.', "%2E"),
        // Full-width digits and dots.
        mapped(&dotted, |value| 0xff10 + value, "\u{ff0e}"),
        // Ideographic full stops, mathematical bold digits.
        mapped(&dotted, |value| 0x1d7ce + value, "\u{3002}"),
        // Half-width ideographic full stops, digits in circles.
        mapped(&dotted, |value| if value == 0 { 0x24ea } else { 0x245f + value }, "\u{ff61}"),
        dotted,
    ]
}

/// As a part of an address of IPv6 that leads to it.
fn in_v6(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let forms = [
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
    ];
    let mut hosts = vec![
        format!("[::ffff:{address}]"),
        format!("[::ffff:{high:x}:{low:x}]"),
        format!("[0:0:0:0:0:FFFF:{high:04X}:{low:04X}]"),
        format!("[::{address}]"),
        format!("[::ffff:0:{address}]"),
        format!("[64:ff9b::{address}]"),
        format!("[64:ff9b::{high:x}:{low:x}]"),
    ];
    hosts.extend(forms.map(|form| format!("[{form}]")));
    hosts
}
