-- A reason is what stands before the first colon of `exchanges.reason`, but where what follows is a short list of its own
-- (alerts of TLS, fields of the adapter). Addresses, bytes and numbers that would tell equal causes apart stay in that column.
select blame, kind, substr(reason, 1, 80) as reason, count(*) as exchanges,
       group_concat(distinct operation) as operations, min(exchange_id) as first_exchange
  from (select exchange_id, operation, coalesce(fault, 'status') as kind,
               case when fault in ('unreadable', 'unwritable') then 'adapter'
                    when fault in ('forbidden', 'local_limit') then 'generator'
                    else 'portal' end as blame,
               case when fault is null then 'HTTP ' || coalesce(status, '?')
                    when fault = 'forbidden' then 'address not allowed'
                    when why is null then 'not stated'
                    when fault = 'dns' then replace(why, 'failed to lookup address information: ', '')
                    when why like 'no JSON%' then 'no JSON'
                    when why like '% rows, at most %' then 'too many rows'
                    when why like 'content coding %: not known %' then 'content coding not known'
                    when why like '% does not fit%' then substr(why, 1, instr(why, ' does not fit') + 12)
                    when fault in ('unreadable', 'unwritable') or why like 'alert received: %' then why
                    when instr(why, ': ') > 0 then substr(why, 1, instr(why, ': ') - 1)
                    else why end as reason
          from (select *, replace(reason, 'resent: the kept connection was closed; ', '') as why from exchanges)
         where fault is not null or outcome = 'error')
 group by 1, 2, 3
 order by exchanges desc, kind, reason
