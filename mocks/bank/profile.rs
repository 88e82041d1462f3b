//! The protocol of a bank.

/// The protocol that the bank speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Our own, the simplest: what the reference portal speaks.
    Plain,
    /// Shaped like the national payment platform, partner profile 1.0.6.
    National,
    /// Shaped like a commercial gateway whose fields begin with `vnp_`, version 2.1.0.
    VnpayLike,
    /// Shaped like the bill look-up of provincial systems of 2020.
    Provincial,
}

impl Profile {
    /// All of them, the default first.
    pub const ALL: [Profile; 4] = [Profile::Plain, Profile::National, Profile::VnpayLike, Profile::Provincial];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Plain => "plain",
            Profile::National => "national",
            Profile::VnpayLike => "vnpay-like",
            Profile::Provincial => "provincial",
        }
    }

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The field of the portal's answer that holds its reply code.
    pub(crate) fn reply_field(self) -> &'static str {
        match self {
            Profile::Plain => "code",
            Profile::National => "MaLoi",
            Profile::VnpayLike => "RspCode",
            Profile::Provincial => "return_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Profile::from_name("momo"), None);
    }
}
