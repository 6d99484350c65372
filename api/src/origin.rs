//! Where a request comes from: the client's address, behind proxies that are trusted to say it.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use werkstadt_persistence::sessions::Origin;

use crate::state::State;

/// Characters kept of what a client calls itself.
const CLIENT: usize = 200;

/// Where a session is used: the client's name for itself, and its network.
pub fn of(request: &HttpRequest, state: &State) -> Origin {
    let client = request.headers().get(header::USER_AGENT);
    let client = client.and_then(|value| value.to_str().ok());
    Origin {
        client: client.map(|text| text.chars().take(CLIENT).collect()),
        address: Some(network(request, state)),
    }
}

/// The network that a request comes from: 256 addresses of IPv4, or the 2^64 of IPv6 that one customer has. Whole addresses
/// are neither needed nor kept.
pub fn network(request: &HttpRequest, state: &State) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let Some(address) = peer.map(|peer| client(peer, request.headers(), &state.trusted_proxies)) else {
        return "unknown".to_owned();
    };
    let net = match address {
        IpAddr::V4(address) => Ipv4Net::new(address, 24).map(IpNet::from),
        IpAddr::V6(address) => Ipv6Net::new(address, 64).map(IpNet::from),
    };
    net.map_or_else(|_| address.to_string(), |net| net.trunc().to_string())
}

/// The last address that a trusted party vouches for: that of the connection, or, when a trusted proxy made it, the one that it
/// added to `X-Forwarded-For`. What stands further left, anyone can write.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        match read(hop.trim()) {
            Some(next) => address = next.to_canonical(),
            None => break,
        }
    }
    address
}

/// An address, with or without a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
fn read(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(value),
            );
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.7"], &[]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &["198.51.100.7"], &["10.0.0.0/8"]), "203.0.113.9");
        let proxies = ["10.0.0.0/8", "127.0.0.1/32"];
        assert_eq!(seen("10.1.2.3", &["198.51.100.7"], &proxies), "198.51.100.7");
        assert_eq!(seen("::ffff:10.1.2.3", &["198.51.100.7:99"], &proxies), "198.51.100.7");
        // Whatever the client wrote itself stands to the left of what the proxy added.
        assert_eq!(
            seen("127.0.0.1", &["1.1.1.1, 198.51.100.7", "10.0.0.2"], &proxies),
            "198.51.100.7"
        );
        assert_eq!(seen("127.0.0.1", &["1.1.1.1, nonsense"], &proxies), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["[2001:db8::1]:443"], &proxies), "2001:db8::1");
        assert_eq!(seen("127.0.0.1", &[], &proxies), "127.0.0.1");
    }
}
