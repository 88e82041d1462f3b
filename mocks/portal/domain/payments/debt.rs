//! What an applicant owes.

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Debt {
    /// The fee of the procedure.
    Fee,
    /// What a tax notice asks for.
    Tax,
}

impl Debt {
    /// The letter in its references, which are `{code}-{letter}{n}`.
    pub(crate) fn letter(self) -> char {
        match self {
            Debt::Fee => 'P',
            Debt::Tax => 'T',
        }
    }

    /// The code of the dossier and the debt that a reference names.
    pub(crate) fn of(reference: &str) -> Option<(&str, Self)> {
        let (code, number) = reference.rsplit_once('-')?;
        [Debt::Fee, Debt::Tax].into_iter().find(|debt| number.starts_with(debt.letter())).map(|debt| (code, debt))
    }
}
