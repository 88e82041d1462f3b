-- ---
-- id: VN-CAT-002
-- rev: 2
-- title: A change of the catalogue moves no due day that was promised before
-- title_vi: Thay đổi danh mục không làm đổi ngày hẹn trả đã cấp trước đó
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [accept, publish, publications, "shows:due_at"]
-- quiescence: required
-- basis:
--   - {source: "public code of a one-stop portal", text: "a dossier keeps the rules of the day it was received; changing the catalogue must not change the deadline of old dossiers", verified: true}
-- why: >-
--   The due day stands on a receipt in the applicant's hand. An office that publishes a new catalogue and so moves its own
--   deadlines looks punctual, or late, for something it did not do.
-- reasons: [vacuous, unmapped, not_quiescent]
-- kills: [portal:catalogue-moves-deadlines]
-- expected: "dossier {subject} stays due at {promised}, as promised before procedure {procedure} was published anew"
-- observed: "it is due at {shown}"
-- ---
-- Each sound case that was accepted before its procedure was changed: the due instant of the acceptance against the last
-- that was shown. Instants are compared, not the way they are written. Where the acceptance had to be sent twice, its answer may be
-- that to one of the two, and the due day that of the other: a difference is undecided.
with accepted as (
    select e.case_id, o.due_at, max(e.done_ns) as done_ns
    from exchanges e
    join observations o on o.exchange_id = e.exchange_id and o.position = 0
    where e.operation = 'accept' and e.outcome = 'ok' and e.case_id is not null and o.due_at is not null
    group by e.case_id
),
changed as (
    select procedure, max(sent_ns) as sent_ns from published where outcome = 'ok' group by procedure
)
select i.first_code as subject, case
           when instant_ms(l.due_at) = instant_ms(a.due_at) then 1
           when w.whole and a.case_id not in (select r.case_id from resent r where r.operation = 'accept' and r.case_id is not null)
               then instant_ms(l.due_at) = instant_ms(a.due_at)
       end as ok, a.case_id, l.exchange_id,
       d.procedure, a.due_at as promised, l.due_at as shown
from accepted a
join dossiers d on d.case_id = a.case_id
join changed c on c.procedure = d.procedure and c.sent_ns > a.done_ns
join latest l on l.case_id = a.case_id and l.final and l.due_at is not null
join identities i on i.case_id = a.case_id and i.sound
cross join recording w
where not exists (
    select 1 from steps s
    where s.case_id = a.case_id and s.to_state in ('awaiting_supplement', 'awaiting_payment')
)
