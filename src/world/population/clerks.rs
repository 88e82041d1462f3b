//! The clerks as a formula of province and seed: names, roles, capacities.
//!
//! Every number here is an assumption: no document tells how offices are staffed. The slot decides the role, so that even
//! the smallest office has somebody at the counter and somebody who signs. Capacities change queues but no published
//! figure.

use std::fmt;

use model::Seed;
use rand::RngExt as _;

use super::alias_table::AliasTable;
use super::names::Names;
use super::numbers::Sex;
use crate::province::{Ethnicity, Province};

/// What a clerk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClerkRole {
    /// Takes dossiers in and hands results out.
    Counter,
    /// Works on dossiers.
    Officer,
    /// Approves what officers propose.
    Approver,
    /// Signs the result.
    Signer,
    /// Sends results, at a counter of the postal operator.
    Post,
}

impl ClerkRole {
    /// Its spelling in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter clerk",
            Self::Officer => "case officer",
            Self::Approver => "approver",
            Self::Signer => "signer",
            Self::Post => "post clerk",
        }
    }

    /// Its title in Vietnamese.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Counter => "Cán bộ tiếp nhận và trả kết quả",
            Self::Officer => "Chuyên viên thụ lý",
            Self::Approver => "Trưởng phòng",
            Self::Signer => "Lãnh đạo cơ quan",
            Self::Post => "Nhân viên bưu chính công ích",
        }
    }

    /// How many dossiers one clerk handles in a working day; assumption: eight minutes each at a counter, forty for
    /// work on the matter, twelve for an approval, six for a signature, four for a parcel.
    pub const fn dossiers_per_day(self) -> u16 {
        match self {
            Self::Counter => 60,
            Self::Officer => 12,
            Self::Approver => 40,
            Self::Signer => 80,
            Self::Post => 120,
        }
    }

    /// The role of a slot, counted from 0: the first four are one of each, then work and counters grow fastest.
    fn of_slot(slot: u16) -> Self {
        const FIRST: [ClerkRole; 4] = [ClerkRole::Counter, ClerkRole::Officer, ClerkRole::Signer, ClerkRole::Approver];
        const MORE: [ClerkRole; 8] = [
            ClerkRole::Officer,
            ClerkRole::Counter,
            ClerkRole::Officer,
            ClerkRole::Officer,
            ClerkRole::Counter,
            ClerkRole::Approver,
            ClerkRole::Officer,
            ClerkRole::Counter,
        ];
        let slot = usize::from(slot);
        let later = || MORE.get(slot.saturating_sub(FIRST.len()) % MORE.len());
        FIRST.get(slot).or_else(later).copied().unwrap_or(Self::Officer)
    }
}

impl fmt::Display for ClerkRole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// One clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clerk {
    /// Name of the account at the portal, unique in the run.
    pub account: String,
    /// Family, middle and given name.
    pub full_name: String,
    /// What they do.
    pub role: ClerkRole,
    /// The unit, by its position in the province; `None` for the post.
    pub unit: Option<u16>,
    /// Code of that unit; empty for the post.
    pub unit_code: String,
}

/// The clerks of every unit, and those at the post's counters.
pub fn clerks(province: &Province, seed: Seed) -> Vec<Clerk> {
    let hiring = Hiring {
        names: Names::new(seed),
        ethnicities: AliasTable::new(province.ethnicities().iter().map(|(_, weight)| *weight)),
    };
    let mut clerks = Vec::new();
    for (unit, at) in province.units().iter().zip(0_u16..) {
        for slot in 0..unit.clerks {
            let account = format!("clerk:{}/{}", unit.code, slot + 1);
            let full_name = hiring.name(province, seed, &account);
            let role = ClerkRole::of_slot(slot);
            clerks.push(Clerk { account, full_name, role, unit: Some(at), unit_code: unit.code.clone() });
        }
    }
    for number in 1..=province.post_counters() {
        let account = format!("post:{number}");
        let full_name = hiring.name(province, seed, &account);
        clerks.push(Clerk { account, full_name, role: ClerkRole::Post, unit: None, unit_code: String::new() });
    }
    clerks
}

/// What names are drawn from.
struct Hiring {
    names: Names,
    ethnicities: AliasTable,
}

impl Hiring {
    /// The name belongs to the account, so that one more clerk in an office changes no other.
    fn name(&self, province: &Province, seed: Seed, account: &str) -> String {
        let mut rng = seed.stream(account).rng(0, 0);
        let people = province.ethnicities().get(rng.sample(&self.ethnicities));
        let people = people.map_or(Ethnicity::Kinh, |(people, _)| *people);
        let sex = if rng.random() { Sex::Male } else { Sex::Female };
        let number = rng.random();
        let mut name = String::new();
        self.names.push(self.names.draw(number, people, sex, None), number, &mut name);
        name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::shipped::provinces;

    #[test]
    fn every_office_has_a_counter_and_larger_ones_every_role() {
        for province in provinces() {
            let clerks = clerks(&province, Seed(1));
            let mut roles: BTreeMap<Option<u16>, Vec<ClerkRole>> = BTreeMap::new();
            for clerk in &clerks {
                roles.entry(clerk.unit).or_default().push(clerk.role);
            }
            for (unit, at) in province.units().iter().zip(0_u16..) {
                let roles = &roles[&Some(at)];
                assert_eq!((roles.len(), roles[0]), (usize::from(unit.clerks), ClerkRole::Counter));
                assert!(unit.clerks < 4 || roles.contains(&ClerkRole::Signer) && roles.contains(&ClerkRole::Approver));
            }
            assert_eq!(roles[&None], vec![ClerkRole::Post; usize::from(province.post_counters())]);
            assert_eq!(u32::try_from(clerks.len()).unwrap(), province.clerks() + u32::from(province.post_counters()));
        }
    }

    #[test]
    fn clerks_have_names_of_their_own_that_belong_to_the_seed() {
        let [_, tay_ninh] = provinces();
        let names = |seed| clerks(&tay_ninh, Seed(seed)).into_iter().map(|clerk| clerk.full_name).collect::<Vec<_>>();
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
        assert!(names(1).iter().all(|name| name.contains(' ')));
    }
}
