-- ---
-- id: EG-PAY-003
-- rev: 2
-- title: A payment confirmation with a wrong signature is never accepted
-- title_vi: Thông báo thanh toán sai mã xác thực không bao giờ được chấp nhận
-- level: MUST
-- maturity: candidate
-- oracle: second_ledger
-- needs: ["planned:online_payment", pay, "peer:bank"]
-- basis:
--   - {source: vandan's own requirement, text: a callback with bad or absent signature never marks paid, verified: true}
--   - {source: "public code of OpenCPS mcReceiveResult", text: "the received checksum is not compared", verified: true}
-- why: >-
--   Whoever knows the address of the callback can mark any dossier as paid.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:sig-ignored]
-- expected: "the callback with a wrong checksum for payment {subject} is refused and leaves no trace"
-- observed: "the portal answered {reply}, and shows the transaction {transaction_id}"
-- ---
-- Each payment for which the bank sent a forged callback. Accepted: the portal answered 00, or a final read shows the
-- transaction of the forger.
select p.reference as subject,
       case when p.forged_taken then 0 when p.forged_reply is not null then 1 end as ok,
       p.case_id, max(f.exchange_id) as exchange_id, p.dossier_code, p.forged_reply as reply, f.transaction_id
from payments p
left join final_reads f on f.case_id = p.case_id and f.own and f.surface in ('track', 'clerk_view')
where p.forged > 0 and p.case_id is not null
group by p.reference
