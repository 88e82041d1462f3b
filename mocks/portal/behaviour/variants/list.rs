//! The list of variants: variant, name, and in one sentence what the portal does differently.
//!
//! Each is allowed: by the standards that are named, or because nothing forbids it. A rule that fails under one of
//! them has taken a habit of the reference portal for a law.

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
    "A submission is answered with 202 instead of 201.";
    All200, "all-200",
    "Whatever is answered with 201 otherwise is answered with 200.";
    Known201, "known-201",
    "A submission that comes again under the same client reference is answered with 201 and the same code, not with 200.";
    Location, "location",
    "The answer to a submission names the new dossier's address in the header Location.";
    Illegal400, "illegal-400",
    "A step that the state does not allow is refused with 400 instead of 409.";
    Illegal422, "illegal-422",
    "A step that the state does not allow is refused with 422 instead of 409.";
    Validation400, "validation-400",
    "Wrong fields are refused with 400 instead of 422.";
    Closed403, "closed-403",
    "A dossier that is somebody else's, or that does not exist, is refused to citizens with 403 instead of 404.";
    PlainRefusal, "plain-refusal",
    "Refusals have an envelope of their own (error_code, message) instead of RFC 9457.";
    EmptyRefusal, "empty-refusal",
    "Refusals have a status and no body.";
    VietnameseRefusals, "vietnamese-refusals",
    "Refusals are in Vietnamese, whatever language is asked for.";
    AbsentNulls, "absent-nulls",
    "Fields without a value are left out instead of null.";
    ExplicitNulls, "explicit-nulls",
    "Fields that are left out otherwise where they have no value are null.";
    ExtraFields, "extra-fields",
    "Every object has further fields that nobody has asked for.";
    ReversedFields, "reversed-fields",
    "The fields of every object come in the reverse order.";
    LowerCaseStates, "lower-case-states",
    "The words for states are in small letters; the adapter must map them.";
    UtcTimes, "utc-times",
    "Times are written in UTC, with a Z.";
    WholeSeconds, "whole-seconds",
    "Times are written without the fraction of the second.";
    LongFractions, "long-fractions",
    "Times are written with six digits after the second.";
    FiveDigits, "five-digits",
    "The number in a dossier code has five digits at least instead of four.";
    SevenDigits, "seven-digits",
    "The number in a dossier code has seven digits at least instead of four.";
    GappedNumbers, "gapped-numbers",
    "Every other number is never given out.";
    EightDigitDate, "eight-digit-date",
    "The date in a dossier code has eight digits, the century included; the adapter must say so.";
    PrettyJson, "pretty-json",
    "JSON is indented, with a line for each field.";
    EscapedJson, "escaped-json",
    "JSON is in ASCII: every other letter is escaped.";
    Charset, "charset",
    "The content type of JSON names its charset.";
    ExtraHeaders, "extra-headers",
    "Every answer has further headers, such as X-Request-Id, Strict-Transport-Security and Vary.";
    Cookies, "cookies",
    "Every answer sets a cookie that nobody needs to send back.";
    WeakTags, "weak-tags",
    "Entity tags are weak, for caches only: If-Match wants the strong form (RFC 9110, section 13.1.1).";
    NoTags, "no-tags",
    "There are no entity tags; versions are in the bodies only.";
    OtherTags, "other-tags",
    "Entity tags look different (\"3-vn\" instead of \"v3\") and are taken back as they are given.";
    CursorPaging, "cursor-paging",
    "Lists are read on with the cursor that their last page has given (?cursor=), and not counted.";
    OffsetPaging, "offset-paging",
    "Lists are paged by ?offset= and ?limit= instead of page and size.";
    LinkPaging, "link-paging",
    "Lists name their next page in the header Link, and their length in X-Total-Count, too.";
    LateLookUp, "late-look-up",
    "The public look-up comes out of a cache, so that it is late by 50 ms at most.";
    Slow5ms, "slow-5ms",
    "Every answer takes 5 ms longer.";
    ConnectionClose, "connection-close",
    "Every connection ends after one answer.";
    Chunked, "chunked",
    "Bodies come in chunks of 61 bytes, their length not said before.";
}
