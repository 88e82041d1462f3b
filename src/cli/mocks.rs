//! The bundled mock systems: embedded in a run, or started by `vandan mock`.

use std::net::SocketAddr;
use std::time::Duration;

use mock_portal::{Behaviour, Catalogue, Clerk, Defect, Procedure, Process, Role, ServiceLevel, Unit};

use crate::args::PlanArgs;
use crate::compose::Composition;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::mock_args::{CatalogueArgs, MockPortalArgs, MockSystem, PortalOptions};
use crate::mock_country;
use crate::mock_lists;
use crate::open_files;
use crate::publications;

/// Portal, bank and post on loopback, for one run.
pub(crate) struct Country {
    pub(crate) portal: mock_portal::Running,
    pub(crate) bank: mock_bank::Running,
    pub(crate) post: mock_post::Running,
}

/// What the three share: no secret, they live as long as the run.
pub(crate) const SECRET: &str = "vandan-mock-secret";
pub(crate) const TOKEN: &str = "vandan-mock-token";

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

impl Country {
    /// Starts all three on free ports.
    pub(crate) fn start(composed: &Composition, defects: Vec<Defect>, conduct: Behaviour) -> Result<Self, Failure> {
        let settings = &composed.run.mocks;
        let usual = mock_bank::Setup::from(mock_bank::Config {
            bind: ANY_PORT,
            secret: SECRET.to_owned(),
            seed: composed.seed.0,
            faults: mock_bank::Faults { duplicate: settings.duplicate, forged: settings.forged },
            callback_delay: Duration::ZERO,
        });
        let shares = usual.shares.with(mock_bank::Fault::OutOfOrder, settings.out_of_order);
        let bank = mock_bank::start(mock_bank::Setup { shares, ..usual }).map_err(|error| not_started(&error))?;
        let post = mock_post::start(mock_post::Config {
            bind: ANY_PORT,
            token: TOKEN.to_owned(),
            seed: composed.seed.0,
            transit: settings.transit.clone(),
        })
        .map_err(|error| not_started(&error))?;
        let config = mock_portal::Config {
            bank_url: bank.url(),
            post_url: post.url(),
            defects,
            ..stand_alone(ANY_PORT, catalogue(composed), true)
        };
        let portal = mock_portal::start_with(config, conduct).map_err(|error| not_started(&error))?;
        Ok(Self { portal, bank, post })
    }
}

pub(crate) fn not_started(error: &std::io::Error) -> Failure {
    let message = format!("could not start a mock: {error}");
    if error.kind() == std::io::ErrorKind::InvalidInput {
        Failure::new(Exit::InvalidConfiguration, message)
    } else {
        Failure::run(message)
    }
}

fn service_level(reach: world::Reach) -> ServiceLevel {
    let level = publications::level(reach);
    ServiceLevel::try_from(u64::from(level)).unwrap_or_else(|why| unreachable!("a level {why}, not {level}"))
}

/// What the reference portal offers in a run: the units, procedures and clerks of its provinces. What several of them have alike is there
/// once.
fn catalogue(composed: &Composition) -> Catalogue {
    let unit = |unit: &world::Unit| Unit {
        code: unit.code.clone(),
        name: unit.name.clone(),
        level: unit.level.as_str().to_owned(),
    };
    let procedure = |part: &world::Part, procedure: &world::Procedure, offer: world::Offer| Procedure {
        code: part.procedure(&procedure.code),
        name: procedure.name.clone(),
        legal_days: procedure.legal_days,
        fee: procedure.fee.0,
        service_level: service_level(offer.reach),
        payable: offer.payable,
        postal: offer.postal,
        process: if offer.reach == world::Reach::Partial { Process::Partial } else { Process::Full },
    };
    let clerk = |staff: &model::Staff| Clerk {
        id: staff.name.clone(),
        unit: (!staff.unit_code.is_empty()).then(|| staff.unit_code.clone()),
        role: if staff.unit.is_some() { Role::Desk } else { Role::Post },
        password: staff.password.clone(),
    };
    let registrar = Clerk {
        id: composed.registrar.name.clone(),
        unit: None,
        role: Role::Registrar,
        password: composed.registrar.password.clone(),
    };
    let procedures = composed.people.parts().iter().flat_map(|part| {
        let offered = publications::at_first(part.province()).into_iter();
        offered.map(move |(offered, offer)| procedure(part, offered, offer))
    });
    Catalogue {
        units: composed.people.units().map(unit).collect(),
        procedures: once(procedures, |procedure| procedure.code.clone()),
        clerks: composed.staff.iter().map(clerk).chain([registrar]).collect(),
    }
}

/// The first of all with the same key.
pub(crate) fn once<T>(all: impl Iterator<Item = T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut known = std::collections::BTreeSet::new();
    all.filter(|one| known.insert(key(one))).collect()
}

/// `vandan mock SYSTEM`: one of them, until it is stopped.
pub(crate) fn serve(system: &MockSystem) -> Result<Exit, Failure> {
    if let MockSystem::Portal(MockPortalArgs { openapi: true, options, listen, .. }) = system {
        let behaviour = mock_lists::conduct(&options.behaviour, listen.seed)?;
        console::print(&mock_portal::openapi_under(&behaviour.variants));
        return Ok(Exit::Conforms);
    }
    open_files::allow_all();
    match system {
        MockSystem::Portal(args) => {
            let running = portal(&args.options, args.listen.seed, portal_config(args)?)?;
            announce("reference portal", &running.url());
            running.wait();
        }
        MockSystem::Bank(args) => {
            let running = mock_country::bank(&args.payments, &args.listen, &texts(&args.fault))?;
            announce("payment platform", &running.url());
            running.wait();
        }
        MockSystem::Post(args) => {
            let running = mock_country::post(&args.options, &args.listen, &texts(&args.fault))?;
            announce("postal operator", &running.url());
            running.wait();
        }
        MockSystem::Hub(args) => {
            let running = mock_country::hub(&args.options, &args.listen, &args.catalogue, args.test_hooks)?;
            announce("national portal", &running.url());
            running.wait();
        }
        MockSystem::Country(args) => mock_country::serve(args)?,
    }
    Ok(Exit::Conforms)
}

fn texts(faults: &[String]) -> Vec<&str> {
    faults.iter().map(String::as_str).collect()
}

/// The run whose province a mock serves, if one is named.
pub(crate) fn composition(args: &CatalogueArgs, seed: u64) -> Result<Option<Composition>, Failure> {
    let of_run = |run: &String| {
        Composition::of(&PlanArgs {
            run: run.clone(),
            province: None,
            portal: None,
            seed: Some(seed),
            scale: None,
            load: crate::args::LoadArgs::default(),
            length: None,
            connections: None,
            scenarios: args.scenarios.clone(),
        })
    };
    args.run.as_ref().map(of_run).transpose()
}

/// The reference portal, with the behaviour that was asked for.
pub(crate) fn portal(
    options: &PortalOptions,
    seed: u64,
    config: mock_portal::Config,
) -> Result<mock_portal::Running, Failure> {
    let conduct = Behaviour {
        delay: options.delay.unwrap_or_default(),
        limit: options.limit,
        store: options.store.clone(),
        ..mock_lists::conduct(&options.behaviour, seed)?
    };
    let config = mock_portal::Config { defects: mock_lists::defects(&options.behaviour.defect)?, ..config };
    mock_portal::start_with(config, conduct).map_err(|error| not_started(&error))
}

fn portal_config(args: &MockPortalArgs) -> Result<mock_portal::Config, Failure> {
    let catalogue = portal_catalogue(&args.catalogue, args.listen.seed)?;
    Ok(mock_portal::Config {
        hub: args.hub.as_ref().map(|url| link(url, &catalogue)),
        bank_url: args.bank.clone(),
        post_url: args.post.clone(),
        ..stand_alone(args.listen.bind, catalogue, args.test_hooks)
    })
}

/// What the reference portal offers: the province of a run, or a sample.
pub(crate) fn portal_catalogue(args: &CatalogueArgs, seed: u64) -> Result<Catalogue, Failure> {
    Ok(composition(args, seed)?.map_or_else(Catalogue::sample, |composed| catalogue(&composed)))
}

/// A portal that knows no peer yet.
pub(crate) fn stand_alone(bind: SocketAddr, catalogue: Catalogue, test_hooks: bool) -> mock_portal::Config {
    mock_portal::Config {
        bind,
        bank_url: String::new(),
        bank_secret: SECRET.to_owned(),
        bank_partner: "VANDAN".to_owned(),
        post_url: String::new(),
        post_token: TOKEN.to_owned(),
        hub: None,
        catalogue,
        defects: Vec::new(),
        test_hooks,
    }
}

/// The link to a national portal, on behalf of all units.
pub(crate) fn link(url: &str, catalogue: &Catalogue) -> mock_portal::Hub {
    // What stands before the first dot of a unit's code names the province.
    let agency = catalogue.units.first().and_then(|unit| unit.code.split('.').next()).unwrap_or_default();
    mock_portal::Hub::usual(url, SECRET, agency)
}

fn announce(what: &str, url: &str) {
    console::print(&format!("{what} at {url} (Ctrl-C ends it)"));
}
