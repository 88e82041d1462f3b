//! A dossier as the hub sees it: its state, its packet, and everything that portals sent about it, in order.

use serde::Serialize;
use serde_json::{Map, Value};

/// How many events a dossier remembers; a further packet about it is refused.
pub(crate) const MOST_EVENTS: usize = 200;

/// The national states of a dossier, by their published numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Submitted,
    Accepted,
    RejectedAtIntake,
    InProcess,
    AwaitingSupplement,
    AwaitingPayment,
    WithdrawalRequested,
    Stopped,
    Completed,
    Returned,
}

impl State {
    pub(crate) const ALL: [Self; 10] = [
        Self::Submitted,
        Self::Accepted,
        Self::RejectedAtIntake,
        Self::InProcess,
        Self::AwaitingSupplement,
        Self::AwaitingPayment,
        Self::WithdrawalRequested,
        Self::Stopped,
        Self::Completed,
        Self::Returned,
    ];

    /// Its number, its word, and its name in Vietnamese.
    pub(crate) fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Submitted => ("1", "submitted", "Mới đăng ký"),
            Self::Accepted => ("2", "accepted", "Được tiếp nhận"),
            Self::RejectedAtIntake => ("3", "rejected_at_intake", "Không được tiếp nhận"),
            Self::InProcess => ("4", "in_process", "Đang xử lý"),
            Self::AwaitingSupplement => ("5", "awaiting_supplement", "Yêu cầu bổ sung giấy tờ"),
            Self::AwaitingPayment => ("6", "awaiting_payment", "Yêu cầu thực hiện nghĩa vụ tài chính"),
            Self::WithdrawalRequested => ("7", "withdrawal_requested", "Công dân yêu cầu rút hồ sơ"),
            Self::Stopped => ("8", "stopped", "Dừng xử lý"),
            Self::Completed => ("9", "completed", "Đã xử lý xong"),
            Self::Returned => ("10", "returned", "Đã trả kết quả"),
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.names().0
    }

    pub(crate) fn word(self) -> &'static str {
        self.names().1
    }

    pub(crate) fn vietnamese(self) -> &'static str {
        self.names().2
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether `next` may follow this state; to stay is always allowed.
    pub(crate) fn may_become(self, next: Self) -> bool {
        let allowed: &[Self] = match self {
            Self::Submitted => &[
                Self::Accepted,
                Self::RejectedAtIntake,
                Self::AwaitingSupplement,
                Self::AwaitingPayment,
                Self::WithdrawalRequested,
                Self::Stopped,
            ],
            Self::Accepted | Self::InProcess => &[
                Self::InProcess,
                Self::AwaitingSupplement,
                Self::AwaitingPayment,
                Self::WithdrawalRequested,
                Self::Stopped,
                Self::Completed,
            ],
            Self::AwaitingSupplement => &[
                Self::Submitted,
                Self::Accepted,
                Self::RejectedAtIntake,
                Self::InProcess,
                Self::WithdrawalRequested,
                Self::Stopped,
            ],
            Self::AwaitingPayment => {
                &[Self::Submitted, Self::Accepted, Self::InProcess, Self::WithdrawalRequested, Self::Stopped]
            }
            Self::WithdrawalRequested => &[
                Self::Submitted,
                Self::Accepted,
                Self::InProcess,
                Self::AwaitingSupplement,
                Self::AwaitingPayment,
                Self::Stopped,
            ],
            Self::Completed => &[Self::Returned],
            Self::RejectedAtIntake | Self::Stopped | Self::Returned => &[],
        };
        self == next || allowed.contains(&next)
    }
}

/// One thing that a portal sent about a dossier.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    /// The number of the ledger's signal that says the same.
    pub(crate) seq: u64,
    pub(crate) at_unix_ns: u64,
    /// `entered`, `created`, `updated` or `progress`.
    pub(crate) kind: &'static str,
    #[serde(rename = "TrangThai")]
    pub(crate) state: &'static str,
    /// When it happened, as the sender says; empty if the message has no such field.
    #[serde(rename = "ThoiDiemXuLy")]
    pub(crate) happened: String,
    #[serde(rename = "NguoiXuLy")]
    pub(crate) by: String,
    #[serde(rename = "NoiDungXuLy")]
    pub(crate) what: String,
}

/// One dossier: about 2 kB with a usual packet and ten events, 1 MB at the most.
#[derive(Debug, Clone)]
pub(crate) struct Dossier {
    /// The portal account that the dossier belongs to; empty: a citizen entered it here, and no portal has taken it.
    pub(crate) owner: String,
    pub(crate) state: State,
    /// The last packet, as it was sent.
    pub(crate) packet: Map<String, Value>,
    pub(crate) events: Vec<Event>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_a_state_and_back() {
        for (number, state) in (1..=10).zip(State::ALL) {
            assert_eq!(state.code(), number.to_string());
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        for stranger in ["", "0", "11", "01", "x"] {
            assert_eq!(State::from_code(stranger), None);
        }
    }

    #[test]
    fn a_closed_dossier_stays_closed_and_a_result_is_returned_only_after_it_exists() {
        for state in State::ALL {
            assert!(state.may_become(state));
            for closed in [State::RejectedAtIntake, State::Stopped, State::Returned] {
                assert_eq!(closed.may_become(state), closed == state);
            }
            assert_eq!(state.may_become(State::Returned), matches!(state, State::Completed | State::Returned));
        }
    }
}
