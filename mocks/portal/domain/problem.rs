//! Refusals: why, which fields are wrong, and their texts in English and in Vietnamese. How they are answered over
//! HTTP is in [`crate::api::problem`].

use std::borrow::Cow;

use mock_ground::Language;
use schemars::JsonSchema;
use serde::Serialize;

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Malformed,
    TooLarge,
    TooSlow,
    Validation,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    IllegalTransition,
    PaymentRequired,
    PaymentInProgress,
    NothingToPay,
    AlreadyPaid,
    NothingToRefund,
    NotOnline,
    NotPayable,
    NotPostal,
    BagMismatch,
    Full,
    UnsupportedContent,
    VersionMismatch,
    KeyReused,
    StillRunning,
    TooMany,
    PeerUnavailable,
    NotKept,
}

impl Kind {
    /// The stable error code.
    pub(crate) fn code(self) -> &'static str {
        self.words().0
    }

    /// The title in a language.
    pub(crate) fn title(self, language: Language) -> &'static str {
        let (_, english, vietnamese) = self.words();
        language.say(vietnamese, english)
    }

    /// The stable error code and the titles.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::Malformed => ("malformed", "The request cannot be read", "Không đọc được yêu cầu"),
            Kind::TooLarge => ("too_large", "The request is too large", "Yêu cầu quá lớn"),
            Kind::TooSlow => ("too_slow", "The request came too slowly", "Yêu cầu gửi đến quá chậm"),
            Kind::Validation => ("validation", "Some fields are wrong", "Một số trường thông tin không hợp lệ"),
            Kind::Unauthenticated => ("unauthenticated", "Nobody is signed in", "Chưa đăng nhập"),
            Kind::Forbidden => ("forbidden", "This person may not do that", "Không có quyền thực hiện"),
            Kind::NotFound => ("not_found", "There is no such thing", "Không tìm thấy"),
            Kind::MethodNotAllowed => {
                ("method_not_allowed", "That cannot be done here", "Thao tác không được hỗ trợ ở địa chỉ này")
            }
            Kind::IllegalTransition => (
                "illegal_transition",
                "The dossier's state does not allow it",
                "Trạng thái hồ sơ không cho phép thao tác này",
            ),
            Kind::PaymentRequired => ("payment_required", "The fee must be paid first", "Phải nộp phí, lệ phí trước"),
            Kind::PaymentInProgress => {
                ("payment_in_progress", "The fee is being paid", "Phí, lệ phí đang được thanh toán")
            }
            Kind::NothingToPay => {
                ("nothing_to_pay", "Nothing is to be paid this way", "Không có khoản nào phải nộp theo cách này")
            }
            Kind::AlreadyPaid => ("already_paid", "The fee is paid", "Phí, lệ phí đã được nộp"),
            Kind::NothingToRefund => {
                ("nothing_to_refund", "There is nothing to give back", "Không có khoản nào phải hoàn trả")
            }
            Kind::NotOnline => (
                "not_online",
                "This service does not take dossiers online (level 2): hand it in at the counter or by post",
                "Dịch vụ công mức độ 2, không nhận hồ sơ trực tuyến: xin nộp trực tiếp hoặc qua bưu chính",
            ),
            Kind::NotPayable => (
                "not_payable",
                "The fee of this service cannot be paid online",
                "Dịch vụ công này không hỗ trợ thanh toán trực tuyến",
            ),
            Kind::NotPostal => (
                "not_postal",
                "The result of this service is not returned by post",
                "Dịch vụ công này không trả kết quả qua bưu chính",
            ),
            Kind::BagMismatch => (
                "bag_mismatch",
                "The papers in the bag are not those on its list",
                "Hồ sơ trong túi không khớp với danh sách bàn giao",
            ),
            Kind::Full => ("full", "There is no room for more", "Đã đạt số lượng tối đa"),
            Kind::UnsupportedContent => {
                ("unsupported_content", "The content is of a kind that is not taken", "Loại tệp không được chấp nhận")
            }
            Kind::VersionMismatch => {
                ("version_mismatch", "It has changed since it was read", "Dữ liệu đã thay đổi kể từ lần đọc trước")
            }
            Kind::KeyReused => (
                "key_reused",
                "The idempotency key belongs to another request",
                "Khóa chống trùng đã dùng cho yêu cầu khác",
            ),
            Kind::StillRunning => {
                ("still_running", "The same request is still being worked on", "Yêu cầu này đang được xử lý")
            }
            Kind::TooMany => ("too_many", "Too many requests: wait a little", "Quá nhiều yêu cầu, xin chờ giây lát"),
            Kind::PeerUnavailable => (
                "peer_unavailable",
                "Another system did not answer as agreed",
                "Hệ thống liên thông không trả lời đúng thỏa thuận",
            ),
            Kind::NotKept => {
                ("not_kept", "The store cannot be written: try again", "Tạm thời không ghi được dữ liệu, xin thử lại")
            }
        }
    }
}

/// A field that is wrong, and why.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Flaw {
    field: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl Flaw {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    pub(crate) fn in_vietnamese(&self) -> Self {
        let message = match self.message.as_ref() {
            "is missing" => "còn thiếu",
            "is too long" => "quá dài",
            "is not in the catalogue" => "không có trong danh mục",
            "is not open to this person" => "không dành cho người này",
            "must have twelve digits" => "phải có 12 chữ số",
            "must not be negative" => "không được âm",
            "is needed by the post" => "bưu điện cần thông tin này",
            _ => "không hợp lệ",
        };
        Self { field: self.field.clone(), message: message.into() }
    }
}

/// One refusal.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<Flaw>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("no such {what}"))
    }

    /// One wrong field.
    pub(crate) fn field(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::fields(vec![Flaw::new(field, message)])
    }

    /// Every wrong field.
    pub(crate) fn fields(errors: Vec<Flaw>) -> Self {
        let names: Vec<&str> = errors.iter().map(|flaw| flaw.field.as_ref()).collect();
        Self { kind: Kind::Validation, detail: format!("wrong: {}", names.join(", ")).into(), errors }
    }

    /// Why it is refused.
    #[cfg(test)]
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the state of the dossier does not allow it.
    pub(crate) fn is_illegal(&self) -> bool {
        self.kind == Kind::IllegalTransition
    }

    /// The same without the wrong fields; see the defect `no-field-names`.
    pub(crate) fn without_fields(&self) -> Self {
        Self::new(self.kind, "something is wrong")
    }

    /// The same with more in its detail; see the defect `exception-text`.
    pub(crate) fn with_trace(&self) -> Self {
        let detail = format!("{}\n   at Portal.Desk.Step(String code) in /srv/portal/Desk.cs:line 88", self.detail);
        Self { kind: self.kind, detail: detail.into(), errors: self.errors.clone() }
    }

    /// Why, as a whole, in Vietnamese.
    pub(crate) fn in_vietnamese(&self) -> &'static str {
        self.kind.title(Language::Vietnamese)
    }

    /// The wrong fields, each with what is wrong in Vietnamese.
    pub(crate) fn flaws_in_vietnamese(&self) -> impl Iterator<Item = (&str, String)> {
        self.errors.iter().map(|flaw| (flaw.field.as_ref(), flaw.in_vietnamese().message.into_owned()))
    }

    /// The names of the wrong fields, in the order in which they were found.
    #[cfg(test)]
    pub(crate) fn field_names(&self) -> Vec<String> {
        self.errors.iter().map(|flaw| flaw.field.clone().into_owned()).collect()
    }
}
