//! `vandan mock country`: all four systems started together and wired to each other; and post and hub for use by hand.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use crate::console;
use crate::exit::{Exit, Failure};
use crate::mock_args::{CatalogueArgs, HubOptions, Listen, MockCountryArgs, PostOptions};
use crate::mock_bank_args::BankArgs;
use crate::mocks::{self, SECRET, TOKEN};
use crate::values;

/// Starts bank, post, portal and hub, prints their addresses, and stops them all on Ctrl-C.
pub(crate) fn serve(args: &MockCountryArgs) -> Result<(), Failure> {
    let MockCountryArgs { listen, catalogue, .. } = args;
    let [bank_at, post_at, hub_at] =
        [1, 2, 3].map(|step| Ok(Listen { bind: beside(listen.bind, step)?, seed: listen.seed }));
    let [bank_faults, post_faults] = by_peer(&args.fault).map_err(invalid)?;
    let bank = bank(&args.payments, &bank_at?, &bank_faults)?;
    let post = post(&args.post, &post_at?, &post_faults)?;
    let hub = hub(&args.hub, &hub_at?, catalogue, args.test_hooks)?;
    let offered = mocks::portal_catalogue(catalogue, listen.seed)?;
    let link = Some(mocks::link(&hub.url(), &offered));
    let alone = mocks::stand_alone(listen.bind, offered, args.test_hooks);
    let connected = mock_portal::Config { bank_url: bank.url(), post_url: post.url(), hub: link, ..alone };
    let portal = mocks::portal(&args.portal, listen.seed, connected)?;
    if args.hub.push.is_none() {
        hub.push_to(format!("{}/peers/hub/dossiers", portal.url()));
    }

    let (end, ended) = mpsc::channel();
    ctrlc::set_handler(move || {
        // A second Ctrl-C finds nobody who waits any more: everything is ending.
        let _gone: Result<(), mpsc::SendError<()>> = end.send(());
    })
    .map_err(|error| Failure::run(format!("could not listen for Ctrl-C: {error}")))?;
    console::print(&addresses(&portal.url(), &bank.url(), &post.url(), &hub.url()));
    // An error means that the handler is gone, which only the end of the program brings about.
    let _gone: Result<(), mpsc::RecvError> = ended.recv();
    console::print("stopping portal, bank, post, hub");
    // The portal first, so that it calls nobody who has gone.
    portal.stop();
    bank.stop();
    post.stop();
    hub.stop();
    Ok(())
}

/// What is said when all four listen.
fn addresses(portal: &str, bank: &str, post: &str, hub: &str) -> String {
    format!(
        "portal  {portal}   cổng dịch vụ công · reference portal
bank    {bank}   nền tảng thanh toán · payment platform
post    {post}   bưu chính · postal operator
hub     {hub}   cổng quốc gia · national portal

Open each in a browser. Ledgers as JSON: /_ledger of bank, post and hub
Dossiers as the hub received them: {hub}/dossiers/CODE
Sign-on through the hub: {portal}/sign-on
         (citizens: any twelve digits; password: vandan)
Messages to citizens (one-time codes): {hub}/messages
To run against it, start it with --run RUN and --test-hooks, then:
vandan run RUN --target {portal} \\
    --bank {bank} --post {post}
Ctrl-C stops all four."
    )
}

/// The address some ports further; any free port stays any free port.
fn beside(bind: SocketAddr, step: u16) -> Result<SocketAddr, Failure> {
    let port = if bind.port() == 0 { Some(0) } else { bind.port().checked_add(step) };
    match port {
        Some(port) => Ok(SocketAddr::new(bind.ip(), port)),
        None => Err(invalid(format!("there are no {step} ports after {bind}"))),
    }
}

/// The faults of bank and post, each named with its peer before it, as `bank:lost=0.1`.
fn by_peer(faults: &[String]) -> Result<[Vec<&str>; 2], String> {
    let mut sorted = [Vec::new(), Vec::new()];
    let [of_bank, of_post] = &mut sorted;
    for text in faults {
        match text.split_once(':') {
            Some(("bank", fault)) => of_bank.push(fault),
            Some(("post", fault)) => of_post.push(fault),
            Some(_) | None => {
                return Err(format!("`{text}` does not say whose fault it is (write bank:{text} or post:{text})"));
            }
        }
    }
    Ok(sorted)
}

/// The payment platform, with the faults that were asked for.
pub(crate) fn bank(args: &BankArgs, listen: &Listen, faults: &[&str]) -> Result<mock_bank::Running, Failure> {
    let setup = args.setup(listen.bind, listen.seed, SECRET, faults)?;
    mock_bank::start(setup).map_err(|error| mocks::not_started(&error))
}

/// The postal operator, with the faults that were asked for.
pub(crate) fn post(options: &PostOptions, listen: &Listen, asked: &[&str]) -> Result<mock_post::Running, Failure> {
    let transit = Duration::from_secs(2)..=Duration::from_secs(5);
    let config = mock_post::Config { bind: listen.bind, token: TOKEN.to_owned(), seed: listen.seed, transit };
    let mut faults = mock_post::Faults::none();
    for text in asked {
        let (fault, share) = fault(text).map_err(invalid)?;
        faults = faults.with(fault, share);
    }
    let conduct = mock_post::Behaviour { faults, remit_every: options.remit_every, ..mock_post::Behaviour::ordinary() };
    mock_post::start_with(config, conduct).map_err(|error| mocks::not_started(&error))
}

/// Reads `lost=0.1`.
fn fault(text: &str) -> Result<(mock_post::Fault, f64), String> {
    let known = mock_post::Fault::ALL.map(mock_post::Fault::name).join(", ");
    let (name, share) = text.split_once('=').ok_or_else(|| format!("`{text}` has no share (write lost=0.1)"))?;
    let fault = mock_post::Fault::from_name(name.trim())
        .ok_or_else(|| format!("the post knows no fault `{name}`\nknown: {known}"))?;
    Ok((fault, values::share(share.trim())?))
}

/// The national portal, with the catalogue of the run that was named.
pub(crate) fn hub(
    options: &HubOptions,
    listen: &Listen,
    offered: &CatalogueArgs,
    test_hooks: bool,
) -> Result<mock_hub::Running, Failure> {
    let sample = mock_hub::Config::sample(listen.bind, listen.seed, SECRET);
    let catalogue = match mocks::composition(offered, listen.seed)? {
        Some(composed) => catalogue(&composed.people),
        None => sample.catalogue.clone(),
    };
    let config = mock_hub::Config {
        catalogue,
        outages: options.outage.clone(),
        push_url: options.push.clone(),
        test_hooks,
        ..sample
    };
    mock_hub::start(config).map_err(|error| mocks::not_started(&error))
}

fn catalogue(people: &world::People) -> mock_hub::Catalogue {
    let agency = |unit: &world::Unit| mock_hub::Agency {
        code: unit.code.clone(),
        name: unit.name.clone(),
        level: unit.level.as_str().to_owned(),
    };
    let procedure = |part: &world::Part, procedure: &world::Procedure| mock_hub::Procedure {
        code: part.procedure(&procedure.code),
        name: procedure.name.clone(),
        field: procedure.field.clone(),
        legal_days: procedure.legal_days,
        fee: procedure.fee.0,
    };
    let procedures = people.parts().iter().flat_map(|part| {
        let catalogue = part.province().catalogue().iter();
        catalogue.map(move |offered| procedure(part, offered))
    });
    mock_hub::Catalogue {
        agencies: people.units().map(agency).collect(),
        procedures: mocks::once(procedures, |procedure| procedure.code.clone()),
    }
}

fn invalid(message: String) -> Failure {
    Failure::new(Exit::InvalidConfiguration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_and_what_is_none_is_refused() {
        assert_eq!(fault("wrong-cod=0.25"), Ok((mock_post::Fault::WrongCod, 0.25)));
        for text in ["lost", "lost=2", "lost=x", "fire=0.1"] {
            assert!(fault(text).is_err(), "{text}");
        }
    }

    #[test]
    fn four_listen_at_four_ports_in_a_row_or_at_any() {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(beside(at(9_100), 3).ok(), Some(at(9_103)));
        assert_eq!(beside(at(0), 3).ok(), Some(at(0)));
        assert!(beside(at(65_534), 3).is_err());
    }

    #[test]
    fn the_addresses_fit_into_eighty_columns() {
        let url = "http://127.0.0.1:65535";
        for line in addresses(url, url, url, url).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
