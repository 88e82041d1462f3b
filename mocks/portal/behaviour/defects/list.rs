//! The list of defects, in the order of the rules they break: variant, name, rules that must report it, rules that
//! may, and in one sentence what the portal does and where this was seen.
//!
//! Each defect acts at one place and changes nothing but what it says. "Every 20th" means the 1st, 2nd or 3rd
//! occasion and every 20th after it, so that a short run meets it too.

/// Makes the enum and its tables from one list, so that they cannot differ.
macro_rules! list {
    ($($variant:ident, $name:literal, [$($must:literal),*], [$($may:literal),*], $description:literal;)*) => {
        /// One thing that the portal does wrong while it is switched on.
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

            /// The ids of the rules that must report it. Some come with a later release.
            pub fn breaks(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($must),*],)* }
            }

            /// The ids of further rules that may report it.
            pub fn may_break(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($may),*],)* }
            }

            /// One sentence: what the portal does, and where this was seen.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

list! {
    TruncateName, "truncate-name", ["EG-SUB-001"], [],
    "Stores the full name of every 5th applicant cut to 10 characters.";
    AckBeforeCommit, "ack-before-commit", ["EG-SUB-005"], [],
    "Confirms every 20th submission with 201 and a valid code, but never stores it.";
    DoubleInsert, "double-insert", ["EG-SUB-005"], [],
    "Stores every 20th submission that is not paid online a second time, under the next number and the same client reference.";
    PadLoss, "pad-loss", ["VN-COD-001"], [],
    "Writes the number at the end of a dossier code without leading zeros.";
    RmwCounter, "rmw-counter", ["EG-COD-003"], [],
    "Reuses the previous number for every 15th dossier, as when two processes read a counter before either writes it (seen in the number generators of OpenCPS and of a provincial portal).";
    OpenLookUp, "open-look-up", ["EG-COD-008"], [],
    "Exposes the applicant's full name and citizen number in the public look-up.";
    CrashLookUp, "crash-look-up", ["EG-OAS-002"], [],
    "Answers the public look-up of every 15th dossier with 500, as an uncaught exception does.";
    Jump9, "jump-9", ["EG-STM-001"], [],
    "Reports every 10th dossier as in process but leaves it accepted, and completes it from there (a provincial portal was seen to rewrite states to \"completed\" before reporting them).";
    Weekend, "weekend", ["EG-DDL-001"], [],
    "Counts Saturdays and Sundays as working days.";
    TzSurface, "tz-surface", ["EG-DDL-008"], [],
    "Shows deadlines seven hours early in the public look-up, as when UTC is taken for local time (OpenCPS was seen to mix the two).";
    GateOpen, "gate-open", ["EG-PAY-002"], [],
    "Processes a dossier before its fee is paid, though the fee is due in advance.";
    SigIgnored, "sig-ignored", ["EG-PAY-003"], [],
    "Does not verify the checksum of payment callbacks and believes whoever calls first (seen in OpenCPS, mcReceiveResult).";
    DupCallback, "dup-callback", ["EG-PAY-005"], [],
    "Issues another receipt for a genuine payment callback that is repeated (a provincial portal was seen to guard against this by a status text only).";
    Skim, "skim", ["EG-PAY-009"], [],
    "Books every 5th payment 1,000 VND short, whatever its method.";
    Early10, "early-10", ["VN-PST-003"], [],
    "Marks a result as returned as soon as the post accepts the order (a provincial portal was seen to treat \"order accepted\" and \"delivered\" alike).";
    TriedIsDone, "tried-is-done", ["EG-PST-004"], ["VN-PST-003"],
    "Marks a result as returned after a failed delivery attempt (a provincial portal was seen to take one date of the post for another).";
    LostIsDelivered, "lost-is-delivered", ["EG-PST-004"], ["EG-PAY-009", "VN-PST-003"],
    "Closes a lost parcel as delivered and paid, so that it is never traced.";
    SecondWaybill, "second-waybill", ["EG-PST-002"], [],
    "Hands a result that is already on its way to the post again, under a second waybill (a provincial portal was seen to take waybills from a list without reserving them).";
    OkEnvelope, "ok-envelope", ["EG-ERR-002"], [],
    "Refuses with HTTP 200 and an error code in the body (seen in a provincial one-stop back end).";
    CatalogueLostUpdate, "catalogue-lost-update", ["VN-CAT-001"], [],
    "Confirms every 20th procedure that a registrar publishes with its new version, but never stores it.";
    CatalogueMovesDeadlines, "catalogue-moves-deadlines", ["EG-DDL-001", "VN-CAT-002"], [],
    "Recomputes the deadlines of open dossiers when their procedure is published, though each should keep the deadline of its day of receipt.";
    PartialCreate, "partial-create", ["EG-SUB-003"], ["EG-SUB-005"],
    "Stores a submission that it refuses because the service is not offered at that level.";
    DraftLeak, "draft-leak", ["EG-SUB-004"], [],
    "Shows a draft to any citizen who knows its number.";
    HoursGate, "hours-gate", ["EG-SUB-006", "EG-SUB-009"], [],
    "Refuses online submissions outside office hours.";
    BoundaryGate, "boundary-gate", ["VN-SUB-007"], [],
    "Lets a desk take in dossiers for its own unit only.";
    UtcDate, "utc-date", ["VN-COD-002"], [],
    "Takes the date in a code in UTC, so that before 7:00 it is yesterday's (OpenCPS was seen to mix time zones).";
    ForeignUnit, "foreign-unit", ["EG-COD-006"], ["EG-COD-003", "EG-OAS-002"],
    "Cuts the unit in a code at its first dot, so that it names the province.";
    Revive, "revive", ["EG-STM-002"], ["EG-STM-001"],
    "Allows a stopped dossier to be started again.";
    RewriteHist, "rewrite-hist", ["EG-STM-003"], ["EG-STM-001"],
    "Removes the start from the progress log when a dossier is completed (a provincial portal was seen to rewrite what it had recorded).";
    SilentAccept, "silent-accept", ["EG-STM-004"], [],
    "Answers a step that the state does not allow with 200 and does nothing.";
    NoRole, "no-role", ["EG-STM-005"], [],
    "Does not check the role of a clerk.";
    EmptySupp, "empty-supp", ["VN-STM-006"], [],
    "Stores a request for further papers without the list of what is missing.";
    GetMutates, "get-mutates", ["EG-STM-009"], ["VN-PST-003"],
    "Marks a completed dossier as returned when a desk reads it (seen in a provincial one-stop back end).";
    DeadQueue, "dead-queue", ["EG-STM-008"], [],
    "Drops every 15th dossier from the queue of its desk without assigning it to a clerk.";
    OffByOne, "off-by-one", ["EG-DDL-001"], [],
    "Counts the day of acceptance as the first working day.";
    NoSwap, "no-swap", ["VN-DDL-002"], ["EG-DDL-001"],
    "Counts Saturdays that are worked in exchange for a day off as days off (seen in the calendar of a provincial portal).";
    NoHolidays, "no-holidays", ["VN-DDL-002"], ["EG-DDL-001"],
    "Counts public holidays as working days.";
    BlankDue, "blank-due", ["EG-SUB-002"], ["EG-DDL-001", "EG-DDL-008"],
    "Accepts every 10th dossier without a due date (seen in a provincial one-stop back end).";
    EndlessTerm, "endless-term", ["EG-STM-008"], [],
    "Waits without end for papers that miss their deadline.";
    NoPause, "no-pause", ["EG-DDL-004"], [],
    "Does not stop the clock while it waits for papers, money or a decision.";
    CalendarPause, "calendar-pause", ["EG-DDL-004"], [],
    "Extends the deadline by calendar days after a pause (seen in a provincial portal).";
    SilentDue, "silent-due", ["EG-DDL-004"], [],
    "Moves the deadline after a pause without an entry in the progress log.";
    GtVsGe, "gt-vs-ge", ["EG-DDL-005"], [],
    "Counts a dossier that is completed exactly when it is due as late in the statistics.";
    NoApology, "no-apology", ["VN-DDL-006"], [],
    "Confirms an apology and does not store it.";
    TwiceRescheduled, "twice-rescheduled", ["VN-DDL-006"], [],
    "Allows a result to be rescheduled any number of times.";
    Int32Money, "int32-money", ["EG-PAY-001"], ["EG-PAY-009"],
    "Stores assessed fees and taxes in 32 bits, so that large amounts overflow (seen in a provincial portal: `int SoTien`).";
    CheckAfterUpdate, "check-after-update", ["EG-PAY-004"], ["EG-PAY-009"],
    "Refuses a callback with a wrong amount only after it has marked the payment as paid (seen in OpenCPS, mcReceiveResult).";
    ToctouPaid, "toctou-paid", ["EG-PAY-006"], ["EG-PAY-005"],
    "Issues a receipt for each of several concurrent callbacks: it checks \"already paid\" first and writes it after a window (seen in OpenCPS).";
    OutOfOrder, "out-of-order", ["EG-PAY-007"], ["EG-PAY-009"],
    "Makes the fee due again when a cancellation arrives after the money.";
    LateMoneyLost, "late-money-lost", ["EG-PAY-007"], ["EG-PAY-009"],
    "Answers the callback of an order that has ended as unknown and forgets the money, though the payer has paid.";
    DoubleCapture, "double-capture", ["EG-PAY-010"], ["EG-PAY-009"],
    "Places another order at the platform for each attempt to pay, though one is open.";
    RefundTwice, "refund-twice", ["EG-PAY-012"], ["EG-PAY-009"],
    "Orders a refund that has been paid again, under another name.";
    BlindRemittance, "blind-remittance", ["EG-PAY-012"], ["EG-PAY-009"],
    "Agrees to any remittance of the post without comparing it with what was collected and booked.";
    DupReceipt, "dup-receipt", ["EG-PAY-011"], [],
    "Gives all tax receipts the same number.";
    AddressCut, "address-cut", ["EG-PST-001"], [],
    "Stores the return address cut to 3 characters.";
    BolaRead, "bola-read", ["EG-ISO-001"], [],
    "Lets a citizen read any dossier whose code is known.";
    BolaWrite, "bola-write", ["EG-ISO-002"], ["EG-ISO-001"],
    "Lets a citizen withdraw, pay and answer in any dossier whose code is known.";
    OpenFile, "open-file", ["EG-ISO-003"], [],
    "Serves attachments to any citizen who is signed in.";
    ListLeak, "list-leak", ["EG-ISO-004"], [],
    "Lists the dossiers of all citizens as one's own.";
    Bfla, "bfla", ["EG-ISO-005"], [],
    "Lets a citizen who is signed in call the operations of clerks of any role.";
    CrossAgency, "cross-agency", ["EG-ISO-006"], [],
    "Lets a clerk decide on the dossiers of every unit.";
    MassAssign, "mass-assign", ["EG-ISO-007"], ["EG-PAY-001"],
    "Accepts the fee that a submission names for itself.";
    ExistLeak, "exist-leak", ["EG-ISO-008"], [],
    "Answers 403 for another citizen's dossier and 404 for one that does not exist.";
    CacheMix, "cache-mix", ["EG-ISO-009"], ["EG-ISO-001", "EG-COD-003"],
    "Serves every 20th reader the dossier that was read before.";
    BytesEq, "bytes-eq", ["EG-VAL-001"], [],
    "Searches names byte by byte, so that case, diacritics and Unicode form matter.";
    Latin1, "latin1", ["EG-VAL-002"], ["EG-SUB-001"],
    "Stores letters outside Latin-1 in names as question marks.";
    SizeOff, "size-off", ["EG-VAL-004"], [],
    "Stores attachments that exceed the size limit.";
    TrustType, "trust-type", ["EG-VAL-005"], [],
    "Trusts the declared content type of an attachment, whatever its first bytes are.";
    PathJoin, "path-join", ["EG-VAL-006"], [],
    "Copies the file name of an attachment into its header unescaped.";
    NoDedupe, "no-dedupe", ["EG-IDM-001"], ["EG-IDM-003"],
    "Ignores idempotency keys.";
    KeyOnly, "key-only", ["EG-IDM-002"], [],
    "Replays the answer of an idempotency key for any request sent under it.";
    ToctouKey, "toctou-key", ["EG-IDM-003"], [],
    "Runs all concurrent requests under one idempotency key: it looks the key up first and stores it after a window.";
    RetryDup, "retry-dup", ["EG-IDM-004"], ["EG-SUB-005"],
    "Treats every 10th submission that is resent as a new one.";
    LastWriteWins, "last-write-wins", ["EG-CON-001"], [],
    "Ignores `If-Match`.";
    StaleCheck, "stale-check", ["EG-CON-001"], [],
    "Checks `If-Match` first and makes the change after a window.";
    DoubleClaim, "double-claim", ["EG-CON-002"], [],
    "Assigns every 10th dossier of the inbox a second time.";
    Drift, "drift", ["EG-CON-005"], [],
    "Leaves refused dossiers out of the statistics.";
    OffsetGap, "offset-gap", ["EG-PAG-001"], [],
    "Skips an item between the pages of a list.";
    NoCap, "no-cap", ["EG-PAG-003"], [],
    "Does not limit the size of a page.";
    HtmlRefusal, "html-refusal", ["EG-ERR-001"], ["EG-OAS-001"],
    "Refuses with an HTML page.";
    ExceptionText, "exception-text", ["EG-ERR-003"], [],
    "Includes the place in the source in refusals (seen in a provincial one-stop back end: `e.ToString()`).";
    NoFieldNames, "no-field-names", ["EG-ERR-004"], [],
    "Does not name the invalid fields in refusals.";
    Cacheable, "cacheable", ["EG-HDR-002"], [],
    "Allows shared caches to store answers about persons.";
    CorsReflect, "cors-reflect", ["EG-HDR-003"], [],
    "Allows every origin that asks to read with credentials.";
    Effect429, "effect-429", ["EG-RTL-001"], [],
    "Refuses a request over the rate limit only after carrying it out.";
    GlobalBucket, "global-bucket", ["EG-RTL-003"], [],
    "Shares one rate limit among all clients.";
    SmsFlood, "sms-flood", ["EG-RTL-004"], [],
    "Sends one-time codes without a rate limit.";
    ExpIgnored, "exp-ignored", ["EG-SES-001"], [],
    "Never expires sessions.";
    Zombie, "zombie", ["EG-SES-002"], [],
    "Accepts a token after sign-out.";
    ReplayedCode, "replayed-code", ["EG-SES-003"], [],
    "Accepts a one-time code more than once.";
    SwallowSync, "swallow-sync", ["VN-NSP-001"], ["VN-NSP-007"],
    "Counts what the national portal refuses as synced (a provincial one-stop back end was seen to write such errors to a log file only).";
    DuplicateIsDone, "duplicate-is-done", ["VN-NSP-001"], ["VN-NSP-007"],
    "Counts a dossier that the national portal already knows as synced and sends no update.";
    TakenTwice, "taken-twice", ["VN-NSP-001"], ["EG-SUB-005"],
    "Turns a dossier that was entered at the national portal and is handed down again into a second one, under a number of the portal's own.";
    Reorder, "reorder", ["VN-NSP-002"], ["VN-NSP-001", "VN-NSP-007"],
    "Sends the steps of a dossier that share a message in reverse order.";
    UnmappedBlank, "unmapped-blank", ["VN-NSP-003"], ["VN-NSP-001", "VN-NSP-007"],
    "Sends no state for a dossier that waits for money (OpenCPS was seen to return a blank where its mapping has no row).";
    SendBeforeCommit, "send-before-commit", ["VN-NSP-004"], [],
    "Sends a dossier before it is stored, so that the national portal knows submissions that were refused (seen in a provincial one-stop back end).";
    NoOutbox, "no-outbox", ["VN-NSP-005"], ["VN-NSP-001", "VN-NSP-007"],
    "Never sends what was due while the national portal was down.";
    UtcSync, "utc-sync", ["VN-NSP-006"], [],
    "Sends times to the national portal in UTC, which reads as seven hours early.";
    StatusesTo9, "statuses-to-9", ["VN-NSP-007"], ["VN-NSP-001"],
    "Sends the states 5, 6 and 8 as 9, so that figures look better (seen in a provincial portal).";
    StateIgnored, "state-ignored", ["EG-SES-003"], [],
    "Ignores `state` on the way back from sign-on and takes whoever returns for the citizen who left last.";
    NonceIgnored, "nonce-ignored", ["EG-SES-003"], [],
    "Does not compare the nonce of an id token with the one it sent.";
    UnsignedToken, "unsigned-token", ["EG-SES-004"], [],
    "Does not verify the signature of an id token.";
    SlowPath, "slow-path", ["EG-SLA-001"], [],
    "Delays every 20th look-up by 300 ms.";
}
