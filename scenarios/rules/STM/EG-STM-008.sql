-- ---
-- id: EG-STM-008
-- rev: 1
-- title: Every submitted dossier is handed to somebody
-- title_vi: Mọi hồ sơ đã nộp đều được chuyển tới người xử lý
-- level: MUST
-- maturity: candidate
-- oracle: history
-- needs: [submit, track, inbox]
-- quiescence: required
-- basis:
--   - {source: "Decree 45/2020/ND-CP", text: "official acceptance, or a request to supplement, no later than 8 working hours after the portal received the dossier", verified: false}
--   - {source: vandan's own requirement, text: "no stuck dossier: each leaves the states in which it waits for the portal", verified: true}
-- why: >-
--   A dossier that has left every queue is worked on by nobody: no clerk can be late with it, no list shows it, and its applicant
--   waits for an office that does not know of it.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:dead-queue]
-- expected: "dossier {subject} of unit {unit} is shown in an inbox of its unit, which was read {looks} times after it was submitted"
-- observed: "it is still submitted when nothing moves any more, and no inbox ever showed it"
-- ---
-- Each acknowledged dossier that is planned to be finished. Handed out: an inbox showed it, or its last state is another than
-- submitted. Forgotten: it is still submitted at the end, though its unit looked into its inbox after it had been submitted. An
-- answer of that inbox that did not come, that was asked for twice, or that showed dossiers nobody could recognise, may have been
-- the one.
with final_states as (
    select l.case_id, l.exchange_id, l.state from latest l where l.final and l.state is not null
),
shown as (
    select distinct s.case_id
    from sightings s
    join exchanges e on e.exchange_id = s.exchange_id and e.operation = 'inbox'
),
waiting as (
    select r.case_id, d.unit, f.exchange_id, r.exchange_id as receipt_exchange,
           (select e.sent_ns from exchanges e where e.exchange_id = r.exchange_id) as since_ns
    from receipts r
    join dossiers d on d.case_id = r.case_id
    join final_states f on f.case_id = r.case_id and f.state = 'submitted'
    where not exists (select 1 from shown s where s.case_id = r.case_id)
),
looked as (
    select w.case_id, count(*) filter (where e.outcome = 'ok' and e.sent_ns >= w.since_ns) as looks,
           count(*) filter (
               where e.outcome <> 'ok'
                  or e.exchange_id in (select s.exchange_id from resent s)
                  or exists (
                      select 1 from observations o
                      where o.exchange_id = e.exchange_id
                        and not exists (
                            select 1 from sightings s where s.exchange_id = o.exchange_id and s.position = o.position
                        )
                  )
           ) as unclear
    from waiting w
    join exchanges e on e.operation = 'inbox' and e.done_ns >= w.since_ns and e.actor like 'clerk:' || w.unit || '/%'
    group by w.case_id
)
select coalesce(i.first_code, r.dossier_code, 'of case ' || r.case_id) as subject,
       case
           when exists (select 1 from shown s where s.case_id = r.case_id) or f.state <> 'submitted' then 1
           when f.state = 'submitted' and k.looks > 0 and k.unclear = 0 and c.whole then 0
       end as ok,
       r.case_id, coalesce(f.exchange_id, r.exchange_id) as exchange_id, d.unit, coalesce(k.looks, 0) as looks
from receipts r
join dossiers d on d.case_id = r.case_id and d.planned_outcome <> 'open'
left join identities i on i.case_id = r.case_id
left join final_states f on f.case_id = r.case_id
left join looked k on k.case_id = r.case_id
cross join recording c
where coalesce(i.sound, 1)
