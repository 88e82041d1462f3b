-- ---
-- id: EG-SUB-001
-- rev: 1
-- title: What was submitted reads back unchanged
-- title_vi: Nội dung đã nộp đọc lại phải nguyên vẹn
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [submit, track]
-- quiescence: required
-- basis:
--   - {source: Decree 118/2025/ND-CP, text: the dossier as received is what the agency decides on, verified: false}
--   - {source: vandan rule catalogue 4.2, text: 2xx submit => same actor reads back equal form and procedure, verified: true}
-- why: >-
--   A name or number that is stored otherwise than it was given comes out wrong on the result, and the applicant must
--   begin again.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:truncate-name]
-- expected: "the {field} of dossier {subject} reads back as it was submitted: {submitted}"
-- observed: "{surface} shows {shown}"
-- ---
-- Each acknowledged dossier that is found again: every surface that shows it must show what was submitted. A field that
-- a portal does not show is not compared.
with compared as (
    select i.first_code as subject, f.case_id, f.exchange_id, f.surface,
           case
               when f.owner_name <> d.full_name then 'full name'
               when f.owner_number <> d.citizen_number then 'citizen number'
               when f.procedure <> d.procedure then 'procedure'
               when f.reference <> d.reference then 'own reference'
           end as field,
           case
               when f.owner_name <> d.full_name then d.full_name
               when f.owner_number <> d.citizen_number then d.citizen_number
               when f.procedure <> d.procedure then d.procedure
               when f.reference <> d.reference then d.reference
           end as submitted,
           case
               when f.owner_name <> d.full_name then f.owner_name
               when f.owner_number <> d.citizen_number then f.owner_number
               when f.procedure <> d.procedure then f.procedure
               when f.reference <> d.reference then f.reference
           end as shown,
           coalesce(f.owner_name, f.owner_number, f.procedure, f.reference) is not null as shows_anything
    from final_reads f
    join identities i on i.case_id = f.case_id and i.sound
    join receipts r on r.case_id = f.case_id
    join dossiers d on d.case_id = f.case_id
    where f.surface in ('track', 'clerk_view') and f.outcome = 'ok' and f.own
)
select subject, min(case when shows_anything then field is null end) as ok, case_id, exchange_id, surface, field, submitted, shown
from compared
group by case_id
