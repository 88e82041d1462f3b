-- ---
-- id: EG-STM-001
-- rev: 1
-- title: Every change of state is a legal one
-- title_vi: Mọi bước chuyển trạng thái hồ sơ đều hợp lệ
-- level: MUST
-- maturity: candidate
-- oracle: history
-- needs: [progress]
-- basis:
--   - {source: "life cycle of a dossier (vietnam.md 7 A)", text: "the ten states of the national list and the events between them", verified: true}
--   - {source: Decree 118/2025/ND-CP, text: the steps of the one-stop mechanism, verified: false}
-- why: >-
--   A dossier that is completed without having been processed carries a result that nobody examined, and the figures
--   built on the log are wrong.
-- reasons: [vacuous, unmapped]
-- kills: [portal:jump-9]
-- expected: "the log of dossier {subject} moves along legal changes; none leads from {from_state} to {to_state}"
-- observed: "step {step} of the log leads from {from_state} to {to_state}"
-- ---
-- Each sound case whose log was read back, with its first illegal step, if any.
with legal (from_state, to_state) as (
    values ('nothing', 'submitted'),
           ('nothing', 'accepted'), -- at a counter, handing in and accepting may be one act
           ('submitted', 'accepted'),
           ('submitted', 'rejected'),
           ('submitted', 'awaiting_supplement'),
           ('submitted', 'awaiting_payment'),
           ('submitted', 'withdrawal_requested'),
           ('accepted', 'in_process'),
           ('accepted', 'awaiting_supplement'),
           ('accepted', 'awaiting_payment'),
           ('accepted', 'withdrawal_requested'),
           ('accepted', 'stopped'),
           ('in_process', 'awaiting_supplement'),
           ('in_process', 'awaiting_payment'),
           ('in_process', 'withdrawal_requested'),
           ('in_process', 'stopped'),
           ('in_process', 'completed'),
           ('awaiting_supplement', 'submitted'),
           ('awaiting_supplement', 'accepted'),
           ('awaiting_supplement', 'in_process'),
           ('awaiting_supplement', 'awaiting_payment'),
           ('awaiting_supplement', 'withdrawal_requested'),
           ('awaiting_supplement', 'stopped'),
           ('awaiting_supplement', 'rejected'),
           ('awaiting_payment', 'submitted'),
           ('awaiting_payment', 'accepted'),
           ('awaiting_payment', 'in_process'),
           ('awaiting_payment', 'awaiting_supplement'),
           ('awaiting_payment', 'withdrawal_requested'),
           ('withdrawal_requested', 'stopped'),
           ('withdrawal_requested', 'submitted'),
           ('withdrawal_requested', 'accepted'),
           ('withdrawal_requested', 'in_process'),
           ('withdrawal_requested', 'awaiting_supplement'),
           ('withdrawal_requested', 'awaiting_payment'),
           ('completed', 'returned')
),
judged as (
    select case_id, step, exchange_id, coalesce(from_state, 'nothing') as from_state, to_state,
           (coalesce(from_state, 'nothing'), to_state) in legal as is_legal
    from steps
    where source = 'log'
)
select i.first_code as subject, min(j.is_legal) as ok, j.case_id, j.exchange_id, j.step, j.from_state, j.to_state
from judged j
join identities i on i.case_id = j.case_id and i.sound
group by j.case_id
