//! Lists in pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::problem::Problem;

/// The largest size of a page.
const LARGEST: usize = 500;
/// The default size of a page.
const USUAL: usize = 50;

/// Which page of a list is wanted, counted from 1.
#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Wanted {
    page: Option<usize>,
    size: Option<usize>,
}

/// A checked page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: usize,
    size: usize,
    /// How many items the defect `offset-gap` leaves out between two pages; none without it.
    gap: usize,
}

impl Wanted {
    pub(crate) fn new(page: Option<usize>, size: Option<usize>) -> Self {
        Self { page, size }
    }

    /// Whether all of the list is wanted.
    pub(crate) fn is_all(self) -> bool {
        self.page.is_none() && self.size.is_none()
    }

    pub(crate) fn check(self, defects: Defects) -> Result<Page, Problem> {
        let size = self.size.unwrap_or(USUAL);
        if size == 0 || (size > LARGEST && !defects.has(Defect::NoCap)) {
            return Err(Problem::field("size", format!("must be 1 to {LARGEST}")));
        }
        match self.page.unwrap_or(1) {
            0 => Err(Problem::field("page", "is counted from 1")),
            number => Ok(Page { number, size, gap: usize::from(defects.has(Defect::OffsetGap)) }),
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    /// How many items the whole list has.
    pub(crate) total: usize,
    pub(crate) page: usize,
    pub(crate) size: usize,
}

impl Page {
    /// The items of this page; the whole list is counted.
    pub(crate) fn of<I, T>(self, all: impl Iterator<Item = I>, tell: impl Fn(I) -> T) -> Listed<T> {
        let first = (self.number - 1).saturating_mul(self.size.saturating_add(self.gap));
        let mut items = Vec::new();
        let mut total = 0;
        for item in all {
            if total >= first && items.len() < self.size {
                items.push(tell(item));
            }
            total += 1;
        }
        Listed { items, total, page: self.number, size: self.size }
    }
}
