-- ---
-- id: VN-CAT-001
-- rev: 3
-- title: A confirmed change of the catalogue is there
-- title_vi: Thay đổi danh mục đã xác nhận phải có hiệu lực
-- level: MUST
-- maturity: candidate
-- oracle: read_back
-- needs: [catalogue, publish, publications, "shows:service_level", "shows:payable"]
-- basis:
--   - {source: "Circular 02/2017/TT-VPCP and the formula document for Decision 766", text: a published procedure is offered as decided from the day it takes effect, verified: false}
--   - {source: "published figures of Khánh Hòa, 2020", text: 33 services of level 4 became 391 between July and September, verified: true}
-- why: >-
--   A bulk change of hundreds of services runs while people submit. One that is confirmed and lost leaves a service
--   closed that was announced as open, and nobody notices until the first citizen is sent away.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:catalogue-lost-update]
-- expected: "procedure {subject} is offered as it was published: level {published_level}, payable {published_payable}, by post {published_postal}"
-- observed: "the catalogue shows level {shown_level}, payable {shown_payable}, by post {shown_postal}"
-- ---
-- Each procedure whose last change was confirmed, against the catalogue as read after everything; whether the post brings
-- results is compared where the catalogue shows it, and undecided if the adapter reads it and it is never there. A procedure that is no
-- longer in it is broken; without that read nothing is decided, nor what was confirmed only after it was sent. An earlier change of the same procedure that had to be sent twice
-- may have come in once more after the last one: if the catalogue shows that one, it is undecided.
select p.procedure as subject,
       case
           when a.sent_ns is null then null
           when c.service_level = p.service_level and c.payable = p.payable and coalesce(c.postal = p.postal, 1) then iif(u.because is null, 1, null)
           when e.done_ns <= a.sent_ns and w.whole and not exists (
               select 1
               from published q
               join resent r on r.exchange_id = q.exchange_id
               where q.procedure = p.procedure and q.position < p.position
                 and c.service_level = q.service_level and c.payable = q.payable and coalesce(c.postal = q.postal, 1)
           ) then 0
       end as ok,
       null as case_id, coalesce(c.exchange_id, p.exchange_id) as exchange_id,
       p.service_level as published_level, iif(p.payable, 'yes', 'no') as published_payable,
       iif(p.postal, 'yes', 'no') as published_postal,
       coalesce(c.service_level, 'nothing') as shown_level, case c.payable when 1 then 'yes' when 0 then 'no' else 'unknown' end as shown_payable,
       case c.postal when 1 then 'yes' when 0 then 'no' else 'unknown' end as shown_postal, u.because
from published p
join exchanges e on e.exchange_id = p.exchange_id
cross join (
    select max(x.sent_ns) as sent_ns
    from catalogue k
    join exchanges x on x.exchange_id = k.exchange_id
    where k.moment = 'after'
) a
cross join recording w
cross join (select min(because) as because from unseen where operation = 'catalogue') u
left join catalogue c on c.moment = 'after' and c.procedure = p.procedure
where p.is_last and p.outcome = 'ok'
