//! Options of the payment platform, alone and in a country.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use mock_bank::{Fault, Profile, Setup, Shares};

use crate::exit::{Exit, Failure};
use crate::values::{self, duration, share};

/// How large a share of the payments gets the two faults of the built-in runs if no fault is asked for.
const USUAL_SHARE: f64 = 0.1;

#[derive(Debug, Args)]
pub(crate) struct BankArgs {
    /// Protocol of the payment platform: plain, national, vnpay-like or provincial
    #[arg(long, value_name = "NAME", default_value = "plain", value_parser = profile)]
    profile: Profile,
    /// URL that receives payment confirmations; required unless the profile is plain, where orders carry it
    #[arg(long, value_name = "URL", value_parser = web_address)]
    callback: Option<String>,
    /// URL to which customers return [default: from the order]
    #[arg(long = "return", value_name = "URL", value_parser = web_address)]
    way_back: Option<String>,
    /// Secret shared with the portal [default: that of the reference portal]
    #[arg(long, value_name = "TEXT")]
    secret: Option<String>,
    /// Lifetime of an order that states none, at most one day
    #[arg(long, value_name = "TIME", default_value = "15min", value_parser = lifetime)]
    lifetime: Duration,
    /// How long the faults `delayed` and `pending` delay a confirmation
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration)]
    fault_delay: Duration,
    /// Share of payments whose confirmation is sent twice [default: 0.1 without --fault]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    duplicate: Option<f64>,
    /// Share of payments with a forged confirmation first [default: 0.1 without --fault]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    forged: Option<f64>,
}

impl BankArgs {
    /// The bank that was asked for, with faults such as `lost=0.1`.
    pub(crate) fn setup(
        &self,
        bind: SocketAddr,
        seed: u64,
        usual_secret: &str,
        faults: &[&str],
    ) -> Result<Setup, Failure> {
        if self.profile != Profile::Plain && self.callback.is_none() {
            let name = self.profile.name();
            let message = format!("orders of the profile {name} do not say where to confirm them: give --callback URL");
            return Err(Failure::new(Exit::InvalidConfiguration, message));
        }
        Ok(Setup {
            bind,
            profile: self.profile,
            secret: self.secret.clone().unwrap_or_else(|| usual_secret.to_owned()),
            seed,
            shares: self.shares(faults)?,
            callback_delay: Duration::ZERO,
            callback_url: self.callback.clone(),
            return_url: self.way_back.clone(),
            lifetime: self.lifetime,
            fault_delay: self.fault_delay,
        })
    }

    fn shares(&self, faults: &[&str]) -> Result<Shares, Failure> {
        let read = faults.iter().map(|text| fault(text)).collect::<Result<Vec<_>, _>>();
        let faults = read.map_err(|message| Failure::new(Exit::InvalidConfiguration, message))?;
        let usual = if faults.is_empty() { USUAL_SHARE } else { 0.0 };
        let classics = Shares::default()
            .with(Fault::Duplicate, self.duplicate.unwrap_or(usual))
            .with(Fault::Forged, self.forged.unwrap_or(usual));
        Ok(faults.iter().fold(classics, |shares, (fault, share)| shares.with(*fault, *share)))
    }
}

fn profile(name: &str) -> Result<Profile, String> {
    Profile::from_name(name).ok_or_else(|| {
        let known = Profile::ALL.map(Profile::name).join(", ");
        format!("there is no profile `{name}`; known: {known}")
    })
}

/// The longest time that an order can be paid.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = duration(text)?;
    let is_sound = (Duration::from_secs(1)..=DAY).contains(&lifetime);
    if is_sound { Ok(lifetime) } else { Err(format!("`{text}` is not between a second and a day")) }
}

fn web_address(text: &str) -> Result<String, String> {
    let is_plain = text.len() <= 1_024 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain && text.starts_with("http://") {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not an address such as http://127.0.0.1:8080/callback"))
    }
}

fn fault(text: &str) -> Result<(Fault, f64), String> {
    let (name, share) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=SHARE, such as lost=0.05"))?;
    let fault = Fault::from_name(name).ok_or_else(|| {
        let known = Fault::ALL.map(Fault::name).join(", ");
        format!("there is no fault `{name}`; known: {known}")
    })?;
    Ok((fault, values::share(share)?))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        bank: BankArgs,
    }

    fn bank(line: &[&str]) -> BankArgs {
        Line::try_parse_from(["mock"].iter().chain(line)).map(|line| line.bank).unwrap()
    }

    #[test]
    fn without_a_fault_asked_for_there_are_the_two_usual_ones() {
        let shares = bank(&[]).shares(&[]).unwrap();
        assert!((shares.of(Fault::Duplicate) - 0.1).abs() < 1e-9 && (shares.of(Fault::Forged) - 0.1).abs() < 1e-9);
        let shares = bank(&[]).shares(&["lost=0.5", "bad-signature=1"]).unwrap();
        let of = [Fault::Lost, Fault::Forged, Fault::Duplicate].map(|fault| shares.of(fault));
        assert_eq!(of.map(f64::to_bits), [0.5, 1.0, 0.0].map(f64::to_bits));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for wrong in ["lost", "lost=2", "no-such-fault=0.1"] {
            assert!(bank(&[]).shares(&[wrong]).is_err(), "{wrong}");
        }
        let lines: [&[&str]; 3] =
            [&["--lifetime", "25h"], &["--profile", "momo"], &["--callback", "javascript:alert(1)"]];
        for line in lines {
            assert!(Line::try_parse_from(["mock"].iter().chain(line)).is_err(), "{line:?}");
        }
    }

    #[test]
    fn a_profile_whose_orders_do_not_say_where_to_confirm_them_needs_a_callback() {
        let bind = SocketAddr::from(([127, 0, 0, 1], 0));
        assert!(bank(&["--profile", "national"]).setup(bind, 1, "s", &[]).is_err());
        let callback = "http://127.0.0.1:1/callback";
        assert!(bank(&["--profile", "national", "--callback", callback]).setup(bind, 1, "s", &[]).is_ok());
    }
}
