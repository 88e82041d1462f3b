-- ---
-- id: EG-ERR-002
-- rev: 1
-- title: A failure is not answered with the status of a success
-- title_vi: Lỗi không được trả về với mã trạng thái thành công
-- level: MUST
-- maturity: candidate
-- oracle: single_exchange
-- needs: [seen:refusal]
-- unless: [legacy_envelope]
-- basis:
--   - {source: "RFC 9110, section 15", text: "the 2xx class indicates that the request was successfully received, understood and accepted", verified: false}
--   - {source: "public code of a one-gate portal", text: "Ok({response_code:\"-1\"})", verified: true}
-- why: >-
--   Whatever stands between (client, gateway, monitoring) takes the failure for a success: it is not repeated, not
--   counted and not seen.
-- reasons: [undecided]
-- kills: [portal:ok-envelope]
-- expected: "the refusal {error_code} of {operation} comes with a status of 400 or above"
-- observed: "it came with status {status}"
-- ---
-- Each answer that was a refusal or carried an error code. A refusal with a 2xx status but without an error code is
-- undecided: only the adapter calls it one.
with refusals as (
    select e.exchange_id, e.case_id, e.operation, e.status, o.error_code
    from observations o
    join exchanges e on e.exchange_id = o.exchange_id
    where o.position = 0 and o.error_code is not null
    union all
    select e.exchange_id, e.case_id, e.operation, e.status, null
    from exchanges e
    where e.outcome = 'refused'
      and not exists (
          select 1 from observations o
          where o.exchange_id = e.exchange_id and o.position = 0 and o.error_code is not null
      )
)
select 'exchange ' || exchange_id as subject,
       case when not status between 200 and 299 then 1 when error_code is not null then 0 end as ok,
       case_id, exchange_id, operation, status, error_code
from refusals
where status is not null
