-- ---
-- id: EG-PAY-007
-- rev: 2
-- title: A fee that was paid is not due again
-- title_vi: Khoản phí đã nộp không bị yêu cầu nộp lại
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:online_payment", pay, "shows:payment_state", "peer:bank"]
-- basis:
--   - {source: "financial life of a dossier", text: "PAID at most once a request; after it only RECEIPTED, RECONCILED, REFUNDED", verified: true}
--   - {source: vandan's own requirement, text: "reports out of order (a failure after the success) do not take a payment back", verified: true}
-- why: >-
--   The applicant has paid, the bank and the portal have agreed on it, and the portal asks for the fee again: who believes it pays
--   twice, and who does not waits for a result that is held back.
-- reasons: [vacuous, unmapped, peer_not_owned, undecided]
-- kills: [portal:out-of-order]
-- expected: "payment {subject}, captured by the bank and confirmed by the portal, leaves the fee of dossier {dossier_code} paid"
-- observed: "{surface} says that it is {payment_state}"
-- ---
-- Each payment of a case of ours that the bank captured, by the state of payment in the final reads. Undecided where the portal
-- had not said before the read that it knows of the money (its bank may have kept it to itself; then the bank is named), and where no final
-- read shows a state of payment. A payment that was asked for twice, because a kept connection was closed, may have been ordered
-- twice: then what is due may be the other order, if the bank has one or its ledger cannot tell.
select p.reference as subject,
       case
           when f.payment_state in ('paid', 'collected') then 1
           when not w.whole
                or p.case_id in (select r.case_id from resent r where r.operation = 'pay')
                and ((select count(*) from payments o where o.case_id = p.case_id) > 1
                     or not exists (select 1 from gapless_ledgers where peer = 'bank')) then null
           when (select e.sent_ns from exchanges e where e.exchange_id = f.exchange_id) > p.told_ns + t.ns
                and f.payment_state in ('none', 'required', 'pending') then 0
       end as ok,
       p.case_id, f.exchange_id, p.dossier_code, f.surface, f.payment_state,
       coalesce(p.peer_fault, (select trouble from troubled_peers where peer = 'bank')) as because
from payments p
left join final_reads f
    on f.case_id = p.case_id
   and f.surface = (
       select g.surface
       from final_reads g
       where g.case_id = p.case_id and g.surface in ('track', 'clerk_view') and g.outcome = 'ok' and g.own
         and g.payment_state is not null
       order by g.surface = 'track' desc
       limit 1
   )
cross join tolerance t
cross join recording w
where p.captured > 0 and p.case_id is not null
