-- ---
-- id: EG-PAY-002
-- rev: 3
-- title: No dossier goes ahead before its fee is paid
-- title_vi: Hồ sơ không được xử lý trước khi thanh toán được xác nhận
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:payment_before", start]
-- basis:
--   - {source: "life cycle of a dossier", text: "processing resumes on payment.confirmed", verified: true}
--   - {source: vandan's own requirement, text: no advance past the pay gate before confirmed payment, verified: true}
-- why: >-
--   A gate that is not guarded gives results away without the fee, and the money is asked for when nobody needs to pay.
-- reasons: [vacuous, unmapped, peer_not_owned, undecided]
-- kills: [portal:gate-open]
-- expected: "{operation} of dossier {subject} is refused until its fee of {fee} VND is paid ({payment_method})"
-- observed: "it was accepted {when_paid}"
-- ---
-- Each sound case with a fee to be paid beforehand that went ahead. Online: an accepted `start` (or `complete`) whose
-- answer was complete before the bank captured the money. At the counter: one that was complete before the clerk sent
-- the collection. That no money ever came counts only if the bank's ledger is known to be complete. A case where the
-- portal took a forged callback for true is EG-PAY-003. Where, in a run in which things still moved, the fee was not read
-- after the dossier went ahead, it may have been waived: then that it was never paid is undecided.
with fee_reads as materialized (
    select l.case_id, max(x.sent_ns) as sent_ns
    from latest l
    join exchanges x on x.exchange_id = l.exchange_id
    where l.fee is not null
    group by l.case_id
),
paid as (
    select a.case_id, a.exchange_id, a.operation, a.done_ns, d.fee, d.payment_method,
           -- whether the fee was not read any more after the dossier went ahead: it may have been waived meanwhile
           not q.is_quiescent and coalesce(r.sent_ns < a.done_ns, 1) as may_be_waived,
           iif(d.payment_method = 'online',
               (select min(p.captured_ns) from payments p where p.case_id = a.case_id),
               (select c.sent_ns from cash c where c.case_id = a.case_id)) as paid_ns
    from advances a
    join dossiers d on d.case_id = a.case_id
    left join fee_reads r on r.case_id = a.case_id
    cross join (select exists (select 1 from run where name = 'quiescent' and value = 'yes') as is_quiescent) q
    where d.fee > 0
      and (d.payment_method = 'counter'
           or d.payment_method = 'online' and exists (select 1 from capabilities where name = 'peer:bank'))
      and a.case_id not in (select case_id from payments where forged_taken and case_id is not null)
      and a.case_id not in ( -- waived, at acceptance or later
          select s.case_id
          from sightings s
          join observations o on o.exchange_id = s.exchange_id and o.position = s.position and o.fee = 0
          where s.case_id is not null
      )
)
select i.first_code as subject,
       case
           when p.done_ns + t.ns >= p.paid_ns then 1
           -- Later, or never: an earlier payment that we do not know of must be out of the question.
           when p.paid_ns is not null and p.payment_method = 'online'
               then case when exists (select 1 from gapless_ledgers where peer = 'bank') then 0 end
           when p.paid_ns is null and p.may_be_waived then null
           when p.payment_method = 'counter' and w.whole then 0
           when p.payment_method = 'online' and exists (select 1 from complete_ledgers where peer = 'bank') then 0
       end as ok,
       p.case_id, p.exchange_id, p.operation, p.fee, p.payment_method,
       iif(p.paid_ns is null, 'and no payment was ever made',
           format('%.1f ms before the payment was made', (p.paid_ns - p.done_ns) / 1e6)) as when_paid
from paid p
join identities i on i.case_id = p.case_id and i.sound
cross join tolerance t
cross join recording w
