//! The money, to the dong: what the portal says was paid is what the bank and the post have, and what they passed on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::board::Board;
use super::laws::claim;
use super::ledgers::{Ledgers, log, times};

/// The amounts that the bank has captured for one dossier: for its fee, and for its taxes by reference.
#[derive(Debug, Default)]
struct Captured {
    fee: Vec<i64>,
    taxes: BTreeMap<String, i64>,
}

pub(super) fn laws(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let captured = captured(ledgers, broken);
    let collected = collected(ledgers);
    let nothing = Captured::default();
    let mut payments = 0;
    for (code, full) in &ledgers.dossiers {
        let at_bank = captured.get(code.as_str()).unwrap_or(&nothing);
        let by_post = collected.get(code.as_str()).copied().unwrap_or_default();
        fee(full, at_bank, by_post, broken);
        taxes(full, at_bank, broken);
        parcel(full, ledgers, broken);
        payments += ["paid", "collected", "tax_paid"].iter().map(|event| times(full, event)).sum::<usize>();
    }
    for code in captured.keys().chain(collected.keys()) {
        let is_known = ledgers.dossiers.contains_key(*code);
        claim(broken, is_known, || format!("money was paid for {code}, which is not on record"));
    }
    claim(broken, ledgers.state["payments"] == payments, || {
        format!("{} payments were booked and {payments} logged", ledgers.state["payments"])
    });
    let receipts = || ledgers.dossiers.values().filter_map(|full| full["obligation"]["receipt"].as_str());
    let different: BTreeSet<&str> = receipts().collect();
    claim(broken, different.len() == receipts().count(), || {
        format!("receipts of one number: {:?}", receipts().collect::<Vec<_>>())
    });
    peers(ledgers, collected.values().sum(), broken);
    let cash = board.acts.iter().filter(|act| act.events == ["paid"]).filter(|act| !act.done.is_empty());
    for act in cash {
        let is_booked = ledgers.dossiers.get(&act.code).is_some_and(|full| full["payment"]["state"] != "REQUIRED");
        claim(broken, is_booked, || format!("cash was taken and is due again: {act:?}"));
    }
}

/// What the bank captured, by dossier; each reference once.
fn captured<'ledgers>(ledgers: &'ledgers Ledgers, broken: &mut Vec<String>) -> BTreeMap<&'ledgers str, Captured> {
    let mut all: BTreeMap<&str, Captured> = BTreeMap::new();
    let is_capture = |signal: &&Value| signal["direction"] == "internal" && signal["kind"] == "captured";
    for signal in ledgers.bank.iter().filter(is_capture) {
        let reference = signal["reference"].as_str().unwrap();
        let amount = signal["amount"].as_i64().unwrap();
        let (code, number) = reference.rsplit_once('-').unwrap();
        let captured = all.entry(code).or_default();
        if number.starts_with('P') {
            captured.fee.push(amount);
        } else {
            let is_new = captured.taxes.insert(reference.to_owned(), amount).is_none();
            claim(broken, is_new, || format!("{reference} was captured twice"));
        }
    }
    all
}

/// What the post collected, by dossier.
fn collected(ledgers: &Ledgers) -> BTreeMap<&str, i64> {
    let mut all: BTreeMap<&str, i64> = BTreeMap::new();
    for one in ledgers.post_accounts[0]["collections"].as_array().unwrap() {
        *all.entry(one["order_number"].as_str().unwrap()).or_default() += one["collected"].as_i64().unwrap();
    }
    all
}

/// What the post has collected and the portal does not take for the fee, because it is another amount.
fn disputed(full: &Value) -> i64 {
    full["parcel"]["discrepancy"].as_i64().unwrap_or_default()
}

/// What has come in under orders that no longer counted, and is to be given back: how often, and how much.
fn overpaid(payment: &Value) -> (usize, i64) {
    let orders = payment["past_orders"].as_array().map(Vec::as_slice).unwrap_or_default();
    let amounts = orders.iter().filter_map(|order| order["overpayment"]["amount"].as_i64());
    (amounts.clone().count(), amounts.sum())
}

/// The fee was paid once or not at all, by the way that was chosen, and whoever took it has it.
fn fee(full: &Value, at_bank: &Captured, by_post: i64, broken: &mut Vec<String>) {
    let payment = &full["payment"];
    let (paid, fee) = (payment["amount_paid"].as_i64().unwrap(), full["fee"].as_i64().unwrap());
    let in_cash = log(full)
        .iter()
        .any(|entry| entry["event"] == "paid" && entry["actor"].as_str().is_some_and(|by| by.starts_with("clerk:")));
    let (over_count, over_sum) = overpaid(payment);
    let banked = at_bank.fee.iter().sum::<i64>() - over_sum;
    let is_online = payment["method"] == "online";
    let expected = match payment["method"].as_str().unwrap() {
        "online" => banked,
        "cod" => by_post - disputed(full) + if in_cash { fee } else { 0 },
        "counter" if in_cash => fee,
        _ => 0,
    };
    let is_balanced = paid == expected && (is_online || banked == 0) && at_bank.fee.len() <= 1 + over_count;
    claim(broken, is_balanced, || format!("paid {paid}, at the bank {at_bank:?}, collected {by_post}: {full}"));
    let is_settled = expected > 0;
    claim(broken, payment["receipt_count"] == u64::from(is_settled), || format!("receipts for one payment: {full}"));
    let is_open = ["REQUIRED", "PENDING", "NONE", "COD_REQUESTED"].contains(&payment["state"].as_str().unwrap());
    claim(broken, !(is_settled && is_open), || format!("paid and still to be paid: {full}"));
    let is_claimed = ["PAID", "COLLECTED"].contains(&payment["state"].as_str().unwrap());
    claim(broken, is_settled || !is_claimed, || format!("said to be paid and nobody has the money: {full}"));
    let is_whole = !is_settled || payment["method"] == "cod" || paid == fee;
    claim(broken, is_whole, || format!("paid {paid} of {fee}: {full}"));
    let logged = times(full, "paid") + times(full, "collected");
    claim(broken, logged == usize::from(is_settled), || format!("logged {logged} payments of the fee: {full}"));
}

/// Every tax that the bank captured is logged by the bank, and the latest notice is paid by its own reference.
fn taxes(full: &Value, at_bank: &Captured, broken: &mut Vec<String>) {
    let by_bank = log(full).iter().filter(|entry| entry["event"] == "tax_paid" && entry["actor"] == "bank").count();
    let over_count = overpaid(&full["obligation"]["payment"]).0;
    claim(broken, by_bank + over_count == at_bank.taxes.len(), || {
        format!("the bank has {:?} and {by_bank} payments are logged: {full}", at_bank.taxes)
    });
    let Some(obligation) = full.get("obligation") else { return };
    let payment = &obligation["payment"];
    let lines = obligation["lines"].as_array().unwrap().iter();
    let due: i64 = lines.map(|line| line["amount"].as_i64().unwrap()).sum();
    let open = times(full, "tax_noticed") - times(full, "tax_paid");
    let is_paid = open == 0;
    let expected = if is_paid { due } else { 0 };
    let is_right = payment["amount_due"] == due && payment["amount_paid"] == expected;
    claim(broken, is_right && open <= 1, || format!("{due} of tax are due, {open} notices are open: {full}"));
    let captured = payment["reference"].as_str().and_then(|reference| at_bank.taxes.get(reference));
    claim(broken, captured.is_none_or(|amount| *amount == due), || format!("captured {captured:?}: {full}"));
    claim(broken, obligation["receipt"].is_null() != is_paid, || format!("a receipt and no money: {full}"));
}

/// A result has one live waybill at most, and nothing else has one.
fn parcel(full: &Value, ledgers: &Ledgers, broken: &mut Vec<String>) {
    let code = &full["code"];
    let (ordered, in_vain) = ledgers.waybills(code.as_str().unwrap());
    let live: Vec<&str> = ordered.difference(&in_vain).copied().collect();
    claim(broken, live.len() <= 1, || format!("several parcels are under way: {live:?} of {full}"));
    let is_result =
        full["return_method"] == "post" && ["COMPLETED", "RETURNED"].contains(&full["state"].as_str().unwrap());
    claim(broken, is_result || ordered.is_empty(), || format!("{ordered:?} carry no result: {full}"));
    let told = full["parcel"]["waybill"].as_str();
    claim(broken, told.is_none_or(|told| ordered.contains(told)), || format!("the post knows {ordered:?}: {full}"));
    let is_known = told.is_some() || ordered.is_empty();
    claim(broken, is_known, || format!("{ordered:?} were ordered and are not on record: {full}"));
    let is_delivery = |signal: &Value| signal["dossier"] == *code && signal["kind"] == "delivered";
    let delivered = ledgers.post.iter().any(is_delivery);
    // What the post has brought back is handed over at the counter.
    let is_fetched = times(full, "handed_over") > 0;
    let is_returned = full["state"] == "RETURNED";
    let agrees = match (delivered, is_fetched) {
        (true, true) => false,
        (delivered, is_fetched) => is_returned == (delivered || is_fetched),
    };
    claim(broken, full["return_method"] != "post" || agrees, || format!("delivery: {full}"));
}

/// The peers' own ledgers balance, they have told everything, and the portal agrees to what was remitted.
fn peers(ledgers: &Ledgers, collected: i64, broken: &mut Vec<String>) {
    let bank = &ledgers.bank_account;
    claim(broken, bank["balanced"] == true, || format!("the bank's ledgers differ: {bank}"));
    claim(broken, bank["unacknowledged"]["count"] == 0, || format!("the portal does not know of money: {bank}"));
    let [before, after] = &ledgers.post_accounts;
    let amount = |account: &Value, field: &str| account[field].as_i64().unwrap();
    let is_whole = amount(before, "collected") == collected && amount(before, "outstanding") == collected;
    claim(broken, is_whole, || format!("the post collected {collected} and says {before}"));
    let is_remitted = amount(after, "remitted") == collected && amount(after, "outstanding") == 0;
    claim(broken, is_remitted, || format!("the post remitted {after}"));
    let remitted: i64 = ledgers.remittances.iter().map(|one| one["amount"].as_i64().unwrap()).sum();
    let expected = |full: &Value| {
        let is_collected = times(full, "collected") > 0;
        disputed(full) + if is_collected { full["payment"]["amount_paid"].as_i64().unwrap() } else { 0 }
    };
    let portal: i64 = ledgers.dossiers.values().map(expected).sum();
    claim(broken, remitted == portal, || format!("the post remitted {remitted}, the portal expects {portal}"));
}
