-- ---
-- id: VN-PST-003
-- rev: 1
-- title: A result sent by post counts as returned only when it is delivered
-- title_vi: Chỉ ghi "đã trả kết quả" khi bưu chính đã phát tới người nhận
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: [hand_to_post, "peer:post"]
-- basis:
--   - {source: "life cycle of a dossier (vietnam.md 7 C)", text: "RETURNED(10) only after DELIVERED or hand-over evidence", verified: true}
--   - {source: "public code of a provincial portal (vietnam.md T9)", text: "accepted by the post and delivered look alike", verified: true}
--   - {source: Decision 45/2016/QD-TTg, text: return of results by the public postal operator, verified: false}
-- why: >-
--   The applicant is told that the result was handed over while it lies in a sorting centre; if it is lost there, the
--   portal holds no trace that anybody still waits.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:early-10]
-- expected: "dossier {subject}, returned by post, is not called returned before the post delivered it"
-- observed: "{seen_operation} by {seen_actor} showed it as returned {when_delivered}"
-- ---
-- Each sound case returned by post that anybody ever saw as returned, by the first such answer. That no delivery ever
-- happened counts only if the post's ledger is known to be complete.
with seen as (
    select coalesce(o.case_id, (select e.case_id from exchanges e where e.exchange_id = o.exchange_id)) as case_id,
           min(o.exchange_id) as exchange_id
    from observations o
    where o.state = 'returned'
    group by 1
)
select i.first_code as subject,
       case
           when p.delivered_ns is not null then e.done_ns + t.ns >= p.delivered_ns
           when 'post' in (select peer from complete_ledgers) then 0
       end as ok,
       d.case_id, e.exchange_id, p.waybill, e.operation as seen_operation, e.actor as seen_actor,
       iif(p.delivered_ns is null, 'and it was never delivered',
           format('%.1f ms before the post delivered it', (p.delivered_ns - e.done_ns) / 1e6)) as when_delivered
from seen s
join exchanges e on e.exchange_id = s.exchange_id
join dossiers d on d.case_id = s.case_id and d.return_method = 'post'
join identities i on i.case_id = s.case_id and i.sound
left join parcels p on p.dossier_code = i.first_code
cross join tolerance t
