//! The run file: which province, which portal, how long, who walks what, which claims.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use engine::{Authority, BaseUrl, HttpVersion, NamedHost};
use model::{Document, Fields, Node, Placed, Problems, one_of};
use verdict::Gate;
use world::{EdgeCaseShares, LoadShape, Realism, Scale, Visits};

use crate::connections::Connections;
use crate::targets;
use crate::values::{duration, length, scale};

/// A run as its file says.
#[derive(Clone, Debug)]
pub(crate) struct RunFile {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) seed: u64,
    /// How long the load lasts.
    pub(crate) length: Duration,
    /// How fast people come; as on the days of the document if it is not said.
    pub(crate) load: Option<LoadShape>,
    /// A closed model, which only the command line can ask for.
    pub(crate) closed: Option<Closed>,
    /// How many times faster closed hours pass.
    pub(crate) closed_hours: f64,
    /// The claims as written, and as read.
    pub(crate) gates: Vec<(String, Gate)>,
    pub(crate) limits: Limits,
    pub(crate) require: Require,
    pub(crate) mocks: Mocks,
    pub(crate) authorization: Option<Authorization>,
    /// Where the portal is; nowhere: in this process.
    pub(crate) targets: Vec<BaseUrl>,
    /// Which HTTP it is asked by.
    pub(crate) http: HttpVersion,
    /// Doors on this machine that links of the portal may lead to, besides its own and its peers'.
    pub(crate) links: Vec<Authority>,
    /// Addresses of this machine from which connections are opened; any if there is none.
    pub(crate) source_addresses: Vec<IpAddr>,
    pub(crate) realism: Realism,
    pub(crate) edge_cases: EdgeCaseShares,
    /// Visitors.
    pub(crate) visits: Option<Visits>,
}

/// So many people at a time, each of whom begins the next journey when the last has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) people: usize,
    pub(crate) warm_up: Duration,
}

/// The other files that a run names; `None` where it names none.
///
/// They are known even if the rest of the run file cannot be read, so that everything wrong is found at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The provinces that are played at once; empty if none could be read.
    pub(crate) provinces: Vec<NamedProvince>,
    pub(crate) procedures: Option<Placed>,
    pub(crate) calendar: Option<Placed>,
    pub(crate) portal: Option<Placed>,
    pub(crate) journeys: Roles,
    pub(crate) visit: Option<Placed>,
}

/// A province that is played, or all those of a country.
#[derive(Clone, Debug)]
pub(crate) struct NamedProvince {
    pub(crate) name: Placed,
    /// How much of it.
    pub(crate) scale: Scale,
}

impl NamedProvince {
    /// All of it.
    pub(crate) fn whole(name: Placed) -> Self {
        Self { name, scale: Scale::WHOLE }
    }
}

/// Who walks which journey, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    pub(crate) online: Option<Placed>,
    pub(crate) counter: Option<Placed>,
    pub(crate) post: Option<Placed>,
    pub(crate) desk: Option<Placed>,
    pub(crate) post_desk: Option<Placed>,
    pub(crate) final_reads: Vec<Placed>,
}

/// What a run may take, and when it is invalid.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Whose connections are.
    pub(crate) connections: Connections,
    /// How long a person's own connection is kept without a request.
    pub(crate) keep_alive: Duration,
    pub(crate) under_way: usize,
    pub(crate) timeout: Duration,
    /// For how long nothing but errors may come before nobody new is let in; `None`: for ever.
    pub(crate) outage: Option<Duration>,
    /// The shortest time from one look into an inbox, or at a dossier that is waited for, to the next.
    pub(crate) poll_every: Duration,
    /// For how long nothing must have happened before dossiers are read back.
    pub(crate) settle: Duration,
    pub(crate) drain: Duration,
    pub(crate) final_read: Duration,
    pub(crate) dropped_share: f64,
    /// How late 99 % of exchanges may leave; reckoned from the gates if not given.
    pub(crate) scheduling_delay: Option<Duration>,
}

/// What must be decided for the run to conform.
#[derive(Clone, Debug, Default)]
pub(crate) struct Require {
    /// So many rules.
    pub(crate) rules: Option<i64>,
    /// A rule of each of these areas.
    pub(crate) areas: Vec<String>,
}

/// How the embedded peers behave.
#[derive(Clone, Debug)]
pub(crate) struct Mocks {
    pub(crate) duplicate: f64,
    pub(crate) forged: f64,
    pub(crate) out_of_order: f64,
    pub(crate) transit: RangeInclusive<Duration>,
}

/// The owner's consent to load a portal that is not on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) by: String,
    /// Where the portal and its peers may be; with a port, only there.
    pub(crate) host: NamedHost,
    /// Further doors of the same owner, to which links may lead and at which peers may be.
    pub(crate) also: Vec<Authority>,
    pub(crate) until: jiff::civil::Date,
    /// Requests to each host at the most, in any second.
    pub(crate) max_rate: f64,
}

/// The pace of polls if the run file names none: a person who looks again and again does so ten times a second at most,
/// however fast the simulated days pass.
const POLL_EVERY: Duration = Duration::from_millis(100);
/// Longer than people sit out an outage on their way, shorter than anybody would look on.
const OUTAGE: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_secs(2);
/// Longer than people pause between two clicks, and shorter than most servers keep a connection that is not used.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

impl RunFile {
    /// Reads a run file: what it names, and the run if nothing is wrong with the file itself.
    pub(crate) fn load(file: &str, text: &str) -> (Names, Result<Self, Problems>) {
        let mut names = Names::default();
        let run = Document::parse(file, text).and_then(|document| Self::read(&document, &mut names));
        (names, run)
    }

    fn read(document: &Document, names: &mut Names) -> Result<Self, Problems> {
        document.read(|fields| {
            let name = fields.need("run").and_then(|node| name(&node));
            let title = fields.text("title");
            names.provinces = provinces(fields).unwrap_or_default();
            names.procedures = named(fields, "procedures");
            names.calendar = named(fields, "calendar");
            names.portal = named(fields, "portal");
            let seed = fields.need("seed").and_then(|node| whole(&node, 0..=i64::MAX));
            let load = fields.get("load").map_or(Some(None), |node| LoadShape::read(&node, duration).map(Some));
            let shaped = load.as_ref().and_then(|load| Some(load.as_ref()?.length()));
            let is_shaped = fields.get("load").is_some();
            let time = fields.need("time").and_then(|node| node.fields(|fields| time(fields, is_shaped)));
            names.journeys =
                fields.need("journeys").and_then(|node| node.fields(|fields| Some(roles(fields)))).unwrap_or_default();
            let gates = fields.list("gates", gate);
            let limits_node = fields.need("limits");
            let limits = limits_node.as_ref().and_then(|node| node.fields(limits));
            let require = fields.get("require").map_or(Some(Require::default()), |node| node.fields(require));
            let mocks = fields.need("mocks").and_then(|node| node.fields(mocks));
            let (authorization, is_authorization_read) = match fields.get("authorization") {
                None => (None, Some(())),
                Some(node) => {
                    let read = node.fields(authorization);
                    let is_read = read.is_some().then_some(());
                    (read, is_read)
                }
            };
            let targets = targets::read(fields);
            let http = fields.get("http").map_or(Some(HttpVersion::Auto), |node| node.parsed(targets::http));
            if let (Some(Limits { outage: None, .. }), Some(_), Some(node)) = (&limits, &authorization, &limits_node) {
                node.refuse::<()>(
                    "`outage` is off, and the portal is not on this machine",
                    "name a time: whoever runs it must not be knocked at for ever when it is down",
                );
            }
            let links = doors(fields, "links", |door| {
                let reason = "it is not this machine: name it in `authorization.also`";
                if door.is_loopback() { Ok(()) } else { Err(reason) }
            });
            let address = |text: &str| text.parse().map_err(|_no_address| format!("`{text}` is no IP address"));
            let source_addresses = fields.list("source_addresses", |node| node.parsed(address));
            let realism = fields.get("identity").map_or(Some(Realism::Impossible), |node| realism(&node));
            let edge_cases =
                fields.get("edge_cases").map_or(Some(EdgeCaseShares::default()), |node| EdgeCaseShares::read(&node));
            let visits = fields.get("visits").map_or(Some(None), |node| Visits::read(&node).map(Some));
            names.visit = visits.as_ref().and_then(|visits| Some(visits.as_ref()?.journey.clone()));
            is_authorization_read?;
            let ((length, closed_hours), load) = (time?, load?);
            let length = length.or(shaped)?;
            Some(Self {
                name: name?,
                title: title?,
                seed: seed?.unsigned_abs(),
                length,
                load,
                closed: None,
                closed_hours,
                gates: gates?,
                limits: limits?,
                require: require?,
                mocks: mocks?,
                authorization,
                targets: targets?,
                http: http?,
                links: links?,
                source_addresses: source_addresses?,
                realism: realism?,
                edge_cases: edge_cases?,
                visits: visits?,
            })
        })
    }
}

/// The name of a run becomes the name of a folder.
fn name(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    let is_name = !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_.".contains(sign));
    if is_name && !text.starts_with('.') {
        Some(text.to_owned())
    } else {
        node.refuse(format!("`{text}` is no name for a run"), "letters, digits, `-`, `_` and `.`: it names a folder")
    }
}

/// The length, unless a load shape has one, and how fast closed hours pass.
fn time(fields: &Fields<'_>, is_shaped: bool) -> Option<(Option<Duration>, f64)> {
    let length = match fields.get("length") {
        Some(node) if is_shaped => node.refuse("`load` says how long the run lasts", "leave one of them out"),
        None if is_shaped => Some(None),
        Some(_) | None => fields.need("length").and_then(|node| node.parsed(length)).map(Some),
    };
    let closed_hours = fields.need("closed_hours").and_then(|node| match node.number()? {
        speed if (1.0..=10_000.0).contains(&speed) => Some(speed),
        _ => node.refuse("closed hours pass 1 to 10,000 times faster", ""),
    });
    Some((length?, closed_hours?))
}

/// One province, or a list of those that are played at once.
fn provinces(fields: &Fields<'_>) -> Option<Vec<NamedProvince>> {
    let (one, several) = (fields.get("province"), fields.get("provinces"));
    let (node, several) = match (one, several) {
        (Some(_), Some(node)) => {
            return node.refuse("`province` is given already", "leave one of `province` and `provinces` out");
        }
        (None, Some(node)) => (node, fields.list("provinces", province)?),
        (_, None) => return Some(vec![NamedProvince::whole(named(fields, "province")?)]),
    };
    if several.is_empty() {
        return node.refuse("no province is played", "name at least one, as [dien-bien-2019, tay-ninh-2021]");
    }
    let nodes = node.items()?;
    let mut is_complete = true;
    for (at, (named, node)) in several.iter().zip(nodes).enumerate() {
        if several.iter().take(at).any(|earlier| earlier.name.text == named.name.text) {
            node.refuse::<()>(format!("`{}` is named twice", named.name.text), "leave one out, or raise its `scale`");
            is_complete = false;
        }
    }
    is_complete.then_some(several)
}

/// Reads `dien-bien-2019` or `{ name: dien-bien-2019, scale: 1/2 }`.
fn province(node: &Node<'_>) -> Option<NamedProvince> {
    if !node.is_map() {
        return node.placed().map(NamedProvince::whole);
    }
    node.fields(|fields| {
        let name = named(fields, "name");
        let scale = fields.get("scale").map_or(Some(Scale::WHOLE), |node| node.parsed(scale));
        Some(NamedProvince { name: name?, scale: scale? })
    })
}

/// A name that must be there.
fn named(fields: &Fields<'_>, field: &'static str) -> Option<Placed> {
    fields.need(field).and_then(|node| node.placed())
}

fn roles(fields: &Fields<'_>) -> Roles {
    let optional = |field| fields.get(field).and_then(|node| node.placed());
    Roles {
        online: named(fields, "online"),
        counter: named(fields, "counter"),
        post: named(fields, "post"),
        desk: optional("desk"),
        post_desk: optional("post_desk"),
        final_reads: fields.list("final_reads", Node::placed).unwrap_or_default(),
    }
}

fn gate(node: &Node<'_>) -> Option<(String, Gate)> {
    let text = node.text()?;
    match Gate::parse(text) {
        Ok(gate) => Some((text.to_owned(), gate)),
        Err(error) => node.refuse(error.to_string(), error.remedy()),
    }
}

fn limits(fields: &Fields<'_>) -> Option<Limits> {
    let count = |name| {
        fields.need(name).and_then(|node| whole(&node, 1..=1_000_000)).and_then(|count| usize::try_from(count).ok())
    };
    let time = |name| fields.need(name).and_then(|node| node.parsed(duration));
    let under_way = count("under_way");
    let connections = fields.get("connections");
    let connections = connections.map_or(Some(Connections::PerPerson), |node| node.parsed(Connections::parse));
    let keep_alive = fields.get("keep_alive").map_or(Some(KEEP_ALIVE), |node| node.parsed(duration));
    let (timeout, drain, final_read) = (time("timeout"), time("drain"), time("final_read"));
    let poll_every = fields.get("poll_every").map_or(Some(POLL_EVERY), |node| node.parsed(duration));
    let outage = fields.get("outage").map_or(Some(Some(OUTAGE)), |node| node.parsed(outage));
    let settle = fields.get("settle").map_or(Some(SETTLE), |node| node.parsed(duration));
    if let (Some(settle), Some(drain)) = (settle, drain)
        && settle >= drain
    {
        fields.node().refuse::<()>("`settle` is not shorter than `drain`", "raise `drain`");
    }
    let dropped_share = fields.need("dropped_share").and_then(|node| share(&node));
    let scheduling_delay = fields.get("scheduling_delay").map_or(Some(None), |node| node.parsed(duration).map(Some));
    Some(Limits {
        connections: connections?,
        keep_alive: keep_alive?,
        under_way: under_way?,
        timeout: timeout?,
        outage: outage?,
        poll_every: poll_every?,
        settle: settle?,
        drain: drain?,
        final_read: final_read?,
        dropped_share: dropped_share?,
        scheduling_delay: scheduling_delay?,
    })
}

/// Reads `30 s` or `off`.
fn outage(text: &str) -> Result<Option<Duration>, String> {
    if text == "off" {
        return Ok(None);
    }
    let outage = duration(text)?;
    if outage < Duration::from_secs(1) {
        return Err(format!("`{text}` is shorter than 1 s"));
    }
    Ok(Some(outage))
}

fn require(fields: &Fields<'_>) -> Option<Require> {
    let rules = fields.get("rules").map_or(Some(None), |node| whole(&node, 1..=1_000).map(Some));
    let areas = fields.list("areas", |node| {
        let name = node.text()?;
        if verdict::AREAS.iter().any(|area| area.name == name) {
            return Some(name.to_owned());
        }
        let known: Vec<_> = verdict::AREAS.iter().map(|area| area.name).collect();
        node.refuse(format!("`{name}` is no area of the rule catalogue"), one_of(name, &known))
    });
    Some(Require { rules: rules?, areas: areas? })
}

fn mocks(fields: &Fields<'_>) -> Option<Mocks> {
    let bank = fields.need("bank").and_then(|node| {
        node.fields(|fields| {
            let duplicate = fields.need("duplicate").and_then(|node| share(&node));
            let forged = fields.need("forged").and_then(|node| share(&node));
            let out_of_order = fields.get("out_of_order").map_or(Some(0.0), |node| share(&node));
            Some((duplicate?, forged?, out_of_order?))
        })
    });
    let transit = fields.need("post").and_then(|node| {
        node.fields(|fields| {
            fields.need("transit").and_then(|node| {
                node.parsed(|text| {
                    let (least, most) = text.split_once(" to ").unwrap_or((text, text));
                    let (least, most) = (duration(least)?, duration(most)?);
                    if least <= most { Ok(least..=most) } else { Err(format!("`{text}` ends before it begins")) }
                })
            })
        })
    });
    let (duplicate, forged, out_of_order) = bank?;
    Some(Mocks { duplicate, forged, out_of_order, transit: transit? })
}

fn authorization(fields: &Fields<'_>) -> Option<Authorization> {
    let by = fields.text("by");
    let host = fields.need("host").and_then(|node| node.parsed(host));
    let also = doors(fields, "also", |_| Ok(()));
    let until = fields.need("until").and_then(|node| {
        node.parsed(|text| text.parse().map_err(|_no_date| format!("`{text}` is no date (write 2026-12-31)")))
    });
    let max_rate = fields.need("max_rate").and_then(|node| match node.number()? {
        rate if rate > 0.0 => Some(rate),
        _ => node.refuse("a rate above 0 is expected, in requests per second", ""),
    });
    Some(Authorization { by: by?, host: host?, also: also?, until: until?, max_rate: max_rate? })
}

/// A list of doors, each a host with its port, by http and by https; none if there is no list.
fn doors(
    fields: &Fields<'_>,
    name: &'static str,
    check: impl Fn(&Authority) -> Result<(), &'static str> + Copy,
) -> Option<Vec<Authority>> {
    let doors = |text: &str| {
        let doors = host(text)?.doors().ok_or_else(|| format!("`{text}` has no port (write {text}:443)"))?;
        check(&doors[0]).map_err(|reason| format!("`{text}`: {reason}"))?;
        Ok(doors)
    };
    Some(fields.list(name, |node| node.parsed(doors))?.into_iter().flatten().collect())
}

fn host(text: &str) -> Result<NamedHost, String> {
    NamedHost::parse(text).map_err(|error| format!("`{text}` is no host: {}", error.why))
}

fn realism(node: &Node<'_>) -> Option<Realism> {
    Some(match node.word(&["impossible", "realistic"])? {
        "realistic" => Realism::Realistic,
        _ => Realism::Impossible,
    })
}

fn share(node: &Node<'_>) -> Option<f64> {
    match model::Share::new(node.number()?) {
        Ok(share) => Some(share.value()),
        Err(error) => node.refuse(error.to_string(), ""),
    }
}

fn whole(node: &Node<'_>, range: RangeInclusive<i64>) -> Option<i64> {
    let number = node.integer()?;
    if range.contains(&number) {
        Some(number)
    } else {
        node.refuse(format!("{number} is not within {} to {}", range.start(), range.end()), "")
    }
}
