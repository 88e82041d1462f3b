-- ---
-- id: EG-PAY-009
-- rev: 1
-- title: The portal's books agree with the money that moved
-- title_vi: Sổ sách của cổng khớp với số tiền thực thu
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: [track, "shows:amount_paid"]
-- quiescence: required
-- basis:
--   - {source: "financial life of a dossier (vietnam.md 7 B)", text: "sum of paid = sum of receipts = sum of remitted; money in whole dong", verified: true}
--   - {source: vandan rule catalogue 4.2, text: sum captured = sum paid at quiescence, verified: true}
-- why: >-
--   A dong that the bank, the postman or the cashier took and the portal does not know is either lost to the treasury
--   or asked of the applicant again.
-- reasons: [vacuous, unmapped, peer_not_owned, undecided, not_quiescent]
-- kills: [portal:skim]
-- expected: "the portal books {ledger} VND as paid for {subject}, as the ledger of {whose} says"
-- observed: "it books {booked} VND"
-- ---
-- Each sound, found case for which money moved or is said to have moved: captured by the bank, collected by the post, or
-- taken by our clerk at the counter; then the sum of them all. A difference is undecided where the ledger may be incomplete:
-- a peer that had not settled, a collection without a trustworthy answer.
with books as (
    select i.first_code as subject, l.case_id, l.exchange_id, l.amount_paid as booked,
           case d.payment_method
               when 'online' then coalesce((select sum(p.captured) from payments p where p.case_id = l.case_id), 0)
               when 'cod' then coalesce((select p.collected from parcels p where p.dossier_code = i.first_code), 0)
               when 'counter' then iif(c.taken, d.fee, 0)
           end as ledger,
           case d.payment_method when 'online' then 'the bank' when 'cod' then 'the post' else 'the cashier' end as whose,
           case d.payment_method
               when 'online' then 'bank' not in (select peer from complete_ledgers)
               when 'cod' then 'post' not in (select peer from complete_ledgers)
               else coalesce(c.undecided and not c.taken, 0)
           end as is_unknown
    from latest l
    join identities i on i.case_id = l.case_id and i.sound
    join dossiers d on d.case_id = l.case_id
    left join cash c on c.case_id = l.case_id
    where l.final
      and (d.payment_method = 'counter' and exists (select 1 from capabilities where name = 'collect_fee')
           or d.payment_method = 'online' and exists (select 1 from capabilities where name = 'peer:bank')
           or d.payment_method = 'cod' and exists (select 1 from capabilities where name = 'peer:post'))
      and l.case_id not in (select case_id from payments where forged_taken and case_id is not null) -- EG-PAY-003
),
judged as (
    select subject, case when booked = ledger and ledger > 0 then 1 when not is_unknown then booked = ledger end as ok,
           case_id, exchange_id, booked, ledger, whose
    from books
    where ledger > 0 or booked > 0
)
select subject, ok, case_id, exchange_id, booked, ledger, whose from judged
union all
select 'all dossiers together', sum(booked) = sum(ledger), null, null, sum(booked), sum(ledger), 'bank, post and cashier'
from judged
where ok is not null
having count(*) > 0
