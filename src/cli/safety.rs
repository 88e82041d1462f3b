//! What a run may do to others: whose people it sends, where to, and how fast. Everything is checked before anything is sent.

use engine::{Authority, BaseUrl, Guard, Peer, Proxies, SourceAddresses, Tls, TlsOptions};
use model::words::PeerName;
use world::{Realism, Rendered};

use crate::args::{RunArgs, TlsArgs};
use crate::compose::Composition;
use crate::estimate;
use crate::exit::{Exit, Failure};
use crate::run_file::{Authorization, RunFile};

/// Nobody may leave this machine who could be a real person, unless the owner of the portal has allowed it.
pub(crate) fn check_people(composed: &Composition) -> Result<(), Failure> {
    if composed.run.realism == Realism::Realistic {
        let is_here = |target: &BaseUrl| target.authority().is_loopback();
        if composed.run.authorization.is_some() || composed.run.targets.iter().all(is_here) {
            return Ok(());
        }
        let message = "refused: `identity: realistic` makes numbers that may be somebody's, and the target is not this machine\nleave it out, or let the run file carry an `authorization` block";
        return Err(Failure::new(Exit::Refused, message));
    }
    let mut texts = Rendered::default();
    for id in composed.people.ids() {
        let part = composed.people.part_of(id);
        let identity = part.population.identity(part.own(id));
        part.population.render(&identity, &mut texts);
        if let Some(exposed) = world::exposed(&texts).first() {
            return Err(Failure::new(Exit::Refused, format!("refused: case {id}: {exposed}")));
        }
    }
    Ok(())
}

/// The consent that a run outside needs or has; one that has run out is refused.
pub(crate) fn consent<'a>(
    composed: &'a Composition,
    started: &jiff::Timestamp,
) -> Result<Option<&'a Authorization>, Failure> {
    let Some(consent) = composed.run.authorization.as_ref().filter(|_| !composed.run.targets.is_empty()) else {
        return Ok(None);
    };
    if day_of(*started) > consent.until {
        let Authorization { by, host, until, .. } = consent;
        let message = format!("refused: the authorization by {by} for {host} ended on {until}");
        return Err(Failure::new(Exit::Refused, message));
    }
    Ok(Some(consent))
}

/// The day in Vietnam.
pub(crate) fn day_of(instant: jiff::Timestamp) -> jiff::civil::Date {
    model::SimTime(instant.as_millisecond()).day()
}

/// A plan that needs more than its authorization allows is refused: the limiter would hold it back, and the run would say so.
pub(crate) fn check_rate(composed: &Composition, outside: Option<&Outside>) -> Result<(), Failure> {
    // How fast a closed model asks, only the run shows; the limiter holds it to what is allowed.
    let Some((targets, peers)) = outside.filter(|_| composed.run.closed.is_none()) else { return Ok(()) };
    match estimate::refusal(composed, &estimate::hosts(targets, peers)) {
        Some(reason) => Err(Failure::new(Exit::Refused, format!("refused: {reason}"))),
        None => Ok(()),
    }
}

/// The addresses of a portal that is not played in this process, and its peers.
pub(crate) type Outside = (Vec<BaseUrl>, Vec<Peer>);

/// The portal that is not the bundled one, and the peers named with it, if any: all of them this machine, or covered by the
/// consent.
pub(crate) fn outside(
    args: &RunArgs,
    targets: &[BaseUrl],
    consent: Option<&Authorization>,
) -> Result<Option<Outside>, Failure> {
    let allowed = |base: BaseUrl| -> Result<BaseUrl, Failure> {
        let authority = base.authority();
        let is_covered = |consent: &Authorization| consent.host.covers(authority) || consent.also.contains(authority);
        if authority.is_loopback() || consent.is_some_and(is_covered) {
            return Ok(base);
        }
        let named = consent.map(|consent| format!(" nor at {}, which {} allows", consent.host, consent.by));
        Err(Failure::new(
            Exit::Refused,
            format!(
                "refused: {authority} is not this machine{}\nload goes to loopback only, unless the run file carries an `authorization` block:\n  authorization: {{ by: name of who allows it, host: {}, until: 2026-12-31, max_rate: 50 }}",
                named.unwrap_or_default(),
                authority.host()
            ),
        ))
    };
    let read = |url: &String| -> Result<BaseUrl, Failure> {
        let base = BaseUrl::parse(url);
        allowed(base.map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?)
    };
    let targets = targets.iter().cloned().map(allowed).collect::<Result<Vec<_>, _>>()?;
    if targets.is_empty() {
        return Ok(None);
    }
    let peers = [(PeerName::Bank, &args.bank), (PeerName::Post, &args.post)];
    let peers = peers
        .into_iter()
        .filter_map(|(name, url)| Some(read(url.as_ref()?).map(|base| Peer { name, base })))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some((targets, peers)))
}

/// Whom https is spoken with, and as whom. The roots of the system are looked for only where they may be needed.
pub(crate) fn tls(args: &RunArgs, run: &RunFile) -> Result<Tls, Failure> {
    if run.targets.is_empty() {
        return Ok(Tls::default());
    }
    let TlsArgs { ca, client_cert, client_key, insecure } = &args.tls;
    let options =
        TlsOptions { ca: ca.clone(), client: client_cert.clone().zip(client_key.clone()), insecure: *insecure };
    Tls::load(&options).map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))
}

/// The proxies that the environment names, as curl reads it. One beyond this machine carries what is sent, so that the
/// authorization must list it.
pub(crate) fn proxies(outside: Option<&Outside>, consent: Option<&Authorization>) -> Result<Proxies, Failure> {
    let Some((targets, peers)) = outside else { return Ok(Proxies::default()) };
    #[expect(clippy::disallowed_methods, reason = "the environment names the proxies, as for curl")]
    let proxies = Proxies::read(|name| std::env::var(name).ok())
        .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
    let doors = targets.iter().chain(peers.iter().map(|peer| &peer.base)).map(BaseUrl::authority);
    let doors = doors.chain(consent.into_iter().flat_map(|consent| &consent.also));
    let is_listed = |proxy: &Authority| consent.is_some_and(|consent| consent.also.contains(proxy));
    match doors.filter_map(|door| proxies.through(door)).find(|proxy| !proxy.is_loopback() && !is_listed(proxy)) {
        None => Ok(proxies),
        Some(proxy) => Err(Failure::new(
            Exit::Refused,
            format!(
                "refused: the environment names the proxy {proxy}, which the authorization does not list\nadd it to `also` of the `authorization` block, or name the portal in `no_proxy`"
            ),
        )),
    }
}

/// From which addresses of this machine connections are opened.
pub(crate) fn sources(args: &RunArgs, composed: &Composition) -> Result<SourceAddresses, Failure> {
    let said = [&args.source_address, &composed.run.source_addresses];
    let addresses = said.into_iter().find(|addresses| !addresses.is_empty()).map_or(&[][..], Vec::as_slice);
    SourceAddresses::new(addresses)
        .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))
}

/// Who may be spoken to, and how fast: the portal, its peers, what the run file lists, and nothing else.
pub(crate) fn guard(
    targets: &[BaseUrl],
    peers: &[Peer],
    composed: &Composition,
    consent: Option<&Authorization>,
) -> Guard {
    let peers = peers.iter().map(|peer| peer.base.authority());
    let named = consent.and_then(|consent| consent.host.doors()).into_iter().flatten();
    let listed = consent.into_iter().flat_map(|consent| &consent.also).chain(&composed.run.links);
    let portal = || targets.iter().map(BaseUrl::authority);
    let guard = Guard::of(portal().chain(peers).chain(listed).cloned().chain(named));
    let guard = guard.speaking(composed.run.http, portal());
    match consent {
        Some(consent) => guard.at_most(consent.max_rate),
        None => guard,
    }
}
