-- ---
-- id: EG-OAS-002
-- rev: 3
-- title: No request makes the portal fail (5xx)
-- title_vi: Không yêu cầu nào gây lỗi máy chủ (5xx)
-- level: MUST
-- maturity: candidate
-- oracle: single_exchange
-- basis:
--   - {source: "RFC 9110, section 15.6", text: "the 5xx class indicates that the server is aware that it has erred", verified: false}
--   - {source: vandan's own requirement, text: no 5xx for any schema-valid or invalid input, verified: true}
-- why: >-
--   After a 5xx nobody knows whether the dossier, the payment or the step was taken or not.
-- reasons: [vacuous, undecided]
-- kills: [portal:crash-look-up]
-- expected: "{operation} is answered with a status below 500 (or with 503 while the portal has no time)"
-- observed: "it was answered with status {status}"
-- ---
-- Each answer with a status; those below 500 stand in one row. 503 is undecided: it says that the portal has no time now
-- (RFC 9110, section 15.6.4), which may be so and is no error; how many there may be is for a gate on errors to say. 502 and
-- 504 speak of a system behind the portal (15.6.3, 15.6.5): they are undecided in a run in which a peer was down.
select 'answers below 500' as subject, 1 as ok, null as case_id, null as exchange_id, null as operation, null as status,
       count(*) as subjects, null as because
from exchanges
where status < 500
having count(*) > 0
union all
select 'exchange ' || exchange_id, iif(status = 503 or status in (502, 504) and t.trouble is not null, null, 0), case_id,
       exchange_id, operation, status, 1, iif(status in (502, 504), t.trouble, null)
from exchanges
cross join (select max(trouble) as trouble from troubled_peers) t
where status >= 500
