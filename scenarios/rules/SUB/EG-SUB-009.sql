-- ---
-- id: EG-SUB-009
-- rev: 1
-- title: A valid submission is not refused
-- title_vi: Hồ sơ hợp lệ không bị từ chối khi nộp
-- level: MUST
-- maturity: candidate
-- oracle: history
-- needs: [submit]
-- basis:
--   - {source: "Decree 45/2020/ND-CP, article 11", text: "the portal checks a submission automatically and answers that it succeeded, with the time of receipt", verified: false}
--   - {source: vandan's own requirement, text: "the next step beside EG-SUB-006 (intake round the clock): what may be submitted is taken in", verified: true}
-- why: >-
--   Who is sent away with a complete dossier has no way on and is counted nowhere; a few in a hundred are lost before any figure
--   of the office begins.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:hours-gate]
-- expected: "the submission of case {subject} ({channel}, procedure {procedure}) is taken in, as {taken} others by this channel were"
-- observed: "it was refused with status {status}{word}"
-- ---
-- Each planned dossier whose submission was sent. All of them are valid: applicant, unit and procedure belong together and the
-- procedure is offered that way. Refused: the last word was a status from 400 to 499. Undecided is what leaves room for another
-- reason: no trustworthy answer, an attempt before that may have been taken in, a refusal that speaks of who asks, how often or
-- how slowly (401, 403, 407, 408, 425, 429), a channel by which nobody was ever taken in (then it may be the adapter), a submission
-- that had to be sent twice, or one for a procedure whose planned publication the portal had not confirmed before.
with sent as (
    select case_id, max(outcome = 'ok') as is_taken, max(outcome = 'error') as is_open, max(exchange_id) as last_exchange
    from exchanges
    where operation = 'submit' and case_id is not null and (sent_ns is not null or outcome <> 'error')
    group by case_id
),
channels as (
    select d.channel, count(*) as taken
    from sent s
    join dossiers d on d.case_id = s.case_id
    where s.is_taken
    group by d.channel
)
select cast(s.case_id as text) as subject,
       case
           when s.is_taken then 1
           when s.is_open or not w.whole or c.taken is null or r.case_id is not null then null
           when exists (
               select 1
               from publications p
               left join (
                   select due_ns, done_ns from exchanges where operation = 'publish' and outcome = 'ok'
               ) x on x.due_ns = p.due_ns
               where p.procedure = d.procedure and (x.done_ns is null or x.done_ns >= e.sent_ns)
           ) then null
           when e.outcome = 'refused' and e.status between 400 and 499
                and e.status not in (401, 403, 407, 408, 425, 429) then 0
       end as ok,
       s.case_id, s.last_exchange as exchange_id, d.channel, d.procedure, e.status, coalesce(c.taken, 0) as taken,
       coalesce(': ' || (select o.error_code from observations o
                         where o.exchange_id = s.last_exchange and o.position = 0), '') as word
from sent s
join dossiers d on d.case_id = s.case_id
join exchanges e on e.exchange_id = s.last_exchange
left join channels c on c.channel = d.channel
left join (select distinct case_id from resent where operation = 'submit') r on r.case_id = s.case_id
cross join recording w
