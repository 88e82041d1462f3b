-- ---
-- id: EG-STM-001
-- rev: 2
-- title: Every change of state is a legal one
-- title_vi: Mọi bước chuyển trạng thái hồ sơ đều hợp lệ
-- level: MUST
-- maturity: candidate
-- oracle: history
-- needs: [progress]
-- basis:
--   - {source: "life cycle of a dossier", text: "the ten states of the national list and the events between them", verified: true}
--   - {source: Decree 118/2025/ND-CP, text: the steps of the one-stop mechanism, verified: false}
-- why: >-
--   A dossier that is completed without having been processed carries a result that nobody examined, and the figures
--   built on the log are wrong.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:jump-9]
-- expected: "the log of dossier {subject} moves along legal changes; none leads from {from_state} to {to_state}"
-- observed: "step {step} of the log leads from {from_state} to {to_state}"
-- ---
-- Each acknowledged, sound case with its first illegal step, if any; one whose log was not read back is undecided, and so is a
-- step before which something of the log is missing or was not understood. What is legal stands in `legal_transitions`.
with judged as (
    select s.case_id, s.step, s.exchange_id, coalesce(s.from_state, 'nothing') as from_state, s.to_state,
           case
               when exists (select 1 from legal_transitions l
                            where l.from_state = coalesce(s.from_state, 'nothing') and l.to_state = s.to_state) then 1
               when s.sure then 0
           end as is_legal
    from steps s
    where s.source = 'log'
),
-- One row a case: the worst of its steps.
worst as (
    select case_id, min(is_legal) as worst_is_legal, count(*) as steps, count(is_legal) as decided
    from judged
    group by case_id
)
select coalesce(i.first_code, r.dossier_code, 'of case ' || r.case_id) as subject,
       case when w.worst_is_legal = 0 then 0 when w.steps = w.decided then 1 end as ok,
       r.case_id, coalesce(j.exchange_id, r.exchange_id) as exchange_id, j.step, j.from_state, j.to_state
from (
    select case_id, min(exchange_id) as exchange_id, max(dossier_code) as dossier_code
    from (select case_id, exchange_id, dossier_code from receipts union all select case_id, exchange_id, null from logs)
    group by case_id
) r
left join identities i on i.case_id = r.case_id
left join worst w on w.case_id = r.case_id
left join judged j
    on j.case_id = r.case_id and j.is_legal = 0
   and j.step = (select min(k.step) from judged k where k.case_id = r.case_id and k.is_legal = 0)
where coalesce(i.sound, 1)
