//! The words of the ledger in the two languages of the pages.

use mock_ground::Language;

use crate::faults::Fault;
use crate::payment::State;

/// A state of a payment.
pub(crate) fn state(language: Language, state: State) -> &'static str {
    match state {
        State::Ordered => language.say("Chờ thanh toán", "Waiting for payment"),
        State::Pending => language.say("Đang xử lý", "Being processed"),
        State::Captured => language.say("Đã thanh toán", "Paid"),
        State::Cancelled => language.say("Đã hủy", "Cancelled"),
        State::Expired => language.say("Đã hết hạn", "Expired"),
    }
}

/// The kind or the state of a signal; one that has no words here stays as it is.
pub(crate) fn signal(language: Language, word: &'static str) -> &'static str {
    let (vietnamese, english) = match word {
        "order" => ("yêu cầu thanh toán", "order"),
        "page" => ("mở trang thanh toán", "payment page"),
        "callback" => ("báo kết quả", "callback"),
        "query" => ("truy vấn", "query"),
        "bill" => ("lấy biên lai", "receipt"),
        "refund" => ("yêu cầu hoàn tiền", "refund asked"),
        "refunded" => ("đã hoàn tiền", "refunded"),
        "refused" => ("từ chối", "refused"),
        "ordered" => ("chờ thanh toán", "waiting"),
        "pending" => ("đang xử lý", "pending"),
        "captured" => ("đã thu tiền", "captured"),
        "cancelled" => ("đã hủy", "cancelled"),
        "expired" => ("hết hạn", "expired"),
        other => (other, other),
    };
    language.say(vietnamese, english)
}

/// A fault.
pub(crate) fn fault(language: Language, fault: Fault) -> &'static str {
    match fault {
        Fault::Delayed => language.say("báo chậm", "delayed"),
        Fault::Lost => language.say("mất thông báo", "lost"),
        Fault::Duplicate => language.say("báo trùng", "duplicate"),
        Fault::ConcurrentDuplicate => language.say("báo trùng đồng thời", "concurrent duplicate"),
        Fault::OutOfOrder => language.say("sai thứ tự", "out of order"),
        Fault::WrongAmount => language.say("sai số tiền", "wrong amount"),
        Fault::WrongMerchant => language.say("sai đơn vị", "wrong merchant"),
        Fault::Forged => language.say("giả mạo chữ ký", "forged"),
        Fault::Late => language.say("sau khi hết hạn", "late"),
        Fault::Pending => language.say("treo rồi thành công", "pending"),
        Fault::PendingForever => language.say("treo mãi", "pending forever"),
    }
}
