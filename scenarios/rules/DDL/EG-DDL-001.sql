-- ---
-- id: EG-DDL-001
-- rev: 4
-- title: The due day is the day of acceptance plus the legal working days
-- title_vi: Ngày hẹn trả bằng ngày tiếp nhận cộng số ngày làm việc theo quy định
-- level: MUST
-- maturity: candidate
-- oracle: calendar
-- needs: [accept, "shows:accepted_at", "shows:due_at"]
-- basis:
--   - {source: "Labour Code 2019, article 112 (public holidays)", text: "holidays and swapped working Saturdays of the calendar kept with the run", verified: true}
--   - {source: Decree 118/2025/ND-CP, text: the receipt states the day of return by the legal time of the procedure, verified: false}
-- why: >-
--   The due day on the receipt is the promise by which the office is measured: a day too early makes punctual clerks
--   late, a day too late makes late ones punctual.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:weekend]
-- expected: "dossier {subject}, accepted on {accepted_day}, is due {legal_days} working days later, on {expected_day}"
-- observed: "the portal says {due_day}"
-- ---
-- Each sound case with a day of acceptance. Days are counted from the day after acceptance; the precision is the day. What is
-- to be done the same day is due that day, or, if it was received at the cut-off hour of the law or later, or when the
-- office is closed, on the next working day; where the run states no such hour, both are right. A case
-- whose time was paused is left to EG-DDL-004; one whose log should tell and was not read (or, while things still moved, read before), days outside the calendar,
-- and a wrong day where the acceptance had to be sent twice (the one may be counted from the first, the other shown of the second)
-- are undecided.
with promised as (
    select l.case_id, l.exchange_id, d.legal_days, vietnam_day(l.accepted_at) as accepted_day,
           vietnam_day(l.due_at) as due_day,
           -- the time of day in Vietnam, in minutes
           (instant_ms(l.accepted_at) + 7 * 3600000) % 86400000 / 60000 as minute,
           exists (select 1 from logs g where g.case_id = l.case_id and (g.exchange_id >= l.exchange_id or q.is_quiescent))
           or not l.final or not exists (select 1 from capabilities where name = 'progress') as is_told
    from latest l
    join dossiers d on d.case_id = l.case_id
    cross join (select exists (select 1 from run where name = 'quiescent' and value = 'yes') as is_quiescent) q
    where l.accepted_at is not null
      and not exists (
          select 1 from steps s
          where s.case_id = l.case_id and s.to_state in ('awaiting_supplement', 'awaiting_payment')
      )
),
-- By when it is due: `day` at the earliest, `or_day` if the cut-off hour is not known.
counted as (
    select p.case_id, p.exchange_id, p.legal_days, p.accepted_day, p.due_day, p.is_told,
           case
               when p.legal_days > 0 then w.day
               when c.working = 0 or p.minute >= k.cutoff then w.day
               else p.accepted_day
           end as day,
           iif(p.legal_days = 0 and k.cutoff is null, w.day, null) as or_day
    from promised p
    left join calendar c on c.day = p.accepted_day
    left join working_days w on w.ordinal = c.working_days_before + c.working + max(p.legal_days, 1)
    cross join (
        select (select cast(substr(value, 1, 2) as integer) * 60 + cast(substr(value, 4, 2) as integer)
                from run where name = 'receipt_cutoff' and value like '__:__') as cutoff
    ) k
)
select i.first_code as subject, case
           when p.is_told and (p.due_day = p.day or p.due_day = p.or_day) then 1
           when p.is_told and r.case_id is null and w.whole then p.due_day = p.day
       end as ok,
       p.case_id, p.exchange_id, p.legal_days, p.accepted_day, p.day as expected_day, p.due_day
from counted p
join identities i on i.case_id = p.case_id and i.sound
left join (select distinct case_id from resent where operation = 'accept') r on r.case_id = p.case_id
cross join recording w
