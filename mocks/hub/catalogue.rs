//! What the national portal publishes: agencies, fields of administration, procedures.

/// The national catalogue.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The agencies that receive dossiers.
    pub agencies: Vec<Agency>,
    /// The administrative procedures on offer.
    pub procedures: Vec<Procedure>,
}

/// An agency that receives dossiers.
#[derive(Debug, Clone)]
pub struct Agency {
    /// The code that every dossier code of this agency starts with, such as `H12.18`.
    pub code: String,
    /// The name as citizens read it.
    pub name: String,
    /// The administrative level, such as `province`, `district` or `commune`.
    pub level: String,
}

/// An administrative procedure.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// The national code, such as `1.005129`.
    pub code: String,
    /// The name as citizens read it.
    pub name: String,
    /// The code of the field of administration it belongs to.
    pub field: String,
    /// The legal time, in working days; 0 means the same day.
    pub legal_days: u16,
    /// The tariff, in whole VND; 0 is free of charge.
    pub fee: i64,
}

impl Catalogue {
    /// A sample catalogue of two agencies and three procedures.
    pub fn sample() -> Self {
        let agency =
            |code: &str, name: &str, level: &str| Agency { code: code.into(), name: name.into(), level: level.into() };
        let procedure = |code: &str, name: &str, legal_days, fee| Procedure {
            code: code.into(),
            name: name.into(),
            field: "LV-01".into(),
            legal_days,
            fee,
        };
        Self {
            agencies: vec![agency("H99.01", "Sở mẫu", "province"), agency("H99.02", "Phường mẫu", "commune")],
            procedures: vec![
                procedure("1.000001", "Cấp bản sao trích lục hộ tịch", 0, 8_000),
                procedure("1.000002", "Cấp giấy phép mẫu", 5, 120_000),
                procedure("1.000003", "Xác nhận thông tin cư trú", 3, 0),
            ],
        }
    }

    pub(crate) fn procedure(&self, code: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.code == code)
    }

    pub(crate) fn agency(&self, code: &str) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.code == code)
    }
}
