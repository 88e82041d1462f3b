-- ---
-- id: EG-PAY-009
-- rev: 4
-- title: The portal's books agree with the money that moved
-- title_vi: Sổ sách của cổng khớp với số tiền thực thu
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:payment", track, "shows:amount_paid"]
-- basis:
--   - {source: "financial life of a dossier", text: "sum of paid = sum of receipts = sum of remitted; money in whole dong", verified: true}
--   - {source: vandan's own requirement, text: sum captured = sum paid at quiescence, verified: true}
-- why: >-
--   A dong that the bank, the postman or the cashier took and the portal does not know is either lost to the treasury
--   or asked of the applicant again.
-- reasons: [vacuous, unmapped, peer_not_owned, undecided]
-- kills: [portal:skim]
-- expected: "the portal books {ledger} VND as paid for {subject}, as the ledger of {whose} says"
-- observed: "it books {booked} VND"
-- ---
-- Each sound, acknowledged case for which money moved or is said to have moved: captured by the bank, collected by the post, or
-- taken by our clerk at the counter; then the sum of them all. A difference is undecided where the ledger may be incomplete
-- (a peer that had not settled or was started again, a collection without a trustworthy answer), where the peer itself kept the
-- truth from the portal, on purpose, and, in a run in which something still moved, unless the portal had said before the
-- read that it knows of all of it. Where a request had to be sent twice, what was ordered, taken or collected twice may be booked
-- not at all, once or twice, but not in part. What our clerk took after the read was sent, the read need not know: what he asked for
-- only when it was answered does not count, and what he took meanwhile is undecided.
with books as (
    select coalesce(i.first_code, 'of case ' || d.case_id) as subject, d.case_id,
           coalesce(l.exchange_id, r.exchange_id) as exchange_id, l.amount_paid as booked,
           case d.payment_method
               when 'online' then coalesce((select sum(p.captured) from payments p where p.case_id = d.case_id), 0)
               when 'cod' then coalesce((select p.collected from parcels p where p.dossier_code = i.first_code), 0)
               when 'counter' then iif(c.taken and coalesce(c.sent_ns <= e.done_ns, 1), d.fee, 0)
           end as ledger,
           case d.payment_method when 'online' then 'the bank' when 'cod' then 'the post' else 'the cashier' end as whose,
           case d.payment_method
               when 'online' then not w.whole or not exists (select 1 from complete_ledgers where peer = 'bank')
                    or not q.is_quiescent and coalesce((
                        select min(coalesce(p.told_ns + t.ns < e.sent_ns, 0)) from payments p
                        where p.case_id = d.case_id and p.captured > 0
                    ), 0) = 0
                    or l.amount_paid = 0 and 'pay' in (select s.operation from resent s where s.case_id = d.case_id)
                       and (select count(*) from payments p where p.case_id = d.case_id) > 1
               when 'cod' then not w.whole or not q.is_quiescent or not exists (select 1 from complete_ledgers where peer = 'post')
                    or l.amount_paid % nullif(d.fee, 0) = 0
                       and 'hand_to_post' in (select s.operation from resent s where s.case_id = d.case_id)
                       and exists (
                           select 1 from parcels p where p.orders > 1 and p.dossier_code = i.first_code or p.case_id is null
                       )
               else not w.whole
                    or coalesce(c.taken and c.sent_ns <= e.done_ns and c.taken_ns > e.sent_ns, 0)
                    or coalesce(c.undecided and l.amount_paid % nullif(d.fee, 0) = 0 and (not c.taken or l.amount_paid > d.fee), 0)
           end as is_unknown,
           case d.payment_method
               when 'online' then (select max(p.peer_fault) from payments p where p.case_id = d.case_id)
               when 'cod' then (select p.peer_fault from parcels p where p.dossier_code = i.first_code)
           end as peer_fault,
           case d.payment_method
               when 'online' then (select trouble from troubled_peers where peer = 'bank')
               when 'cod' then (select trouble from troubled_peers where peer = 'post')
           end as trouble
    from dossiers d
    join identities i on i.case_id = d.case_id and i.sound
    left join receipts r on r.case_id = d.case_id
    left join latest l on l.case_id = d.case_id and l.final
    left join cash c on c.case_id = d.case_id
    left join (
        select l.case_id, x.sent_ns, x.done_ns from latest l join exchanges x on x.exchange_id = l.exchange_id where l.final
    ) e on e.case_id = d.case_id
    cross join recording w
    cross join tolerance t
    cross join (select exists (select 1 from run where name = 'quiescent' and value = 'yes') as is_quiescent) q
    where (d.payment_method = 'counter' and exists (select 1 from capabilities where name = 'collect_fee')
           or d.payment_method = 'online' and exists (select 1 from capabilities where name = 'peer:bank')
           or d.payment_method = 'cod' and exists (select 1 from capabilities where name = 'peer:post'))
      and not exists (select 1 from payments p where p.case_id = d.case_id and p.forged_taken) -- EG-PAY-003
),
judged as (
    select subject,
           case
               when booked = ledger and ledger > 0 then 1
               when not is_unknown and peer_fault is null then booked = ledger
           end as ok,
           case_id, exchange_id, booked, ledger, whose, coalesce(peer_fault, trouble) as because
    from books
    where ledger > 0 or booked > 0
)
select subject, ok, case_id, exchange_id, booked, ledger, whose, because from judged
union all
select 'all dossiers together', sum(booked) = sum(ledger), null, null, sum(booked), sum(ledger), 'bank, post and cashier', null
from judged
where ok is not null
having count(*) > 0
