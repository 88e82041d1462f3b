//! What `vandan mock SYSTEM` may be given: each system has its own options, and those of another are an error.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::args::{PortalArgs, ScenarioArgs};
use crate::mock_bank_args::BankArgs;
use crate::values::{delay, duration, length};

#[derive(Debug, Args)]
pub(crate) struct MockArgs {
    #[command(subcommand)]
    pub(crate) system: MockSystem,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MockSystem {
    /// Reference portal
    Portal(MockPortalArgs),
    /// Payment platform
    Bank(MockBankArgs),
    /// Postal operator
    Post(MockPostArgs),
    /// National portal
    Hub(MockHubArgs),
    /// All four, connected to each other: bank, post and hub use the three ports after that of --bind
    Country(MockCountryArgs),
}

#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) bind: SocketAddr,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogueArgs {
    /// Load units, procedures and clerks of this run's province [default: a small sample]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) run: Option<String>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

/// How the reference portal behaves, alone and in a country.
#[derive(Debug, Args)]
pub(crate) struct PortalOptions {
    #[command(flatten)]
    pub(crate) behaviour: PortalArgs,
    /// Minimum response time of the portal, e.g. "5 ms" [default: none]
    #[arg(long, value_name = "TIME", value_parser = delay)]
    pub(crate) delay: Option<Duration>,
    /// Rate limit of the portal per client, in requests per second; answers 429 above it [default: none]
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// SQLite file in which the portal keeps its state (3 kB a dossier): created if missing, and state survives a restart
    /// with the same --bind. Bank, post and hub keep their state in memory [default: memory only]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct MockPortalArgs {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) options: PortalOptions,
    #[command(flatten)]
    pub(crate) catalogue: CatalogueArgs,
    /// Enable /_test: whoever reaches it sets the clock, switches defects, variants and noise, and resets all state.
    /// `vandan run --target` needs it to set the portal's clock
    #[arg(long)]
    pub(crate) test_hooks: bool,
    /// URL of the payment platform
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9101")]
    pub(crate) bank: String,
    /// URL of the postal operator
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9102")]
    pub(crate) post: String,
    /// URL of the national portal, which receives every dossier, hands dossiers down and signs citizens on [default: none]
    #[arg(long, value_name = "URL")]
    pub(crate) hub: Option<String>,
    /// Print the OpenAPI document, as it is with the variants given, and exit
    #[arg(long)]
    pub(crate) openapi: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MockBankArgs {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) payments: BankArgs,
    /// Share of payments with a fault, e.g. lost=0.1; repeatable
    #[arg(long, value_name = "NAME=SHARE")]
    pub(crate) fault: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PostOptions {
    /// Remit collected money this often, e.g. "1 min" [default: on POST /remittances]
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) remit_every: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct MockPostArgs {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) options: PostOptions,
    /// Share of parcels with a fault, e.g. lost=0.1; repeatable
    #[arg(long, value_name = "NAME=SHARE")]
    pub(crate) fault: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct HubOptions {
    /// Outage of the hub, e.g. "unavailable@10 s+30 s" (or timeout, or reset); repeatable
    #[arg(long, value_name = "MODE@FROM+LENGTH", value_parser = outage)]
    pub(crate) outage: Vec<mock_hub::Outage>,
    /// Push dossiers that citizens enter at the hub to this URL [default: of a country, its portal]
    #[arg(long, value_name = "URL")]
    pub(crate) push: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MockHubArgs {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) options: HubOptions,
    #[command(flatten)]
    pub(crate) catalogue: CatalogueArgs,
    /// Enable /_test: whoever reaches it switches outages and resets all state
    #[arg(long)]
    pub(crate) test_hooks: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MockCountryArgs {
    #[command(flatten)]
    pub(crate) listen: Listen,
    #[command(flatten)]
    pub(crate) portal: PortalOptions,
    #[command(flatten)]
    pub(crate) payments: BankArgs,
    #[command(flatten)]
    pub(crate) post: PostOptions,
    #[command(flatten)]
    pub(crate) hub: HubOptions,
    #[command(flatten)]
    pub(crate) catalogue: CatalogueArgs,
    /// Share of payments or parcels with a fault, e.g. bank:lost=0.1 or post:lost=0.1; repeatable
    #[arg(long, value_name = "PEER:NAME=SHARE")]
    pub(crate) fault: Vec<String>,
    /// Enable /_test of portal and hub: whoever reaches it sets the clock, switches defects, variants, noise and outages,
    /// and resets all state. `vandan run --target` needs it to set the portal's clock
    #[arg(long)]
    pub(crate) test_hooks: bool,
}

/// Reads `unavailable@10 s+30 s`.
fn outage(text: &str) -> Result<mock_hub::Outage, String> {
    let known = mock_hub::Mode::ALL.map(mock_hub::Mode::name).join(", ");
    let parts = text.split_once('@').and_then(|(mode, time)| Some((mode, time.split_once('+')?)));
    let (mode, (from, length)) =
        parts.ok_or_else(|| format!("`{text}` is no outage (write \"unavailable@10 s+30 s\")"))?;
    let mode = mock_hub::Mode::from_name(mode.trim())
        .ok_or_else(|| format!("there is no outage `{mode}`; there is {known}"))?;
    Ok(mock_hub::Outage { mode, from: duration(from)?, length: duration(length)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_read_and_what_is_none_is_refused() {
        let read = outage("timeout@10 s+500 ms").unwrap();
        assert_eq!(read.mode, mock_hub::Mode::Timeout);
        assert_eq!((read.from, read.length), (Duration::from_secs(10), Duration::from_millis(500)));
        for text in ["", "timeout", "timeout@1 s", "fire@1 s+1 s", "reset@soon+1 s"] {
            assert!(outage(text).is_err(), "{text}");
        }
    }
}
