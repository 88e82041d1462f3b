-- ---
-- id: EG-DDL-008
-- rev: 3
-- title: Every surface shows the same due instant
-- title_vi: Mọi kênh tra cứu hiển thị cùng một thời điểm hẹn trả
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [track, look_up, "shows:due_at"]
-- quiescence: required
-- basis:
--   - {source: vandan's own requirement, text: all surfaces show the same due date, verified: true}
--   - {source: "public code of OpenCPS", text: "default time zone and Asia/Ho_Chi_Minh mixed", verified: true}
-- why: >-
--   The applicant comes when one page says so and is sent home because another says otherwise.
-- reasons: [vacuous, unmapped, undecided, not_quiescent]
-- kills: [portal:tz-surface]
-- expected: "dossier {subject} is due at one instant, {first_due} as {first_surface} says"
-- observed: "{last_surface} says {last_due}"
-- ---
-- Each sound case that was given a due instant, by the surfaces that show it when nothing moves any more: fewer than two leave
-- it open, and so does one at which the adapter reads it and it is never there. Instants are compared, not the way they are written.
with shown as (
    select case_id,
           max(due_at) filter (where surface = 'track') as tracked,
           max(due_at) filter (where surface = 'clerk_view') as viewed,
           max(due_at) filter (where surface = 'look_up') as looked_up,
           max(exchange_id) filter (where surface = 'clerk_view') as view_exchange,
           max(exchange_id) filter (where surface = 'look_up') as look_up_exchange,
           count(*) as surfaces
    from final_reads
    where outcome = 'ok' and own and due_at is not null
    group by case_id
),
-- The cases that were ever given one, in an answer to a clerk or an applicant.
due as (
    select s.case_id, max(s.exchange_id) as exchange_id
    from sightings s
    join observations o on o.exchange_id = s.exchange_id and o.position = s.position and o.due_at is not null
    group by s.case_id
),
-- The applicant's own view, else the clerk's, is what the others are held against.
compared as (
    select d.case_id, d.exchange_id, s.view_exchange, s.look_up_exchange, s.viewed, s.looked_up,
           coalesce(s.surfaces, 0) > 1 as is_comparable,
           coalesce(s.tracked, s.viewed) as first_due, iif(s.tracked is null, 'clerk_view', 'track') as first_surface,
           instant_ms(s.viewed) <> instant_ms(coalesce(s.tracked, s.viewed)) as view_differs,
           instant_ms(s.looked_up) <> instant_ms(coalesce(s.tracked, s.viewed)) as look_up_differs,
           instant_ms(coalesce(s.tracked, s.viewed)) is not null
           and (instant_ms(s.viewed) is not null and s.tracked is not null or instant_ms(s.looked_up) is not null) as is_read
    from due d
    left join shown s on s.case_id = d.case_id
)
select i.first_code as subject,
       case
           when coalesce(c.view_differs, 0) or coalesce(c.look_up_differs, 0) then 0
           when c.is_comparable and c.is_read then iif(u.because is null, 1, null)
       end as ok,
       c.case_id, coalesce(iif(c.view_differs, c.view_exchange, c.look_up_exchange), c.exchange_id) as exchange_id,
       c.first_surface, c.first_due, iif(c.view_differs, 'clerk_view', 'look_up') as last_surface,
       iif(c.view_differs, c.viewed, c.looked_up) as last_due, u.because
from compared c
join identities i on i.case_id = c.case_id and i.sound
cross join (select min(because) as because from unseen where field = 'due_at') u
