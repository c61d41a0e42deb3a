//! A way to the forge through a proxy, where the surroundings name one.
//!
//! The proxy is asked for a tunnel, also where the forge speaks plain HTTP: it never sees what goes through.

use std::sync::Arc;

use http::header::{HeaderName, HeaderValue, USER_AGENT};
use http::uri::Scheme;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioExecutor;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};

use super::error::ForgeError;
use super::site::Base;
use crate::runner::Env;

/// What the surroundings say of proxies. Never printed: a proxy may have a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Proxies {
    https: String,
    http: String,
    all: String,
    no: String,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxies(…)")
    }
}

impl Proxies {
    /// Reads the usual variables. `HTTP_PROXY` may be a header of a request to a web server, so it has to be small.
    pub(super) fn read(env: Env<'_>) -> Proxies {
        let first = |names: &[&str]| names.iter().find_map(|name| env(name)).unwrap_or_default();
        Proxies {
            https: first(&["https_proxy", "HTTPS_PROXY"]),
            http: first(&["http_proxy"]),
            all: first(&["all_proxy", "ALL_PROXY"]),
            no: first(&["no_proxy", "NO_PROXY"]),
        }
    }

    /// Returns the proxy on the way to a forge.
    ///
    /// # Errors
    /// [`ForgeError::Proxy`] for one that is not asked over HTTP.
    pub(super) fn to(&self, base: &Base) -> Result<Option<Intercept>, ForgeError> {
        let [https, http, all, no] = [&self.https, &self.http, &self.all, &self.no].map(String::as_str);
        let matcher = Matcher::builder().https(https).http(http).all(all).no(no).build();
        let found = base.origin.parse().ok().and_then(|origin| matcher.intercept(&origin));
        match found {
            Some(proxy) if proxy.uri().scheme() != Some(&Scheme::HTTP) => Err(ForgeError::Proxy),
            found => Ok(found),
        }
    }
}

/// Returns a client that asks a proxy for tunnels to one host. Headers go to that host alone.
pub(super) fn client(
    base: &Base,
    proxy: &Intercept,
    header: (HeaderName, HeaderValue),
) -> Result<Octocrab, Box<dyn std::error::Error + Send + Sync>> {
    let mut plain = HttpConnector::new();
    plain.enforce_http(true);
    let tunnel = Tunnel::new(proxy.uri().clone(), plain);
    let tunnel = match proxy.basic_auth() {
        Some(login) => tunnel.with_auth(login.clone()),
        None => tunnel,
    };
    let secure = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1();
    let service = Client::builder(TokioExecutor::new()).build(secure.wrap_connector(tunnel));
    let agent = (USER_AGENT, HeaderValue::from_static("octocrab"));
    let built = OctocrabBuilder::new_empty()
        .with_service(service)
        .with_layer(&BaseUriLayer::new(base.origin.parse()?))
        .with_layer(&ExtraHeadersLayer::new(Arc::new(vec![agent, header])))
        .with_auth(AuthState::None)
        .build();
    Ok(built?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(pairs: &[(&str, &str)], origin: &str) -> Result<Option<String>, ForgeError> {
        let env = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let base = Base::read("GITHUB_API_URL", origin).unwrap();
        Ok(Proxies::read(&env).to(&base)?.map(|proxy| proxy.uri().to_string()))
    }

    #[test]
    fn the_usual_variables_name_the_way() {
        let proxy = ("HTTPS_PROXY", "http://proxy.example:3128");
        let of = |pairs: &[(&str, &str)], origin: &str| way(pairs, origin).unwrap();
        assert_eq!(of(&[proxy], "https://api.github.com").as_deref(), Some("http://proxy.example:3128/"));
        assert_eq!(of(&[proxy], "http://ghe.example"), None, "it is for HTTPS");
        assert_eq!(of(&[proxy, ("NO_PROXY", "x, github.com")], "https://api.github.com"), None);
        assert_eq!(of(&[proxy, ("no_proxy", "10.0.0.0/8")], "https://10.1.2.3"), None);
        assert_eq!(of(&[("HTTP_PROXY", "http://evil.example")], "http://ghe.example"), None, "a header of a request");
        assert_eq!(of(&[], "https://api.github.com"), None);
    }

    #[test]
    fn a_proxy_of_another_kind_is_an_error_and_no_detour() {
        let said = way(&[("ALL_PROXY", "socks5://u:secret@proxy.example")], "https://api.github.com").unwrap_err();
        assert!(matches!(said, ForgeError::Proxy) && !said.to_string().contains("secret"));
    }
}
