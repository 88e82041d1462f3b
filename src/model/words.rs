//! The closed vocabularies: each word has one spelling, used in files, in the history and in code alike.

use std::fmt;

/// Declares an enum whose variants have one spelling each, with `ALL`, `as_str`, `parse` and `Display`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every variant, in reading order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The one spelling of this word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The word with this spelling, if there is one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}

words! {
    /// The way a dossier comes in (kênh tiếp nhận).
    Channel {
        /// Handed in at the one-stop counter (trực tiếp).
        Counter = "counter",
        /// Brought by the public postal operator (bưu chính công ích).
        Post = "post",
        /// Submitted on the portal (trực tuyến).
        Online = "online",
    }
}

words! {
    /// Level of government of the unit that decides (cấp).
    Level {
        /// A provincial department (sở, ngành).
        Department = "department",
        /// A district (cấp huyện).
        District = "district",
        /// A commune (cấp xã).
        Commune = "commune",
    }
}

words! {
    /// Who applies (loại người nộp).
    ApplicantKind {
        /// A citizen (công dân).
        Citizen = "citizen",
        /// An organisation, through its legal representative (tổ chức, người đại diện theo pháp luật).
        Organisation = "organisation",
    }
}

impl Default for ApplicantKind {
    /// Citizens are the rule.
    fn default() -> Self {
        Self::Citizen
    }
}

words! {
    /// How the fee of a dossier is paid.
    PaymentMethod {
        /// Nothing is to be paid.
        None = "none",
        /// On the payment platform, before processing (thanh toán trực tuyến).
        Online = "online",
        /// To the postman on delivery of the result (thu hộ, COD).
        CashOnDelivery = "cod",
        /// In cash at the counter.
        Counter = "counter",
    }
}

words! {
    /// What the fee of a dossier is reckoned by.
    FeeBasis {
        /// The tariff of its procedure, known before anything is submitted; also where nothing is due.
        Tariff = "tariff",
        /// The office's own assessment when it accepts: taxes, charges by quantity.
        Assessed = "assessed",
    }
}

words! {
    /// How the result reaches the applicant.
    ReturnMethod {
        /// Collected at the one-stop counter.
        Counter = "counter",
        /// Delivered by the public postal operator.
        Post = "post",
        /// An electronic result on the portal.
        Electronic = "electronic",
    }
}

words! {
    /// What becomes of a dossier by the end of the period.
    PlannedOutcome {
        /// Completed on a day before the due day (trước hạn).
        Early = "early",
        /// Completed on the due day (đúng hạn).
        OnTime = "on_time",
        /// Completed after the due instant (trễ hạn).
        Late = "late",
        /// Withdrawn by the applicant (rút hồ sơ).
        Withdrawn = "withdrawn",
        /// Stopped by the office (dừng xử lý).
        Stopped = "stopped",
        /// Still in process when the period ends.
        Open = "open",
    }
}

words! {
    /// The ten states of the national list, in its numbering order.
    DossierState {
        /// 1, mới đăng ký.
        Submitted = "submitted",
        /// 2, được tiếp nhận.
        Accepted = "accepted",
        /// 3, không được tiếp nhận.
        Rejected = "rejected",
        /// 4, đang xử lý.
        InProcess = "in_process",
        /// 5, yêu cầu bổ sung giấy tờ.
        AwaitingSupplement = "awaiting_supplement",
        /// 6, yêu cầu thực hiện nghĩa vụ tài chính.
        AwaitingPayment = "awaiting_payment",
        /// 7, công dân yêu cầu rút hồ sơ.
        WithdrawalRequested = "withdrawal_requested",
        /// 8, dừng xử lý.
        Stopped = "stopped",
        /// 9, đã xử lý xong.
        Completed = "completed",
        /// 10, đã trả kết quả.
        Returned = "returned",
    }
}

words! {
    /// The financial life of a dossier.
    PaymentState {
        /// Nothing is due.
        None = "none",
        /// Due, not begun.
        Required = "required",
        /// Begun at the payment platform, not confirmed.
        Pending = "pending",
        /// Confirmed by the payment platform, or taken at the counter.
        Paid = "paid",
        /// To be collected on delivery.
        OnDelivery = "on_delivery",
        /// Collected on delivery.
        Collected = "collected",
    }
}

words! {
    /// The life of the parcel that carries a result.
    ParcelState {
        /// No parcel.
        None = "none",
        /// Ordered at the postal operator.
        Ordered = "ordered",
        /// On its way.
        InTransit = "in_transit",
        /// In the hands of the applicant.
        Delivered = "delivered",
    }
}

words! {
    /// What a person wants of a portal, whatever its URLs are: the canonical operations of an adapter.
    ///
    /// An adapter maps each to one or several exchanges; a journey that needs an unmapped one does not apply.
    Operation {
        /// A citizen signs in.
        SignIn = "sign_in",
        /// A dossier is submitted, by the citizen or at the counter for them.
        Submit = "submit",
        /// A citizen asks to pay and is sent to the payment platform.
        Pay = "pay",
        /// The payment page of the platform is opened.
        OpenPaymentPage = "open_payment_page",
        /// The payment is confirmed on that page.
        ConfirmPayment = "confirm_payment",
        /// The applicant looks at their own dossier.
        Track = "track",
        /// Anybody looks a dossier up by its number.
        LookUp = "look_up",
        /// The applicant asks to withdraw.
        Withdraw = "withdraw",
        /// A clerk signs in.
        ClerkSignIn = "clerk_sign_in",
        /// A clerk takes new dossiers from the unit's inbox.
        Inbox = "inbox",
        /// A post clerk takes results to be sent.
        PostInbox = "post_inbox",
        /// A clerk accepts a dossier and gives a receipt with the due date.
        Accept = "accept",
        /// A clerk takes the fee in cash.
        CollectFee = "collect_fee",
        /// A clerk puts the dossier into process.
        Start = "start",
        /// The result is signed and numbered.
        Complete = "complete",
        /// The office stops processing.
        Stop = "stop",
        /// A clerk grants the applicant's withdrawal.
        ApproveWithdrawal = "approve_withdrawal",
        /// The result is handed to the applicant, or published.
        HandOver = "hand_over",
        /// The result is handed to the postal operator.
        HandToPost = "hand_to_post",
        /// A clerk looks at a dossier.
        ClerkView = "clerk_view",
        /// The portal's own totals are read.
        Statistics = "statistics",
        /// Anybody reads the catalogue of procedures.
        Catalogue = "catalogue",
        /// A registrar publishes how a procedure is offered from now on.
        Publish = "publish",
        /// The portal is told the simulated time.
        Clock = "clock",
    }
}

impl Operation {
    /// Whether it asks to be shown something and changes nothing: again and again, it is polling.
    pub const fn only_reads(self) -> bool {
        matches!(
            self,
            Self::Track
                | Self::LookUp
                | Self::Inbox
                | Self::PostInbox
                | Self::ClerkView
                | Self::Statistics
                | Self::Catalogue
        )
    }
}

words! {
    /// What is known of an exchange when it is over.
    Outcome {
        /// The portal did it, as far as its answer says.
        Ok = "ok",
        /// The portal declined, understandably.
        Refused = "refused",
        /// It may or may not have happened: time-out, broken connection, 5xx, an answer that cannot be read.
        Error = "error",
    }
}

words! {
    /// The part of a run in which an exchange happened.
    Phase {
        /// People act as planned, and no gate counts it.
        WarmUp = "warm_up",
        /// People act as planned.
        Load = "load",
        /// Arrivals are over; begun work is finished.
        Drain = "drain",
        /// Every dossier is read back from every surface.
        FinalRead = "final_read",
        /// Everything is over: nothing is sent any more.
        Ended = "ended",
    }
}

words! {
    /// What a portal may show: of a dossier, the columns of the table `observations`; then what only journeys need; then of
    /// a procedure in its catalogue, kept in the table `services`.
    Field {
        /// Number of the dossier (mã hồ sơ).
        DossierCode = "dossier_code",
        /// One of the ten canonical states.
        State = "state",
        /// The portal's own word for the state.
        StateWord = "state_word",
        /// Code of the procedure.
        Procedure = "procedure",
        /// When it was submitted.
        SubmittedAt = "submitted_at",
        /// When it was accepted.
        AcceptedAt = "accepted_at",
        /// When the result is due.
        DueAt = "due_at",
        /// When the result was there.
        CompletedAt = "completed_at",
        /// When the result was returned.
        ReturnedAt = "returned_at",
        /// The fee, in dong.
        Fee = "fee",
        /// Canonical state of the payment.
        PaymentState = "payment_state",
        /// Reference of the payment at the platform.
        PaymentReference = "payment_reference",
        /// The platform's number of the payment.
        TransactionId = "transaction_id",
        /// What is to be paid, in dong.
        AmountDue = "amount_due",
        /// What has been paid, in dong.
        AmountPaid = "amount_paid",
        /// How many receipts were issued.
        Receipts = "receipts",
        /// Number of the parcel.
        Waybill = "waybill",
        /// Canonical state of the parcel.
        ParcelState = "parcel_state",
        /// Citizen number shown.
        OwnerNumber = "owner_number",
        /// Name shown.
        OwnerName = "owner_name",
        /// The applicant's own reference shown.
        Reference = "reference",
        /// Version of the dossier.
        Version = "version",
        /// Address of the payment page; not kept in the history.
        PaymentUrl = "payment_url",
        /// The level of service at which the catalogue offers a procedure: 2, 3 or 4.
        ServiceLevel = "service_level",
        /// Whether the catalogue lets a procedure be paid online: `true` or `false`.
        Payable = "payable",
        /// Whether the catalogue lets the post bring the result: `true` or `false`.
        Postal = "postal",
    }
}

impl Field {
    /// How many fields are columns of the history; they come first in [`Field::ALL`].
    pub const COLUMNS: usize = 22;
}

words! {
    /// Who acts.
    Role {
        /// An applicant.
        Citizen = "citizen",
        /// A clerk of a unit: takes dossiers in at the counter and works on them.
        Desk = "desk",
        /// A clerk at a counter of the postal operator: sends results.
        PostDesk = "post_desk",
    }
}

words! {
    /// Why an exchange has no trustworthy answer, or none that could be read.
    Fault {
        /// No connection could be opened: certainly not done.
        Connect = "connect",
        /// TLS could not be spoken, or who answered could not prove to be the host: certainly not done.
        Tls = "tls",
        /// The connection broke after sending, or the answer is corrupt.
        Broken = "broken",
        /// No answer in time.
        TimedOut = "timed_out",
        /// The answer was longer than the limit, as it came or unpacked.
        TooLong = "too_long",
        /// Redirects led in a circle, or on and on.
        Redirected = "redirected",
        /// The answer has no readable content of the expected form.
        Unreadable = "unreadable",
        /// The address is not allowed: nothing was sent.
        Forbidden = "forbidden",
        /// The request could not be written because a value it needs is not known: nothing was sent.
        Unwritable = "unwritable",
        /// This machine had no file descriptor, local port or memory left for a connection: nothing was sent.
        LocalLimit = "local_limit",
        /// The name of the host could not be looked up: certainly not done.
        Dns = "dns",
    }
}

words! {
    /// Whose fault it is that an exchange has no trustworthy answer.
    Blame {
        /// The portal, or the network before it: counted by gates on errors.
        Portal = "portal",
        /// The adapter, which does not understand the portal or cannot write what it needs.
        Adapter = "adapter",
        /// vandan itself: its own limits, or its refusal to send to an address that is not allowed.
        Generator = "generator",
    }
}

impl Fault {
    /// Whose fault it is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::Connect
            | Self::Dns
            | Self::Tls
            | Self::Broken
            | Self::TimedOut
            | Self::TooLong
            | Self::Redirected => Blame::Portal,
            Self::Unreadable | Self::Unwritable => Blame::Adapter,
            Self::Forbidden | Self::LocalLimit => Blame::Generator,
        }
    }
}

words! {
    /// Why an exchange was made: classes are counted and judged apart, so that none dilutes another.
    TrafficClass {
        /// A person acts.
        User = "user",
        /// A person or a clerk looks again and again whether something has changed (inboxes, status).
        Poll = "poll",
        /// The run itself: the clock, the catalogue, publications.
        Control = "control",
    }
}

words! {
    /// What the adapter did not understand of an answer, or could not write into a request.
    AdapterProblem {
        /// A word for a state that the adapter does not translate.
        UnknownWord = "unknown_word",
        /// A value that is there but is not of its field's form: an instant, an amount.
        UnreadableField = "unreadable_field",
        /// A success without a field that the adapter does not mark as optional.
        MissingField = "missing_field",
        /// An answer that is no JSON where something of it is to be read.
        UnreadableBody = "unreadable_body",
        /// An item of a list on which nothing is read that says whose it is.
        UnrecognisedItem = "unrecognised_item",
        /// A value that a request needs and that is not known, or does not fit into it.
        UnwritableValue = "unwritable_value",
    }
}

words! {
    /// A system beside the portal that keeps a ledger of its own.
    PeerName {
        /// Takes payments.
        Bank = "bank",
        /// Carries parcels, and collects on delivery.
        Post = "post",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for operation in Operation::ALL {
            assert_eq!(Operation::parse(operation.as_str()), Some(*operation));
        }
        assert_eq!(DossierState::parse("half_done"), None);
    }

    #[test]
    fn the_columns_of_the_history_come_first() {
        assert_eq!(Field::ALL[Field::COLUMNS - 1], Field::Version);
    }

    #[test]
    fn the_national_list_has_ten_states_in_its_order() {
        assert_eq!(DossierState::ALL.len(), 10);
        assert_eq!(DossierState::ALL[8], DossierState::Completed);
    }
}
