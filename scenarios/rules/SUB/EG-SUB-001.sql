-- ---
-- id: EG-SUB-001
-- rev: 3
-- title: What was submitted reads back unchanged
-- title_vi: Nội dung đã nộp đọc lại phải nguyên vẹn
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [submit, track]
-- quiescence: required
-- basis:
--   - {source: Decree 118/2025/ND-CP, text: the dossier as received is what the agency decides on, verified: false}
--   - {source: vandan's own requirement, text: 2xx submit => same actor reads back equal form and procedure, verified: true}
-- why: >-
--   A name or number that is stored otherwise than it was given comes out wrong on the result, and the applicant must
--   begin again.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:truncate-name]
-- expected: "the {field} of dossier {subject} reads back as it was submitted: {submitted}"
-- observed: "{surface} {shown}"
-- ---
-- Each acknowledged dossier of a sound case: every surface that shows it must show what was submitted, and who submitted it
-- must be shown it: online the applicant, elsewhere the applicant or a clerk. Without that it is undecided, whatever others
-- see; if the applicant is told that there is none while a clerk sees it, it is broken. A field that a portal does not
-- show is not compared; but where the adapter reads one that is never there, nobody knows what it would show.
with compared as (
    select f.case_id, f.exchange_id, f.surface,
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
    join dossiers d on d.case_id = f.case_id
    where f.surface in ('track', 'clerk_view') and f.outcome = 'ok' and f.own
),
-- One row a case: the first surface that shows something else, and whether those who must see it do.
seen as (
    select case_id,
           min(exchange_id) filter (where field is not null) as differing,
           coalesce(max(shows_anything) filter (where surface = 'track'), 0) as by_applicant,
           max(shows_anything) as by_anybody
    from compared
    group by case_id
)
select coalesce(i.first_code, r.dossier_code, 'of case ' || r.case_id) as subject,
       case
           when s.differing is not null then 0
           when s.by_applicant or s.by_anybody and d.channel <> 'online' then iif(u.because is null, 1, null)
           when s.by_anybody and t.outcome = 'refused' and t.status in (404, 410) and w.whole then 0
       end as ok,
       r.case_id, coalesce(s.differing, t.exchange_id, r.exchange_id) as exchange_id,
       coalesce(c.surface, 'track') as surface, coalesce(c.field, 'whole') as field,
       coalesce(c.submitted, 'by its applicant') as submitted,
       iif(c.field is null, 'is refused to the applicant, while a clerk sees it', 'shows ' || c.shown) as shown, u.because
from receipts r
join dossiers d on d.case_id = r.case_id
left join identities i on i.case_id = r.case_id
left join seen s on s.case_id = r.case_id
left join compared c on c.case_id = r.case_id and c.exchange_id = s.differing
left join final_reads t on t.case_id = r.case_id and t.surface = 'track'
cross join recording w
cross join (
    select min(because) as because
    from unseen
    where operation in ('track', 'clerk_view') and field in ('owner_name', 'owner_number', 'procedure', 'reference')
) u
where coalesce(i.sound, 1)
