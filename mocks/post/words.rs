//! The words of the ledger for people who read Vietnamese; in English they are read as they are.

/// The kind or the state of a signal; one that has no words here stays as it is.
pub(crate) fn vietnamese(word: &'static str) -> &'static str {
    match word {
        "order" => "yêu cầu phát",
        "pickup_order" => "yêu cầu thu gom",
        "refused" => "từ chối",
        "ordered" => "đã nhận",
        "picked_up" => "đã lấy hàng",
        "in_transit" => "đang vận chuyển",
        "delivered" => "đã phát",
        "attempt_failed" => "phát không thành công",
        "returned" | "returned_to_agency" => "chuyển hoàn cơ quan",
        "lost" => "thất lạc",
        "delayed" => "chậm",
        "cancelled" => "đã hủy",
        "pickup_requested" => "chờ thu gom",
        "taken_from_citizen" | "collected" => "đã thu",
        "handed_to_agency" | "at_agency" => "đã đến cơ quan",
        "report" => "báo trạng thái",
        "report_lost" => "mất báo cáo",
        "remitted" => "chuyển trả",
        "reconcile" => "đối soát",
        "reconciled" => "đã đối soát",
        "disputed" => "lệch số tiền",
        "bag_packed" | "packed" => "đóng túi",
        "bag_handed_over" => "bàn giao túi",
        "bag_received" | "received" => "nhận túi",
        "bag_count_differs" => "lệch số hồ sơ",
        "ticket" => "lấy số",
        "waiting" => "đang chờ",
        other => other,
    }
}

/// The name of a fault.
pub(crate) fn fault(name: &'static str) -> &'static str {
    match name {
        "lost" => "thất lạc",
        "delayed" => "chậm",
        "failed-attempt" => "phát hụt",
        "returned" => "chuyển hoàn",
        "wrong-cod" => "thu sai số tiền",
        "duplicate-report" => "báo trùng",
        "out-of-order" => "sai thứ tự",
        "lost-report" => "mất báo cáo",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Fault;

    #[test]
    fn every_fault_has_a_name_in_vietnamese() {
        assert!(Fault::ALL.iter().all(|known| fault(known.name()) != known.name()));
    }
}
