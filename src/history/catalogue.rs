//! What the history keeps of the portal's catalogue: what is to be published, and what was shown.

use model::Offer;
use rusqlite::{Connection, Statement, params};

use crate::batch::ShownService;
use crate::store::signed;
use crate::{Batch, HistoryError, Store};

impl Store {
    /// Writes the changes of the catalogue that the run is going to publish, each with its instant in nanoseconds since
    /// the run begins; no two instants are the same.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then nothing of it is written.
    pub fn plan_publications<'a>(
        &mut self,
        publications: impl IntoIterator<Item = (u64, &'a Offer)>,
    ) -> Result<(), HistoryError> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction.prepare("insert into publications values (?1,?2,?3,?4,?5,?6)")?;
            for (position, (due, offer)) in (0_i64..).zip(publications) {
                insert.execute(params![
                    position,
                    offer.procedure,
                    offer.level,
                    offer.payable,
                    offer.postal,
                    signed(due)
                ])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Prepares the insert of [`write()`].
pub(crate) fn prepare(connection: &Connection) -> Result<Statement<'_>, rusqlite::Error> {
    connection.prepare("insert into services values (?1,?2,?3,?4,?5,?6)")
}

/// Writes what an exchange showed of one procedure.
pub(crate) fn write(
    insert: &mut Statement<'_>,
    batch: &Batch,
    service: &ShownService,
    exchange_id: i64,
) -> Result<(), rusqlite::Error> {
    insert.execute(params![
        exchange_id,
        service.position,
        service.procedure.map(|text| batch.read(text)),
        service.level.map(|text| batch.read(text)),
        service.payable,
        service.postal,
    ])?;
    Ok(())
}
