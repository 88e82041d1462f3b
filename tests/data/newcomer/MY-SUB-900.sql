-- ---
-- id: MY-SUB-900
-- rev: 1
-- title: A confirmed submission states its number
-- title_vi: Hồ sơ nộp thành công phải có số hồ sơ
-- level: MUST
-- maturity: draft
-- oracle: single_exchange
-- needs: [submit]
-- basis:
--   - {source: our own test plan, text: every confirmed submission states a number, verified: true}
-- why: Without its number nobody can ask for the dossier again.
-- reasons: [vacuous]
-- kills: [portal:none-known]
-- expected: "the answer to the submission of case {case_id} states a number"
-- observed: "it stated {dossier_code}"
-- ---
select 'case ' || e.case_id as subject, o.dossier_code is not null as ok, e.case_id, e.exchange_id, o.dossier_code
from exchanges e
left join observations o using (exchange_id)
where e.operation = 'submit' and e.outcome = 'ok'
