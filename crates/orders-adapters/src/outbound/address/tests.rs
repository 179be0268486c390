use super::*;

fn with_http() -> Destinations {
    Destinations { allow_http: true, ..Destinations::default() }
}

fn refusal(destinations: &Destinations, url: &str) -> String {
    let error = destinations.admit(url).map(|url| url.as_str().to_owned()).expect_err(url);
    assert_eq!(error.what, "url");
    error.to_string()
}

#[test]
fn a_public_address_by_https_is_admitted_as_it_was_given() {
    for good in [
        "https://hooks.example",
        "https://hooks.example/in?a=b",
        "https://HOOKS.example:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/in",
        "https://[64:ff9b::808:808]/",
        "https://xn--bcher-kva.example./",
        "https://localhost/",
    ] {
        assert_eq!(Destinations::default().admit(good).unwrap().as_str(), good);
    }
    assert!(with_http().admit("http://hooks.example/").is_ok());
    let ports = Destinations { ports: vec![9000], ..Destinations::default() };
    assert!(ports.admit("https://hooks.example:9000/").is_ok());
}

#[test]
fn what_is_wrong_with_an_address_is_said() {
    let refused = |url| refusal(&Destinations::default(), url);
    assert_eq!(refused("http://a.example/"), r#"url "http://a.example/" is not https"#);
    assert_eq!(refused("https://me@a.example/"), r#"url "https://me@a.example/" has a user name in it"#);
    assert_eq!(refused("https://a.example/#b"), r#"url "https://a.example/#b" has a fragment"#);
    assert_eq!(
        refused("https://a.example:22"),
        r#"url "https://a.example:22" leads to port 22, but only 443, 8443 are allowed"#
    );
    assert_eq!(
        refused("https://10.0.0.1/"),
        r#"url "https://10.0.0.1/" leads to an address that is not public"#
    );
    assert_eq!(refused("https://[::1/"), r#"url "https://[::1/" is no URL: invalid IPv6 address"#);
    assert!(refused(&format!("https://a.example/{}#", "x".repeat(1000))).len() < 400);
}

#[test]
fn whatever_reads_an_address_in_another_way_than_everybody_is_refused() {
    for bad in [
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example",
        "HTTPS://a.example",
        "//a.example",
        "a.example",
        "https:a.example",
        "https:/a.example",
        "https:///a.example",
        "https://",
        "https://?",
        "https://.",
        "https://./",
        "https://@a.example",
        "https://:@a.example",
        "https://a:b@c.example",
        "https://a.example\\@10.0.0.1/",
        "https:\\\\a.example",
        "https://a.example\\",
        "https://a.example#",
        "https://a.example/#",
        "https://a.example:0/",
        "https://a.example:65536/",
        "https://a.example:-1/",
        "https://a.example:443:443/",
        "https://a.example:x/",
        "https://a b.example/",
        "https://a%20b.example/",
        "https://a%00.example/",
        "https://a%2fb.example/",
        "https://a%40b.example/",
        "https://a^b.example/",
        "https://[fe80::1%25eth0]/",
        "https://[a.example]/",
        "https://1.2.3.4.5/",
        "https://1.2.3.256/",
        "https://0x1ffffffff/",
        "https://a.example\t/",
        "https://bücher.example/",
    ] {
        refusal(&with_http(), bad);
    }
}

#[test]
fn no_address_of_a_special_net_is_allowed_at_either_end() {
    for net in [
        "0.0.0.0 0.255.255.255",
        "10.0.0.0 10.255.255.255",
        "100.64.0.0 100.127.255.255",
        "127.0.0.0 127.255.255.255",
        "169.254.0.0 169.254.255.255",
        "172.16.0.0 172.31.255.255",
        "192.0.0.0 192.0.0.255",
        "192.0.2.0 192.0.2.255",
        "192.88.99.0 192.88.99.255",
        "192.168.0.0 192.168.255.255",
        "198.18.0.0 198.19.255.255",
        "198.51.100.0 198.51.100.255",
        "203.0.113.0 203.0.113.255",
        "224.0.0.0 239.255.255.255",
        "240.0.0.0 255.255.255.255",
        "168.63.129.16 168.63.129.16",
        ":: ::1",
        "::2 ::ffff:ffff",
        "::ffff:127.0.0.1 ::ffff:10.0.0.1",
        "::ffff:0:a00:1 ::ffff:0:7f00:1",
        "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe",
        "64:ff9b:1:: 64:ff9b:1:ffff::1",
        "100:: 100::1",
        "100:0:0:1::1 5f00::1",
        "2001:: 2001:0:ffff::1",
        "2001:2::1 2001:1ff:ffff::",
        "2001:db8:: 2001:db8:ffff::1",
        "2002:7f00:1:: 2002:ffff::1",
        "3ffe:: 3ffe:ffff::1",
        "3fff:: 3fff:fff::1",
        "fc00:: fdff::1",
        "fe80::1 febf::1",
        "fec0::1 feff::1",
        "ff00:: ff0e::1",
    ] {
        for address in net.split(' ') {
            let address: IpAddr = address.parse().unwrap();
            assert!(!Destinations::default().allows(address), "{address}");
        }
    }
}

#[test]
fn the_neighbours_of_special_nets_are_public() {
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "203.0.114.0",
        "223.255.255.255",
        "168.63.129.15",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:200::1",
        "2001:db7::1",
        "2001:db9::1",
        "2003::1",
        "2600::1",
        "2a00::1",
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert!(Destinations::default().allows(address), "{address}");
    }
}

#[test]
fn an_inner_net_can_be_allowed_and_nothing_beside_it() {
    let inner = Destinations {
        allow_nets: vec!["10.1.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()],
        ..Destinations::default()
    };
    for good in
        ["https://10.1.2.3/", "https://[::ffff:10.1.2.3]/", "https://0xa010203/", "https://[fd00:1::7]/"]
    {
        assert!(inner.admit(good).is_ok(), "{good}");
    }
    for bad in [
        "https://10.2.0.1/",
        "https://[64:ff9b::10.1.2.3]/",
        "https://[2002:a01:203::1]/",
        "https://[fd00:2::7]/",
    ] {
        refusal(&inner, bad);
    }
}
