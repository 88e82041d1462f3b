//! What a run says of itself.

use std::collections::BTreeMap;

use model::Fact;
use rusqlite::Connection;

/// The facts of the run, by name (table `run`).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct RunFacts(BTreeMap<String, String>);

impl RunFacts {
    pub(crate) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut statement = connection.prepare("select name, coalesce(cast(value as text), '') from run")?;
        let facts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self(facts.collect::<Result<_, _>>()?))
    }

    /// A fact as it is written.
    pub fn get(&self, fact: Fact) -> Option<&str> {
        self.0.get(fact.name()).map(String::as_str)
    }

    /// All of them by name, those included that this vandan does not know.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A fact that is a whole number; `None` also if it is not one.
    pub fn integer(&self, fact: Fact) -> Option<i64> {
        self.get(fact)?.parse().ok()
    }

    /// A fact that is a number; `None` also if it is not one.
    pub fn number(&self, fact: Fact) -> Option<f64> {
        self.get(fact)?.parse().ok()
    }

    /// Whether a fact is stated and is `yes`.
    pub fn is_yes(&self, fact: Fact) -> bool {
        self.get(fact) == Some(Fact::claim(true))
    }

    /// Whether the final reads were made when nothing moved any more.
    pub fn is_quiescent(&self) -> bool {
        self.is_yes(Fact::Quiescent)
    }

    /// Why the run was given up before its end, if it was.
    pub fn stopped_because(&self) -> Option<&str> {
        self.get(Fact::StoppedBecause).filter(|because| !because.is_empty())
    }

    /// The name of the run, empty if it has none.
    pub fn run_id(&self) -> &str {
        self.get(Fact::RunId).unwrap_or_default()
    }
}

impl<'a> FromIterator<(Fact, &'a str)> for RunFacts {
    fn from_iter<I: IntoIterator<Item = (Fact, &'a str)>>(facts: I) -> Self {
        Self(facts.into_iter().map(|(fact, value)| (fact.name().to_owned(), value.to_owned())).collect())
    }
}
