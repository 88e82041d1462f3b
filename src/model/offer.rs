//! How a procedure is offered online: what a registrar publishes, and what a catalogue shows.

/// A procedure as the portal is to offer it (dịch vụ công trực tuyến).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// National code of the procedure.
    pub procedure: String,
    /// Level of service: 2 forms to print, 3 submitted online, 4 paid online and returned too.
    ///
    /// # Source
    /// Decree 43/2011, article 3.
    pub level: u8,
    /// Whether its fee can be paid online; independent of the level.
    pub payable: bool,
    /// Whether the public post can bring the result.
    pub postal: bool,
}
