-- ---
-- id: EG-COD-008
-- rev: 2
-- title: The public look-up shows no personal data
-- title_vi: Tra cứu công khai không làm lộ dữ liệu cá nhân
-- level: MUST
-- maturity: candidate
-- oracle: cross_actor
-- needs: [look_up]
-- basis:
--   - {source: Law 91/2025/QH15 on personal data protection, text: personal data are shown to nobody who has no right to them, verified: false}
--   - {source: vandan's own requirement, text: knowing or guessing a code gives no personal data, verified: true}
-- why: >-
--   Dossier numbers are counted up; whoever counts along harvests names and citizen numbers of everybody who applied.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:open-look-up]
-- expected: "the public look-up of {dossier_code} shows neither name nor citizen number of the applicant"
-- observed: "it shows the name {owner_name} and the number {owner_number}"
-- ---
-- Each public look-up that was sent; one that was not answered, or refused, shows nothing and leaves open what it would show.
select 'look-up ' || e.exchange_id as subject,
       case when e.outcome = 'ok' and o.exchange_id is not null then o.owner_name is null and o.owner_number is null end as ok,
       e.case_id, e.exchange_id, o.dossier_code, o.owner_name, o.owner_number
from exchanges e
left join observations o on o.exchange_id = e.exchange_id
where e.operation = 'look_up' and e.sent_ns is not null
