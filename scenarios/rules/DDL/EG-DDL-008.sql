-- ---
-- id: EG-DDL-008
-- rev: 1
-- title: Every surface shows the same due instant
-- title_vi: Mọi kênh tra cứu hiển thị cùng một thời điểm hẹn trả
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [track, look_up, "shows:due_at"]
-- quiescence: required
-- basis:
--   - {source: vandan rule catalogue 4.2, text: all surfaces show the same due date, verified: true}
--   - {source: "public code of OpenCPS (rules.md 5.3, mixed-tz)", text: "default time zone and Asia/Ho_Chi_Minh mixed", verified: true}
-- why: >-
--   The applicant comes when one page says so and is sent home because another says otherwise.
-- reasons: [vacuous, unmapped, not_quiescent]
-- kills: [portal:tz-surface]
-- expected: "dossier {subject} is due at one instant, {first_due} as {first_surface} says"
-- observed: "{last_surface} says {last_due}"
-- ---
-- Each sound case whose due instant at least two surfaces show when nothing moves any more. Instants are compared, not
-- the way they are written.
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
-- The applicant's own view, else the clerk's, is what the others are held against.
compared as (
    select case_id, view_exchange, look_up_exchange, viewed, looked_up,
           coalesce(tracked, viewed) as first_due, iif(tracked is null, 'clerk_view', 'track') as first_surface,
           instant_ms(viewed) <> instant_ms(coalesce(tracked, viewed)) as view_differs,
           instant_ms(looked_up) <> instant_ms(coalesce(tracked, viewed)) as look_up_differs
    from shown
    where surfaces > 1
)
select i.first_code as subject, not coalesce(c.view_differs, 0) and not coalesce(c.look_up_differs, 0) as ok, c.case_id,
       iif(c.view_differs, c.view_exchange, c.look_up_exchange) as exchange_id, c.first_surface, c.first_due,
       iif(c.view_differs, 'clerk_view', 'look_up') as last_surface, iif(c.view_differs, c.viewed, c.looked_up) as last_due
from compared c
join identities i on i.case_id = c.case_id and i.sound
