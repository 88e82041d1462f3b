//! People who work for the offices and sign in with an account the portal's owner made for the run.

use crate::words::Role;

/// One clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Account name, unique in the run.
    pub name: String,
    /// Secret of the test account; never a real one.
    pub password: String,
    /// What they do: [`Role::Desk`] or [`Role::PostDesk`].
    pub role: Role,
    /// Index of the unit in the plan's list of units; `None` for those who serve all units.
    pub unit: Option<u16>,
    /// Code of that unit, empty for those who serve all.
    pub unit_code: String,
}
