-- ---
-- id: EG-PAY-005
-- rev: 2
-- title: A repeated payment confirmation has one effect
-- title_vi: Thông báo thanh toán lặp lại chỉ có một hiệu lực
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:online_payment", pay, "shows:receipts", "peer:bank"]
-- quiescence: required
-- basis:
--   - {source: vandan's own requirement, text: "duplicate callback => one effect (receipt, transition, sync)", verified: true}
-- why: >-
--   Payment platforms repeat their callbacks; a second receipt for one payment does not close at the treasury.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:dup-callback]
-- expected: "payment {subject}, confirmed {confirmations} times, has one receipt"
-- observed: "the portal says it issued {receipts} receipts for dossier {dossier_code}"
-- ---
-- Each captured payment of a case of ours whose genuine callback the bank sent again, by the receipts the portal says it
-- issued; without a final read that shows them it is undecided.
select p.reference as subject,
       min(case when f.receipts > 1 then 0 when f.receipts = 1 then 1 end) as ok,
       p.case_id, f.exchange_id, p.dossier_code, p.duplicates + 1 as confirmations, f.receipts
from payments p
left join final_reads f
    on f.case_id = p.case_id and f.surface in ('track', 'clerk_view') and f.outcome = 'ok' and f.own
   and coalesce(f.payment_reference, p.reference) = p.reference
where p.duplicates > 0 and p.captured > 0 and p.case_id is not null
group by p.reference
