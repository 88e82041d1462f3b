//! The areas of the rule catalogue: what there is to be examined of a portal, so that a report can say what was not.

use serde::Serialize;

use crate::claims::{GateAnswer, GateVerdict};
use crate::examine::RuleVerdict;
use crate::merge::Verdict;

/// An area of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its name, as in a run file's `require`.
    pub name: &'static str,
    /// The same in Vietnamese.
    pub name_vi: &'static str,
    /// The middle parts of the ids of its rules.
    pub codes: &'static [&'static str],
}

/// Every area, those first whose neglect a reader must know of first.
pub const AREAS: &[Area] = &[
    area("submission", "nộp hồ sơ", &["SUB"]),
    area("access control", "phân quyền truy cập", &["ISO"]),
    area("sessions", "phiên đăng nhập", &["SES"]),
    area("payment", "thanh toán", &["PAY"]),
    area("refunds", "hoàn phí", &["REF"]),
    area("national portal", "đồng bộ Cổng Dịch vụ công quốc gia", &["NSP"]),
    area("dossier numbers", "mã hồ sơ", &["COD"]),
    area("states", "trạng thái hồ sơ", &["STM"]),
    area("deadlines", "thời hạn giải quyết", &["DDL"]),
    area("postal return", "trả kết quả qua bưu chính", &["PST"]),
    area("catalogue", "danh mục thủ tục", &["CAT"]),
    area("concurrency", "thao tác đồng thời", &["CON"]),
    area("retries", "gửi lại yêu cầu", &["IDM"]),
    area("input", "dữ liệu nhập", &["VAL"]),
    area("notifications", "thông báo", &["NTF"]),
    area("lists and search", "danh sách và tìm kiếm", &["PAG"]),
    area("errors", "thông báo lỗi", &["ERR"]),
    area("API document", "tài liệu API", &["OAS"]),
    area("time", "thời gian", &["TIM"]),
    area("transport", "truyền tải", &["TLS", "HDR"]),
    area("rate limits", "giới hạn tần suất", &["RTL"]),
    area("accessibility", "khả năng tiếp cận", &["ACC"]),
    area(SERVICE_LEVEL, "mức chất lượng dịch vụ", &["SLA"]),
];

/// The area that gates examine.
const SERVICE_LEVEL: &str = "service level";

const fn area(name: &'static str, name_vi: &'static str, codes: &'static [&'static str]) -> Area {
    Area { name, name_vi, codes }
}

/// Whether an area was examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AreaExamined {
    /// Its name.
    pub area: &'static str,
    /// The same in Vietnamese.
    pub area_vi: &'static str,
    /// How many of its rules (of the service level: gates too) were decided; 0: it was not examined.
    pub decided: u64,
}

/// Every area with what was decided of it, in the order of [`AREAS`].
pub(crate) fn examined(rules: &[RuleVerdict], gates: &[GateVerdict]) -> Vec<AreaExamined> {
    let of = |area: &Area| {
        let own = |rule: &&RuleVerdict| code(&rule.id).is_some_and(|code| area.codes.contains(&code));
        let rules = rules.iter().filter(own).filter(|rule| is_decided(rule.verdict)).count();
        let is_answer = |gate: &&GateVerdict| area.name == SERVICE_LEVEL && gate.verdict != GateAnswer::Undecided;
        let gates = gates.iter().filter(is_answer).count();
        AreaExamined { area: area.name, area_vi: area.name_vi, decided: (rules + gates) as u64 }
    };
    AREAS.iter().map(of).collect()
}

/// Whether a verdict answers the question of its rule.
pub(crate) fn is_decided(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Pass | Verdict::Warn | Verdict::Fail => true,
        Verdict::NotApplicable | Verdict::Inconclusive | Verdict::Error => false,
    }
}

/// `SUB` of `EG-SUB-001`.
fn code(id: &str) -> Option<&str> {
    id.split('-').nth(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn rule(id: &str, verdict: Verdict) -> RuleVerdict {
        RuleVerdict { id: id.to_owned(), verdict, ..RuleVerdict::blank() }
    }

    #[test]
    fn an_area_is_examined_if_one_of_its_rules_was_decided() {
        let rules = [
            rule("EG-SUB-001", Verdict::Inconclusive),
            rule("EG-SUB-005", Verdict::Pass),
            rule("EG-PAY-002", Verdict::NotApplicable),
            rule("EG-COD-003", Verdict::Fail),
        ];
        let examined: Vec<_> = examined(&rules, &[]).into_iter().filter(|area| area.decided > 0).collect();
        assert_eq!(examined.iter().map(|area| area.area).collect::<Vec<_>>(), ["submission", "dossier numbers"]);
    }

    #[test]
    fn gates_examine_the_service_level() {
        let gate = |verdict| GateVerdict { verdict, ..GateVerdict::blank() };
        let decided = |gates: &[GateVerdict]| examined(&[], gates).last().map(|area| area.decided);
        assert_eq!(decided(&[gate(GateAnswer::Pass), gate(GateAnswer::Undecided)]), Some(1));
        assert_eq!(decided(&[gate(GateAnswer::Undecided)]), Some(0));
    }

    #[test]
    fn no_code_stands_in_two_areas() {
        let codes: Vec<_> = AREAS.iter().flat_map(|area| area.codes).collect();
        assert_eq!(codes.len(), codes.iter().collect::<BTreeSet<_>>().len());
    }
}
