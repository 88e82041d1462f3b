//! How procedures are offered on a day: how far a portal reaches with each, and what comes with it.
//!
//! An [`Edition`] holds from its day until the next one; within a period a procedure only moves up.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use model::words::{Channel, PaymentMethod, ReturnMethod};

use super::cell::Cell;

/// How far a portal reaches with a procedure.
///
/// # Source
/// Levels 2 to 4 until Decree 42/2022 (24 June 2022), since then full (toàn trình) and partial (một phần).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The portal does not have it.
    Offline,
    /// Level 2: described there, with its forms to print.
    Level2,
    /// Level 3: submitted there; fee and result at the office.
    Level3,
    /// Level 4: submitted there, the result comes home.
    Level4,
    /// Only some of its steps are online (một phần).
    Partial,
    /// All of its steps are online (toàn trình).
    Full,
}

impl Reach {
    /// Every reach, the lowest first.
    pub const ALL: &'static [Self] =
        &[Self::Offline, Self::Level2, Self::Level3, Self::Level4, Self::Partial, Self::Full];

    /// Its spelling in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Level2 => "level2",
            Self::Level3 => "level3",
            Self::Level4 => "level4",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }

    /// Whether a dossier can be submitted on the portal.
    pub const fn takes_dossiers(self) -> bool {
        matches!(self, Self::Level3 | Self::Level4 | Self::Partial | Self::Full)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// Something that comes with a procedure, whatever its reach: the documents count it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extra {
    /// Its fee can be paid online.
    Payable,
    /// The public post brings its result home.
    Postal,
    /// It is on the national portal, too.
    Integrated,
}

impl Extra {
    /// Every extra, in reading order.
    pub const ALL: &'static [Self] = &[Self::Payable, Self::Postal, Self::Integrated];

    /// Its spelling in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payable => "payable",
            Self::Postal => "postal",
            Self::Integrated => "integrated",
        }
    }
}

impl fmt::Display for Extra {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// How one procedure is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// How far the portal reaches.
    pub reach: Reach,
    /// Whether its fee can be paid online; independent of the reach.
    pub payable: bool,
    /// Whether the public post brings the result home.
    pub postal: bool,
    /// Whether it is on the national portal, too.
    pub integrated: bool,
}

impl Offer {
    /// This reach and nothing more.
    pub(crate) const fn bare(reach: Reach) -> Self {
        Self { reach, payable: false, postal: false, integrated: false }
    }

    /// Whether this comes with it.
    pub const fn has(self, extra: Extra) -> bool {
        match extra {
            Extra::Payable => self.payable,
            Extra::Postal => self.postal,
            Extra::Integrated => self.integrated,
        }
    }

    pub(crate) fn give(&mut self, extra: Extra) {
        match extra {
            Extra::Payable => self.payable = true,
            Extra::Postal => self.postal = true,
            Extra::Integrated => self.integrated = true,
        }
    }

    /// Whether dossiers of this kind can be: submitted online, paid online, returned by post only where that is offered.
    pub(crate) fn allows(self, kind: &Cell) -> bool {
        (kind.channel != Channel::Online || self.reach.takes_dossiers())
            && (kind.payment != PaymentMethod::Online || self.payable)
            && (kind.returns != ReturnMethod::Post || self.postal)
    }
}

/// How everything is offered from a day on, until the next edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Its first day.
    pub from: Date,
    /// One offer for each procedure, in the order of the catalogue.
    pub offers: Vec<Offer>,
}

/// How many procedures have one reach, and how many of them have each extra.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// All of this reach.
    pub count: u32,
    /// Those whose fee can be paid online.
    pub payable: u32,
    /// Those whose result the post brings home.
    pub postal: u32,
    /// Those that are on the national portal, too.
    pub integrated: u32,
}

impl Edition {
    /// The composition of the catalogue in this edition.
    pub fn composition(&self) -> BTreeMap<Reach, Offered> {
        let mut composition: BTreeMap<Reach, Offered> = BTreeMap::new();
        for offer in &self.offers {
            let offered = composition.entry(offer.reach).or_default();
            offered.count += 1;
            offered.payable += u32::from(offer.payable);
            offered.postal += u32::from(offer.postal);
            offered.integrated += u32::from(offer.integrated);
        }
        composition
    }
}

/// One procedure that is offered otherwise from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The first day.
    pub on: Date,
    /// The procedure, by its position in the catalogue.
    pub procedure: u16,
    /// How it is offered from then on.
    pub offer: Offer,
}
