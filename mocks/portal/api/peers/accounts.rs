//! Questions to the peers about money: refunds, settlement, collections and remittances.

use jiff::civil::Date;
use mock_ground::Call;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::peers::calls::{agreed, ask, body, post_token, read, refused, unavailable};
use crate::api::peers::orders::{CURRENCY, CUSTOMER, PROTOCOL};
use crate::domain::checksum;
use crate::domain::moment::Moment;
use crate::domain::payments::settlement::{self, Line};
use crate::domain::problem::Problem;
use crate::state::portal::Portal;

const REFUND: &str = "REFUND";

/// The longest settlement file: the 200,000 movements that a platform keeps, at 160 bytes each.
const LONGEST_FILE: usize = 32 * 1024 * 1024;
/// The longest page of the post: a thousand lines, and as many differences.
const LONGEST_PAGE: usize = 4 * 1024 * 1024;
/// How many lines of the post make a page.
const PAGE: usize = 1_000;
/// How many pages are read: more than a post has parcels.
const MOST_PAGES: usize = 300;

#[derive(Serialize)]
struct RefundOrder<'wanted> {
    message_type: &'static str,
    version: &'static str,
    partner: &'wanted str,
    reference: &'wanted str,
    refund: &'wanted str,
    amount: i64,
    currency: &'static str,
    time: &'wanted str,
    checksum: String,
}

#[derive(Deserialize)]
struct RefundAnswer {
    error_code: String,
}

/// Orders the platform to send money back; the same name again moves nothing more.
pub(crate) async fn refund(
    portal: &Portal,
    reference: &str,
    (name, amount): (&str, i64),
    now: Moment,
) -> Result<(), Problem> {
    let config = &portal.config;
    let (digits, time) = (amount.to_string(), now.stamp());
    let fields = [REFUND, PROTOCOL, &config.bank_partner, reference, name, &digits, CURRENCY, &time];
    let order = RefundOrder {
        message_type: REFUND,
        version: PROTOCOL,
        partner: &config.bank_partner,
        reference,
        refund: name,
        amount,
        currency: CURRENCY,
        time: &time,
        checksum: checksum::seal(&fields, &config.bank_secret),
    };
    let url = format!("{}/refunds", config.bank_url);
    portal.kept().await?;
    let answer: RefundAnswer = read(&url, ask(portal, &Call::post(&url, body(&order))).await?)?;
    if answer.error_code == "0" { Ok(()) } else { Err(refused(&url, format_args!("code {}", answer.error_code))) }
}

/// What the platform has moved on a day of its clock.
pub(crate) async fn settlement(portal: &Portal, day: Date) -> Result<Vec<Line>, Problem> {
    let url = format!("{}/settlement/{day}.csv", portal.config.bank_url);
    let answer = ask(portal, &Call { longest: LONGEST_FILE, ..Call::get(&url) }).await?;
    settlement::read(&String::from_utf8_lossy(&agreed(&url, answer)?)).map_err(unavailable)
}

/// What a receiver has paid.
#[derive(Debug, Deserialize)]
pub(crate) struct Collection {
    pub(crate) waybill: String,
    pub(crate) order_number: String,
    pub(crate) collected: i64,
    /// The number of the remittance it was passed on with.
    pub(crate) remittance: Option<String>,
}

/// What the post has passed on at once.
#[derive(Debug, Deserialize)]
pub(crate) struct Remittance {
    pub(crate) id: String,
    pub(crate) amount: i64,
    state: String,
}

impl Remittance {
    /// Whether both sides have agreed on it.
    pub(crate) fn is_agreed(&self) -> bool {
        self.state == "reconciled"
    }
}

#[derive(Deserialize)]
struct Statement {
    collections: Vec<Collection>,
}

#[derive(Deserialize)]
struct Remittances {
    remittances: Vec<Remittance>,
}

/// Everything that the post has collected for this portal, oldest first.
pub(crate) async fn collections(portal: &Portal) -> Result<Vec<Collection>, Problem> {
    pages(portal, "/reconciliation", |page: Statement| page.collections).await
}

/// Everything that the post has passed on to this portal, oldest first.
pub(crate) async fn remittances(portal: &Portal) -> Result<Vec<Remittance>, Problem> {
    pages(portal, "/remittances", |page: Remittances| page.remittances).await
}

async fn pages<Page: DeserializeOwned, Item>(
    portal: &Portal,
    path: &str,
    items: impl Fn(Page) -> Vec<Item>,
) -> Result<Vec<Item>, Problem> {
    let mut all = Vec::new();
    for _ in 0..MOST_PAGES {
        let (post, after) = (&portal.config.post_url, all.len());
        let url = format!("{post}{path}?customer_code={CUSTOMER}&after={after}&limit={PAGE}");
        let call = Call { longest: LONGEST_PAGE, credentials: Some(post_token(portal)), ..Call::get(&url) };
        let mut page = items(read(&url, ask(portal, &call).await?)?);
        let is_last = page.len() < PAGE;
        all.append(&mut page);
        if is_last {
            return Ok(all);
        }
    }
    Err(unavailable(format_args!("read {path} to its end")))
}

#[derive(Serialize)]
struct Count {
    customer_code: &'static str,
    amount: i64,
}

/// Reports to the post how much of a remittance the portal has counted; returns the remittance as it then stands.
pub(crate) async fn count(portal: &Portal, id: &str, amount: i64) -> Result<Remittance, Problem> {
    let url = format!("{}/remittances/{id}/reconcile", portal.config.post_url);
    let count = body(&Count { customer_code: CUSTOMER, amount });
    portal.kept().await?;
    read(&url, ask(portal, &Call { credentials: Some(post_token(portal)), ..Call::post(&url, count) }).await?)
}
