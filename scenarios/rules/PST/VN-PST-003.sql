-- ---
-- id: VN-PST-003
-- rev: 3
-- title: A result sent by post counts as returned only when it is delivered
-- title_vi: Chỉ ghi "đã trả kết quả" khi bưu chính đã phát tới người nhận
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:post_return", hand_to_post, "peer:post"]
-- basis:
--   - {source: "life cycle of a dossier", text: "RETURNED(10) only after DELIVERED or hand-over evidence", verified: true}
--   - {source: "public code of a provincial portal", text: "accepted by the post and delivered look alike", verified: true}
--   - {source: Decision 45/2016/QD-TTg, text: return of results by the public postal operator, verified: false}
-- why: >-
--   The applicant is told that the result was handed over while it lies in a sorting centre; if it is lost there, the
--   portal holds no trace that anybody still waits.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:early-10]
-- expected: "dossier {subject}, returned by post, is not called returned before the post delivered it"
-- observed: "{seen_operation} by {seen_actor} showed it as returned {when_delivered}"
-- ---
-- Each sound case that is to be returned by post and was handed to the post or seen as returned, by the first answer that
-- showed it so. One that nobody saw as returned is undecided if its final read was not answered, and no subject otherwise.
-- That no delivery ever happened, or only later, counts only if nothing is missing in the post's ledger, and, where the result had to be
-- handed to the post twice, if no parcel of a number that is nobody's was delivered before: it may be the second of this one.
with seen as (
    select f.case_id, f.exchange_id, e.done_ns, e.operation, e.actor
    from (
        select s.case_id, min(o.exchange_id) as exchange_id
        from sightings s
        join observations o on o.exchange_id = s.exchange_id and o.position = s.position
        where o.state = 'returned'
        group by s.case_id
    ) f
    join exchanges e on e.exchange_id = f.exchange_id
),
followed as (
    select d.case_id, s.exchange_id, s.done_ns, s.operation, s.actor, i.first_code, p.delivered_ns, p.waybill
    from dossiers d
    join identities i on i.case_id = d.case_id and i.sound
    left join seen s on s.case_id = d.case_id
    left join parcels p on p.dossier_code = i.first_code
    where d.return_method = 'post'
      and (s.exchange_id is not null
           or p.ordered and not exists (select 1 from latest l where l.case_id = d.case_id and l.final))
)
select f.first_code as subject,
       case
           when f.exchange_id is null or f.done_ns is null then null
           when f.done_ns + t.ns >= f.delivered_ns then 1
           when not w.whole
                or f.case_id in (select r.case_id from resent r where r.operation = 'hand_to_post')
                and exists (select 1 from parcels o where o.case_id is null and o.delivered_ns <= f.done_ns + t.ns) then null
           when f.delivered_ns is not null and exists (select 1 from gapless_ledgers where peer = 'post') then 0
           when exists (select 1 from complete_ledgers where peer = 'post') then 0
       end as ok,
       f.case_id, f.exchange_id, f.waybill, f.operation as seen_operation, f.actor as seen_actor,
       iif(f.delivered_ns is null, 'and it was never delivered',
           format('%.1f ms before the post delivered it', (f.delivered_ns - f.done_ns) / 1e6)) as when_delivered,
       (select trouble from troubled_peers where peer = 'post') as because
from followed f
cross join tolerance t
cross join recording w
