-- ---
-- id: EG-DDL-001
-- rev: 1
-- title: The due day is the day of acceptance plus the legal working days
-- title_vi: Ngày hẹn trả bằng ngày tiếp nhận cộng số ngày làm việc theo quy định
-- level: MUST
-- maturity: candidate
-- oracle: calendar
-- needs: [accept, "shows:accepted_at", "shows:due_at"]
-- basis:
--   - {source: "Labour Code 2019, article 112 (public holidays; vietnam.md R26, R27)", text: "holidays and swapped working Saturdays of the calendar kept with the run", verified: true}
--   - {source: Decree 118/2025/ND-CP, text: the receipt states the day of return by the legal time of the procedure, verified: false}
-- why: >-
--   The due day on the receipt is the promise by which the office is measured: a day too early makes punctual clerks
--   late, a day too late makes late ones punctual.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:weekend]
-- expected: "dossier {subject}, accepted on {accepted_day}, is due {legal_days} working days later, on {expected_day}"
-- observed: "the portal says {due_day}"
-- ---
-- Each sound case with a day of acceptance and a due day. Days are counted from the day after acceptance; the precision
-- is the day. A case whose time was paused is left to EG-DDL-004; days outside the calendar are undecided.
with promised as (
    select l.case_id, l.exchange_id, d.legal_days, vietnam_day(l.accepted_at) as accepted_day,
           vietnam_day(l.due_at) as due_day
    from latest l
    join dossiers d on d.case_id = l.case_id
    where l.accepted_at is not null and l.due_at is not null
      and not exists (
          select 1 from steps s
          where s.case_id = l.case_id and s.to_state in ('awaiting_supplement', 'awaiting_payment')
      )
)
select i.first_code as subject, p.due_day = iif(p.legal_days = 0, p.accepted_day, w.day) as ok, p.case_id, p.exchange_id,
       p.legal_days, p.accepted_day, iif(p.legal_days = 0, p.accepted_day, w.day) as expected_day, p.due_day
from promised p
join identities i on i.case_id = p.case_id and i.sound
left join calendar c on c.day = p.accepted_day
left join working_days w on w.ordinal = c.working_days_before + c.working + p.legal_days
