//! Which applicants are organisations: a share of each field's dossiers.

use model::{Fields, one_of};

use super::catalogue::Catalogue;

/// Reads `organisations: { doanh nghiệp: 95, xây dựng: 40 }`, per cent by field; gives the per cent of each procedure of the
/// catalogue. Fields left out have none.
pub(crate) fn organisations(fields: &Fields<'_>, catalogue: &Catalogue) -> Option<Vec<u8>> {
    let procedures = catalogue.procedures();
    let mut shares = vec![0; procedures.len()];
    let Some(node) = fields.get("organisations") else { return Some(shares) };
    let mut complete = true;
    for (field, node) in node.entries()? {
        let percent = node.bounded::<u8>(0, 100);
        let mut known = false;
        for (share, procedure) in shares.iter_mut().zip(procedures) {
            if procedure.field == field {
                known = true;
                *share = percent.unwrap_or(0);
            }
        }
        if !known {
            let mut fields: Vec<_> = procedures.iter().map(|procedure| procedure.field.as_str()).collect();
            fields.dedup();
            node.refuse::<()>(format!("no procedure is of the field `{field}`"), one_of(field, &fields));
        }
        complete &= known && percent.is_some();
    }
    complete.then_some(shares)
}
