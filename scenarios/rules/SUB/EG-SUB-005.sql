-- ---
-- id: EG-SUB-005
-- rev: 3
-- title: Every acknowledged submission exists exactly once at the end
-- title_vi: Mỗi hồ sơ đã được báo nhận phải tồn tại đúng một lần
-- level: MUST
-- maturity: candidate
-- oracle: history
-- needs: [submit, track]
-- quiescence: required
-- basis:
--   - {source: Decree 118/2025/ND-CP, text: a received dossier is registered and tracked until its result is returned, verified: false}
--   - {source: vandan's own requirement, text: every acknowledged submit exists once at the end, verified: true}
-- why: >-
--   A dossier that was acknowledged and then lost makes its applicant wait for a result that nobody works on; one that is
--   stored twice is worked on, and perhaps paid, twice.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:ack-before-commit, portal:double-insert]
-- expected: "dossier {subject}, acknowledged in exchange {receipt_exchange}, exists exactly once"
-- observed: "{what}"
-- ---
-- Each acknowledged dossier. Lost: every final read is answered, none finds it and one is told that it is not there (a refusal
-- that speaks of who asks, or how often, tells nothing). Double: the same case was seen under a second number. A number that two cases
-- share is EG-COD-003. A submission that had to be sent once more, because its kept connection was closed, may have been taken in
-- both times without anybody's fault, but not more often than it was sent.
with found as (
    select case_id, max(outcome = 'ok' and own) as anywhere,
           max(outcome = 'error' or outcome = 'ok' and not own) as is_open,
           min(exchange_id) filter (where outcome = 'refused' and coalesce(status, 0) not in (401, 403, 429)) as denied
    from final_reads
    group by case_id
)
select coalesce(r.dossier_code, 'of case ' || r.case_id) as subject,
       case when i.codes > 1 then iif(i.codes > 1 + coalesce(s.times, 0) and w.whole, 0, null) when f.anywhere then 1 when f.denied is not null and not f.is_open and w.whole then 0 end as ok,
       r.case_id,
       case when i.codes > 1 then other.exchange_id else coalesce(f.denied, r.exchange_id) end as exchange_id,
       r.exchange_id as receipt_exchange,
       case
           when i.codes > 1 then 'the same submission is also stored as ' || other.dossier_code
           when f.denied is not null then 'the final read is told that there is no such dossier'
           else 'no final read gives an answer'
       end as what,
       i.codes as numbers_seen
from receipts r
left join identities i on i.case_id = r.case_id
left join found f on f.case_id = r.case_id
left join code_cases other
    on i.codes > 1 and other.case_id = r.case_id
   and other.dossier_code = iif(i.last_code is not r.dossier_code, i.last_code, i.first_code)
left join (select case_id, count(*) as times from resent where operation = 'submit' group by case_id) s on s.case_id = r.case_id
cross join recording w
where not coalesce(i.shared, 0)
