//! The list of defects, in the order of the rules they break: variant, name, rules that must notice it, rules that
//! may, and in one sentence what the portal does and where such a thing was seen.
//!
//! Each acts at one place and changes nothing but what it says. "Every 20th" means the 1st, 2nd or 3rd
//! occasion and every 20th from there, so that a short run meets it too.

/// Makes the enum and its tables from one list, so that they cannot differ.
macro_rules! list {
    ($($variant:ident, $name:literal, [$($must:literal),*], [$($may:literal),*], $description:literal;)*) => {
        /// One thing that the portal does wrong when it is switched on.
        #[allow(clippy::doc_markdown, reason = "the descriptions are shown in terminals too")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Defect {
            $(#[doc = $description] $variant,)*
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name by which it is switched on.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The ids of the rules that must notice it. Some come with a later release of the rules.
            pub fn breaks(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($must),*],)* }
            }

            /// The ids of further rules that may notice it.
            pub fn may_break(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($may),*],)* }
            }

            /// One sentence: what the portal does, and where such a thing was seen.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

list! {
    TruncateName, "truncate-name", ["EG-SUB-001"], [],
    "Every 5th applicant's full name is stored cut to 10 characters.";
    AckBeforeCommit, "ack-before-commit", ["EG-SUB-005"], [],
    "Every 20th submission is confirmed with 201 and a proper code, and never stored.";
    DoubleInsert, "double-insert", ["EG-SUB-005"], [],
    "Every 20th submission that is not to be paid online is stored a second time under the next number, with the same client reference.";
    PadLoss, "pad-loss", ["VN-COD-001"], [],
    "The number at the end of a dossier code is written without leading zeros.";
    RmwCounter, "rmw-counter", ["EG-COD-003"], [],
    "Every 15th number is the one before it again, as when two processes read a counter before either writes it (seen in the number generators of OpenCPS and of a province's portal).";
    OpenLookUp, "open-look-up", ["EG-COD-008"], [],
    "The public look-up adds the applicant's full name and citizen number.";
    CrashLookUp, "crash-look-up", ["EG-OAS-002"], [],
    "The public look-up of every 15th dossier is answered with 500, as when an exception is not caught.";
    Jump9, "jump-9", ["EG-STM-001"], [],
    "Every 10th dossier is said to be in process but stays accepted, and is completed from there (a province's portal was seen to rewrite states to \"completed\" before reporting them).";
    Weekend, "weekend", ["EG-DDL-001"], [],
    "Deadlines count Saturdays and Sundays as working days.";
    TzSurface, "tz-surface", ["EG-DDL-008"], [],
    "The public look-up shows deadlines seven hours early, as when UTC is taken for local time (OpenCPS was seen to mix the two).";
    GateOpen, "gate-open", ["EG-PAY-002"], [],
    "A dossier whose fee is due in advance is processed before it is paid.";
    SigIgnored, "sig-ignored", ["EG-PAY-003"], [],
    "The checksum of a payment callback is not compared, so whoever calls first is believed (seen in OpenCPS, mcReceiveResult).";
    DupCallback, "dup-callback", ["EG-PAY-005"], [],
    "A genuine payment callback that comes again issues another receipt (a province's portal was seen to guard against it by a status text only).";
    Skim, "skim", ["EG-PAY-009"], [],
    "Every 5th payment is booked 1,000 VND short, whatever its method.";
    Early10, "early-10", ["VN-PST-003"], [],
    "A result counts as returned as soon as the post has it (a province's portal was seen to treat \"order accepted\" and \"delivered\" alike).";
    TriedIsDone, "tried-is-done", ["EG-PST-004"], ["VN-PST-003"],
    "A failed attempt at the door counts as the return of the result (a province's portal was seen to take one date of the post for another).";
    LostIsDelivered, "lost-is-delivered", ["EG-PST-004"], ["EG-PAY-009", "VN-PST-003"],
    "A parcel that is lost is closed as delivered, money and all, so that nobody looks for it.";
    SecondWaybill, "second-waybill", ["EG-PST-002"], [],
    "A result that is on its way is handed to the post again and gets a second waybill (a province's portal was seen to take waybills from a list without reserving them).";
    OkEnvelope, "ok-envelope", ["EG-ERR-002"], [],
    "Refusals are answered with HTTP 200 and an error code in the body (seen in a province's one-stop backend).";
    CatalogueLostUpdate, "catalogue-lost-update", ["VN-CAT-001"], [],
    "Every 20th procedure that a registrar publishes is confirmed with its new version, and never stored.";
    CatalogueMovesDeadlines, "catalogue-moves-deadlines", ["EG-DDL-001", "VN-CAT-002"], [],
    "The publication of a procedure counts the legal time of its open dossiers from that moment again, though each should keep the deadline of its day of receipt.";
    PartialCreate, "partial-create", ["EG-SUB-003"], ["EG-SUB-005"],
    "A submission that is refused because the service is not offered that way is stored all the same.";
    DraftLeak, "draft-leak", ["EG-SUB-004"], [],
    "A draft is shown to whoever knows its number.";
    HoursGate, "hours-gate", ["EG-SUB-006", "EG-SUB-009"], [],
    "Outside office hours online submissions are refused.";
    BoundaryGate, "boundary-gate", ["VN-SUB-007"], [],
    "A desk takes in dossiers for its own unit only.";
    UtcDate, "utc-date", ["VN-COD-002"], [],
    "The date in a code is the date in UTC, so that it is yesterday's before seven in the morning (OpenCPS was seen to mix time zones).";
    ForeignUnit, "foreign-unit", ["EG-COD-006"], ["EG-COD-003", "EG-OAS-002"],
    "The unit in a code is cut at its first dot, so that it names the province.";
    Revive, "revive", ["EG-STM-002"], ["EG-STM-001"],
    "A case that was stopped can be started again.";
    RewriteHist, "rewrite-hist", ["EG-STM-003"], ["EG-STM-001"],
    "When a case is completed, its start vanishes from the log (a province's portal was seen to rewrite what it had recorded).";
    SilentAccept, "silent-accept", ["EG-STM-004"], [],
    "A step that the state does not allow is answered with 200, and nothing happens.";
    NoRole, "no-role", ["EG-STM-005"], [],
    "Any clerk may do what only clerks of another role may.";
    EmptySupp, "empty-supp", ["VN-STM-006"], [],
    "A request for further papers is kept without the list of what is missing.";
    GetMutates, "get-mutates", ["EG-STM-009"], ["VN-PST-003"],
    "Reading a completed dossier at a desk marks it returned (seen in a province's one-stop backend).";
    DeadQueue, "dead-queue", ["EG-STM-008"], [],
    "Every 15th dossier leaves the line of its desk without being handed to anybody.";
    OffByOne, "off-by-one", ["EG-DDL-001"], [],
    "Deadlines count the day of acceptance as the first working day.";
    NoSwap, "no-swap", ["VN-DDL-002"], ["EG-DDL-001"],
    "Saturdays that are worked in exchange for a day off count as free (seen in the calendar of a province's portal).";
    NoHolidays, "no-holidays", ["VN-DDL-002"], ["EG-DDL-001"],
    "Public holidays count as working days.";
    BlankDue, "blank-due", ["EG-SUB-002"], ["EG-DDL-001", "EG-DDL-008"],
    "Every 10th dossier is accepted without a day of appointment (seen in a province's one-stop backend).";
    EndlessTerm, "endless-term", ["EG-STM-008"], [],
    "Papers that do not come in time are waited for without end.";
    NoPause, "no-pause", ["EG-DDL-004"], [],
    "The clock runs on while papers, money or a decision are awaited.";
    CalendarPause, "calendar-pause", ["EG-DDL-004"], [],
    "After an interruption the deadline grows by calendar days (seen in a province's portal).";
    SilentDue, "silent-due", ["EG-DDL-004"], [],
    "After an interruption the deadline moves and the log does not say so.";
    GtVsGe, "gt-vs-ge", ["EG-DDL-005"], [],
    "A case completed in the very moment it was due counts as late in the statistics.";
    NoApology, "no-apology", ["VN-DDL-006"], [],
    "An apology is confirmed and leaves no trace.";
    TwiceRescheduled, "twice-rescheduled", ["VN-DDL-006"], [],
    "A result may be re-scheduled as often as one likes.";
    Int32Money, "int32-money", ["EG-PAY-001"], ["EG-PAY-009"],
    "Assessed fees and taxes are kept in 32 bits, so that large sums wrap (seen in a province's portal: `int SoTien`).";
    CheckAfterUpdate, "check-after-update", ["EG-PAY-004"], ["EG-PAY-009"],
    "A callback with a wrong amount is refused after the payment was marked paid (seen in OpenCPS, mcReceiveResult).";
    ToctouPaid, "toctou-paid", ["EG-PAY-006"], ["EG-PAY-005"],
    "Callbacks that come at the same time each issue a receipt: \"already paid\" is looked up first and written a window later (seen in OpenCPS).";
    OutOfOrder, "out-of-order", ["EG-PAY-007"], ["EG-PAY-009"],
    "A cancellation that arrives after the money makes the fee due again.";
    LateMoneyLost, "late-money-lost", ["EG-PAY-007"], ["EG-PAY-009"],
    "Money that comes for an order that has ended is answered as unknown and forgotten, though it has left the payer.";
    DoubleCapture, "double-capture", ["EG-PAY-010"], ["EG-PAY-009"],
    "Each wish to pay places another order at the platform, though one is open.";
    RefundTwice, "refund-twice", ["EG-PAY-012"], ["EG-PAY-009"],
    "A refund that was given is ordered again under another name.";
    BlindRemittance, "blind-remittance", ["EG-PAY-012"], ["EG-PAY-009"],
    "What the post passes on is agreed to, whether or not it is what was collected and booked.";
    DupReceipt, "dup-receipt", ["EG-PAY-011"], [],
    "All receipts for taxes bear the same number.";
    AddressCut, "address-cut", ["EG-PST-001"], [],
    "The address for the return is kept cut to 3 characters.";
    BolaRead, "bola-read", ["EG-ISO-001"], [],
    "A citizen reads any dossier whose code is known.";
    BolaWrite, "bola-write", ["EG-ISO-002"], ["EG-ISO-001"],
    "A citizen withdraws, pays and answers in any dossier whose code is known.";
    OpenFile, "open-file", ["EG-ISO-003"], [],
    "Attachments are given to every citizen who is signed in.";
    ListLeak, "list-leak", ["EG-ISO-004"], [],
    "The list of one's own dossiers holds everybody's.";
    Bfla, "bfla", ["EG-ISO-005"], [],
    "A citizen who is signed in may do what clerks of any role may.";
    CrossAgency, "cross-agency", ["EG-ISO-006"], [],
    "A clerk decides on the dossiers of every unit.";
    MassAssign, "mass-assign", ["EG-ISO-007"], ["EG-PAY-001"],
    "A submission that names its own fee gets it.";
    ExistLeak, "exist-leak", ["EG-ISO-008"], [],
    "Another's dossier is forbidden, where one that does not exist is not found.";
    CacheMix, "cache-mix", ["EG-ISO-009"], ["EG-ISO-001", "EG-COD-003"],
    "Every 20th reader gets the dossier that was read before.";
    BytesEq, "bytes-eq", ["EG-VAL-001"], [],
    "Names are searched byte by byte, so that case, marks and Unicode form matter.";
    Latin1, "latin1", ["EG-VAL-002"], ["EG-SUB-001"],
    "Letters of names that Latin-1 does not have are kept as question marks.";
    SizeOff, "size-off", ["EG-VAL-004"], [],
    "Attachments are kept above the size that is allowed.";
    TrustType, "trust-type", ["EG-VAL-005"], [],
    "An attachment is what its sender calls it, whatever its first bytes say.";
    PathJoin, "path-join", ["EG-VAL-006"], [],
    "The name of an attachment goes into its header as it came.";
    NoDedupe, "no-dedupe", ["EG-IDM-001"], ["EG-IDM-003"],
    "Idempotency keys are ignored.";
    KeyOnly, "key-only", ["EG-IDM-002"], [],
    "A key answers for whatever is sent under it.";
    ToctouKey, "toctou-key", ["EG-IDM-003"], [],
    "Requests under one key that come at the same time all run: the key is looked up first and noted a window later.";
    RetryDup, "retry-dup", ["EG-IDM-004"], ["EG-SUB-005"],
    "Every 10th submission that is sent again is taken for a new one.";
    LastWriteWins, "last-write-wins", ["EG-CON-001"], [],
    "The version that a request names is ignored.";
    StaleCheck, "stale-check", ["EG-CON-001"], [],
    "The version that a request names is compared first, and the change made a window later.";
    DoubleClaim, "double-claim", ["EG-CON-002"], [],
    "Every 10th dossier is handed out by the inbox again.";
    Drift, "drift", ["EG-CON-005"], [],
    "The statistics forget refused dossiers.";
    OffsetGap, "offset-gap", ["EG-PAG-001"], [],
    "Between the pages of a list an item is missing.";
    NoCap, "no-cap", ["EG-PAG-003"], [],
    "A page may be as large as one likes.";
    HtmlRefusal, "html-refusal", ["EG-ERR-001"], ["EG-OAS-001"],
    "Refusals are pages for browsers.";
    ExceptionText, "exception-text", ["EG-ERR-003"], [],
    "Refusals tell where in the program they arose (seen in a province's one-stop backend: `e.ToString()`).";
    NoFieldNames, "no-field-names", ["EG-ERR-004"], [],
    "Refusals do not say which fields are wrong.";
    Cacheable, "cacheable", ["EG-HDR-002"], [],
    "Answers about persons may be kept by caches on the way.";
    CorsReflect, "cors-reflect", ["EG-HDR-003"], [],
    "Every origin that asks is allowed to read with credentials.";
    Effect429, "effect-429", ["EG-RTL-001"], [],
    "A request over the limit is refused after it was carried out.";
    GlobalBucket, "global-bucket", ["EG-RTL-003"], [],
    "All clients share one limit.";
    SmsFlood, "sms-flood", ["EG-RTL-004"], [],
    "One-time codes are sent as often as one likes.";
    ExpIgnored, "exp-ignored", ["EG-SES-001"], [],
    "Sessions never end by themselves.";
    Zombie, "zombie", ["EG-SES-002"], [],
    "A token works after signing out.";
    ReplayedCode, "replayed-code", ["EG-SES-003"], [],
    "A one-time code is good again and again.";
    SwallowSync, "swallow-sync", ["VN-NSP-001"], ["VN-NSP-007"],
    "Whatever the national portal refuses counts as told (a province's one-stop backend was seen to write such errors to a log file only).";
    DuplicateIsDone, "duplicate-is-done", ["VN-NSP-001"], ["VN-NSP-007"],
    "A dossier that the nation knows already counts as told, and no update follows.";
    TakenTwice, "taken-twice", ["VN-NSP-001"], ["EG-SUB-005"],
    "A dossier that was entered at the national portal and is handed down again becomes a second one, under a number of the portal's own.";
    Reorder, "reorder", ["VN-NSP-002"], ["VN-NSP-001", "VN-NSP-007"],
    "The steps of a dossier that leave in one message are told last one first.";
    UnmappedBlank, "unmapped-blank", ["VN-NSP-003"], ["VN-NSP-001", "VN-NSP-007"],
    "A dossier that waits for money is told in no state at all (OpenCPS was seen to return a blank where its mapping has no row).";
    SendBeforeCommit, "send-before-commit", ["VN-NSP-004"], [],
    "A dossier is told before it is stored, so that the nation knows submissions that were refused (seen in a province's one-stop backend).";
    NoOutbox, "no-outbox", ["VN-NSP-005"], ["VN-NSP-001", "VN-NSP-007"],
    "What was to be told while the national portal was out of order is never told.";
    UtcSync, "utc-sync", ["VN-NSP-006"], [],
    "The nation is told times in UTC, which are seven hours early.";
    StatusesTo9, "statuses-to-9", ["VN-NSP-007"], ["VN-NSP-001"],
    "The states 5, 6 and 8 are rewritten to 9 before they are told, so that figures look better (seen in a province's portal).";
    StateIgnored, "state-ignored", ["EG-SES-003"], [],
    "Whoever comes back from signing on is taken for the one who left last, whatever state is brought.";
    NonceIgnored, "nonce-ignored", ["EG-SES-003"], [],
    "The nonce in an id token is not compared with the one that was asked with.";
    UnsignedToken, "unsigned-token", ["EG-SES-004"], [],
    "The signature of an id token is not verified.";
    SlowPath, "slow-path", ["EG-SLA-001"], [],
    "Every 20th look-up waits for 300 ms.";
}
