//! Cash on delivery: what receivers paid, what was remitted to the customers, and what the customers agreed to.
//!
//! The invariant of this file: for every customer and at any time, collected = remitted + outstanding.

use std::collections::BTreeMap;

use serde::Serialize;

/// What one receiver paid: about 250 bytes, at most one per parcel.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Collection {
    /// The number of the receipt that the receiver got.
    pub(crate) receipt: String,
    pub(crate) waybill: String,
    pub(crate) order_number: String,
    #[serde(skip)]
    pub(crate) customer: String,
    /// What the customer wanted to have collected, in whole VND.
    pub(crate) ordered: i64,
    /// What the receiver paid, in whole VND.
    pub(crate) collected: i64,
    /// The remittance it was part of.
    pub(crate) remittance: Option<String>,
}

/// How far a remittance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Agreement {
    /// Remitted to the customer, who has not confirmed it.
    Remitted,
    /// The customer counted the same amount.
    Reconciled,
    /// The customer counted another amount.
    Disputed,
}

impl Agreement {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Remitted => "remitted",
            Self::Reconciled => "reconciled",
            Self::Disputed => "disputed",
        }
    }
}

/// Everything that was outstanding for one customer, remitted at once: about 150 bytes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Remittance {
    pub(crate) id: String,
    pub(crate) customer_code: String,
    pub(crate) at_unix_ms: u64,
    /// How many collections it consists of.
    pub(crate) count: usize,
    /// Their sum, in whole VND.
    pub(crate) amount: i64,
    pub(crate) state: Agreement,
}

/// One customer's money, in whole VND.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Account {
    /// What was ordered to be collected, of the parcels that were delivered.
    pub(crate) ordered: i64,
    pub(crate) collected: i64,
    pub(crate) remitted: i64,
    /// The part of `remitted` that the customer agreed to.
    pub(crate) reconciled: i64,
    /// Collected and not remitted.
    pub(crate) outstanding: i64,
}

/// All money collected on delivery.
#[derive(Debug, Default)]
pub(crate) struct Cod {
    collections: Vec<Collection>,
    /// How many collections, from the first on, have been remitted.
    remitted_until: usize,
    remittances: Vec<Remittance>,
    accounts: BTreeMap<String, Account>,
}

/// Why a remittance cannot be reconciled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Irreconcilable {
    /// There is no such remittance of this customer.
    Unknown,
    /// The customer agreed to it before.
    Settled,
}

impl Cod {
    /// Records what a receiver paid and numbers the receipt.
    pub(crate) fn collect(&mut self, mut collection: Collection) {
        collection.receipt = format!("BL{:09}", self.collections.len() + 1);
        let account = self.accounts.entry(collection.customer.clone()).or_default();
        account.ordered += collection.ordered;
        account.collected += collection.collected;
        account.outstanding += collection.collected;
        self.collections.push(collection);
    }

    /// Remits all that is outstanding, to each customer at once; nothing if nothing is.
    pub(crate) fn remit(&mut self) -> Vec<Remittance> {
        let from = std::mem::replace(&mut self.remitted_until, self.collections.len());
        let mut by_customer: BTreeMap<String, Remittance> = BTreeMap::new();
        for collection in self.collections.iter_mut().skip(from) {
            let number = self.remittances.len() + by_customer.len() + 1;
            let remittance =
                by_customer.entry(collection.customer.clone()).or_insert_with(|| new_remittance(number, collection));
            remittance.count += 1;
            remittance.amount += collection.collected;
            collection.remittance = Some(remittance.id.clone());
        }
        let mut made: Vec<Remittance> = by_customer.into_values().collect();
        made.sort_by(|one, other| one.id.cmp(&other.id));
        for remittance in &made {
            let account = self.accounts.entry(remittance.customer_code.clone()).or_default();
            account.remitted += remittance.amount;
            account.outstanding -= remittance.amount;
        }
        self.remittances.extend(made.iter().cloned());
        made
    }

    /// The customer confirms how much arrived; returns the remittance after it.
    ///
    /// # Errors
    /// There is no such remittance, or the customer agreed to it before.
    pub(crate) fn reconcile(&mut self, id: &str, customer: &str, counted: i64) -> Result<Remittance, Irreconcilable> {
        let remittance = self
            .remittances
            .iter_mut()
            .find(|remittance| remittance.id == id && remittance.customer_code == customer)
            .ok_or(Irreconcilable::Unknown)?;
        if remittance.state == Agreement::Reconciled {
            return Err(Irreconcilable::Settled);
        }
        if remittance.amount == counted {
            remittance.state = Agreement::Reconciled;
            self.accounts.entry(customer.to_owned()).or_default().reconciled += counted;
        } else {
            remittance.state = Agreement::Disputed;
        }
        Ok(remittance.clone())
    }

    /// The account of one customer; empty for an unknown one.
    pub(crate) fn account(&self, customer: &str) -> Account {
        self.accounts.get(customer).copied().unwrap_or_default()
    }

    /// The sum of all accounts.
    pub(crate) fn total(&self) -> Account {
        self.accounts.values().fold(Account::default(), |sum, account| Account {
            ordered: sum.ordered + account.ordered,
            collected: sum.collected + account.collected,
            remitted: sum.remitted + account.remitted,
            reconciled: sum.reconciled + account.reconciled,
            outstanding: sum.outstanding + account.outstanding,
        })
    }

    /// A customer's remittances, oldest first.
    pub(crate) fn remittances<'cod>(&'cod self, customer: &'cod str) -> impl Iterator<Item = &'cod Remittance> {
        self.remittances.iter().filter(move |remittance| remittance.customer_code == customer)
    }

    /// A customer's collections, oldest first.
    pub(crate) fn collections<'cod>(&'cod self, customer: &'cod str) -> impl Iterator<Item = &'cod Collection> {
        self.collections.iter().filter(move |collection| collection.customer == customer)
    }
}

fn new_remittance(number: usize, first: &Collection) -> Remittance {
    Remittance {
        id: format!("CK{number:07}"),
        customer_code: first.customer.clone(),
        at_unix_ms: mock_ground::unix_ms(),
        count: 0,
        amount: 0,
        state: Agreement::Remitted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(customer: &str, ordered: i64, collected: i64) -> Collection {
        Collection {
            receipt: String::new(),
            waybill: "VP000000001VN".into(),
            order_number: "D-1".into(),
            customer: customer.into(),
            ordered,
            collected,
            remittance: None,
        }
    }

    #[test]
    fn a_day_is_remitted_once_and_to_the_dong() {
        let mut cod = Cod::default();
        cod.collect(paid("A", 5_592_145_403, 5_592_145_403));
        cod.collect(paid("B", 8_000, 7_000));
        let made = cod.remit();
        assert_eq!(made.iter().map(|each| each.amount).collect::<Vec<_>>(), [5_592_145_403, 7_000]);
        assert!(cod.remit().is_empty());
        assert_eq!(
            cod.account("B"),
            Account { ordered: 8_000, collected: 7_000, remitted: 7_000, ..Account::default() }
        );
        assert!(cod.collections("A").all(|each| each.receipt == "BL000000001" && each.remittance.is_some()));
    }

    #[test]
    fn a_customer_who_counts_another_amount_disputes_and_may_agree_later() {
        let mut cod = Cod::default();
        cod.collect(paid("A", 8_000, 8_000));
        let id = cod.remit().remove(0).id;
        assert_eq!(cod.reconcile(&id, "A", 7_999).unwrap().state, Agreement::Disputed);
        assert_eq!(cod.account("A").reconciled, 0);
        assert_eq!(cod.reconcile(&id, "A", 8_000).unwrap().state, Agreement::Reconciled);
        assert_eq!(cod.account("A").reconciled, 8_000);
        assert_eq!(cod.reconcile(&id, "A", 8_000).unwrap_err(), Irreconcilable::Settled);
        assert_eq!(cod.reconcile(&id, "B", 8_000).unwrap_err(), Irreconcilable::Unknown);
    }
}
