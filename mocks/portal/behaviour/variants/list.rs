//! The list of variants: variant, name, and in one sentence what the portal does differently.
//!
//! Each is allowed, by the standard it names or because nothing forbids it. A rule that fails under one of them has
//! mistaken a habit of the reference portal for a requirement.

/// Makes the enum and its tables from one list, so that they cannot differ.
macro_rules! list {
    ($($variant:ident, $name:literal, $description:literal;)*) => {
        /// One permitted variant of the interface.
        #[allow(clippy::doc_markdown, reason = "the descriptions are shown in terminals too")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Variant {
            $(#[doc = $description] $variant,)*
        }

        impl Variant {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name by which it is switched on.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence: what the portal does differently.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

list! {
    Submit202, "submit-202",
    "Answers a submission with 202 instead of 201.";
    All200, "all-200",
    "Answers with 200 wherever it would answer with 201.";
    Known201, "known-201",
    "Answers a resubmission under the same client reference with 201 and the same code instead of 200.";
    Location, "location",
    "Names the address of the new dossier in the header Location.";
    Illegal400, "illegal-400",
    "Refuses a step that the state does not allow with 400 instead of 409.";
    Illegal422, "illegal-422",
    "Refuses a step that the state does not allow with 422 instead of 409.";
    Validation400, "validation-400",
    "Refuses invalid fields with 400 instead of 422.";
    Closed403, "closed-403",
    "Refuses citizens a dossier that is not theirs, or does not exist, with 403 instead of 404.";
    PlainRefusal, "plain-refusal",
    "Refuses in an envelope of its own (error_code, message) instead of RFC 9457.";
    EmptyRefusal, "empty-refusal",
    "Refuses with a status and no body.";
    VietnameseRefusals, "vietnamese-refusals",
    "Refuses in Vietnamese, whatever Accept-Language names.";
    AbsentNulls, "absent-nulls",
    "Omits fields without a value instead of writing null.";
    ExplicitNulls, "explicit-nulls",
    "Writes null for fields that it would omit because they have no value.";
    ExtraFields, "extra-fields",
    "Adds unknown fields to every object.";
    ReversedFields, "reversed-fields",
    "Writes the fields of every object in reverse order.";
    LowerCaseStates, "lower-case-states",
    "Writes states in lower case; the adapter must map them.";
    UtcTimes, "utc-times",
    "Writes times in UTC, with a Z.";
    WholeSeconds, "whole-seconds",
    "Writes times without fractions of a second.";
    LongFractions, "long-fractions",
    "Writes times with six decimal places.";
    FiveDigits, "five-digits",
    "Writes the number in a dossier code with at least five digits instead of four.";
    SevenDigits, "seven-digits",
    "Writes the number in a dossier code with at least seven digits instead of four.";
    GappedNumbers, "gapped-numbers",
    "Skips every other dossier number.";
    EightDigitDate, "eight-digit-date",
    "Writes the date in a dossier code with eight digits, century included; the adapter must say so.";
    PrettyJson, "pretty-json",
    "Indents JSON, one field a line.";
    EscapedJson, "escaped-json",
    "Escapes everything outside ASCII in JSON.";
    Charset, "charset",
    "Names the charset in the content type of JSON.";
    ExtraHeaders, "extra-headers",
    "Adds headers to every answer, such as X-Request-Id, Strict-Transport-Security and Vary.";
    Cookies, "cookies",
    "Sets a cookie with every answer that no client needs to send back.";
    WeakTags, "weak-tags",
    "Sends weak entity tags, for caches only: If-Match requires the strong form (RFC 9110, section 13.1.1).";
    NoTags, "no-tags",
    "Sends no entity tags; versions are in the bodies only.";
    OtherTags, "other-tags",
    "Sends entity tags of another form (\"3-vn\" instead of \"v3\") and takes them back as they are.";
    CursorPaging, "cursor-paging",
    "Pages lists by the cursor in the page before (?cursor=) and does not count them.";
    OffsetPaging, "offset-paging",
    "Pages lists by ?offset= and ?limit= instead of page and size.";
    LinkPaging, "link-paging",
    "Names the next page of a list in the header Link too, and its length in X-Total-Count.";
    LateLookUp, "late-look-up",
    "Serves the public look-up from a cache that is at most 50 ms old.";
    Slow5ms, "slow-5ms",
    "Delays every answer by 5 ms.";
    ConnectionClose, "connection-close",
    "Closes every connection after one answer.";
    Chunked, "chunked",
    "Sends bodies in chunks of 61 bytes, without Content-Length.";
}
