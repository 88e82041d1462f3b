//! All texts about a person, in one reusable buffer.

/// Every text about one person. Filled by [`crate::Population::render`].
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub(crate) text: String,
    /// Where each text ends, in the order of [`Text`].
    ends: [usize; TEXTS],
}

/// The texts, in the order in which they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    FullName,
    CitizenNumber,
    BirthDate,
    Organisation,
    TaxCode,
    Phone,
    Email,
    NetworkAddress,
    Address,
    Reference,
}

const TEXTS: usize = Text::Reference as usize + 1;

impl Rendered {
    /// Empties the buffer.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    /// Ends one text; the next begins here.
    #[inline]
    pub(crate) fn end(&mut self, text: Text) {
        if let Some(end) = self.ends.get_mut(text as usize) {
            *end = self.text.len();
        }
    }

    #[inline]
    fn get(&self, text: Text) -> &str {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0);
        let start = (text as usize).checked_sub(1).map_or(0, end);
        self.text.get(start..end(text as usize)).unwrap_or_default()
    }

    /// Family, middle and given name in Vietnamese order; of an organisation, its legal representative's.
    pub fn full_name(&self) -> &str {
        self.get(Text::FullName)
    }

    /// Twelve digits.
    pub fn citizen_number(&self) -> &str {
        self.get(Text::CitizenNumber)
    }

    /// Date of birth, as `1985-04-23`.
    pub fn birth_date(&self) -> &str {
        self.get(Text::BirthDate)
    }

    /// Name of the organisation; empty for citizens.
    pub fn organisation(&self) -> &str {
        self.get(Text::Organisation)
    }

    /// Its tax code; empty for citizens.
    pub fn tax_code(&self) -> &str {
        self.get(Text::TaxCode)
    }

    /// A telephone number that is not assigned.
    pub fn phone(&self) -> &str {
        self.get(Text::Phone)
    }

    /// An e-mail address under a reserved domain.
    pub fn email(&self) -> &str {
        self.get(Text::Email)
    }

    /// An address of a network for documentation.
    pub fn network_address(&self) -> &str {
        self.get(Text::NetworkAddress)
    }

    /// Where results are sent.
    pub fn address(&self) -> &str {
        self.get(Text::Address)
    }

    /// The applicant's own reference of the dossier.
    pub fn reference(&self) -> &str {
        self.get(Text::Reference)
    }

    /// All texts one after another.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}
