-- The small tables that rules read: built once per judgement from the history, in a temporary store beside it.
-- Each is one pass over exchanges or observations. A killed run lacks final reads, ledgers, facts: every table is then
-- merely smaller. Words used here:
--   refused an answer that carries an error code is a refusal here, whatever its status says (EG-ERR-002).
--   own     a read is a case's own if the portal showed its dossier in it, and not only somebody else's;
--   case    what an observation is about: the dossier that was recognised in it, else, where an answer shows one dossier
--           only, the one that was asked for. A dossier that is of nobody in this run is no evidence about ours, wherever
--           it is shown: in an inbox, a list, a read or a log (table `sightings`).
--   whole   what is not recorded did not happen: nothing is missing in the recording itself.
--   sound   a case is sound if one dossier number, and only one, was ever seen with it and with nobody else. What is said
--           of an unsound case is not evidence about it: doubles and lost numbers are rules of their own.
-- The functions instant_ms(text) and vietnam_day(text) read ISO 8601 text whatever its offset; null if it is none.

-- Clocks of the peers and ours may differ by this much.
create temp table tolerance as
select coalesce((select cast(value as integer) from run where name = 'peer_clock_tolerance_ns'), 2000000) as ns;

-- Whether the recording itself is whole: its exchanges are numbered without gaps, and there are as many records as the run says
-- that it wrote (if it says so). Only then does it prove anything that something of our own is not in it.
create temp table recording as
select count(*) = coalesce(max(exchange_id), 0)
       and coalesce(max(exchange_id), 0)
           >= coalesce((select cast(value as integer) from run where name = 'recorded_exchanges'), 0)
       and (select count(*) from observations)
           >= coalesce((select cast(value as integer) from run where name = 'recorded_observations'), 0)
       and (select count(*) from progress)
           >= coalesce((select cast(value as integer) from run where name = 'recorded_progress'), 0)
       and coalesce((select cast(value as integer) from run where name = 'recorder_lost'), 0) = 0 as whole
from exchanges;

-- The peers that were started again, could not be reached or spoke no language of ours while the run went on.
create temp table troubled_peers as
select p.column1 as peer,
       case
           when coalesce((select cast(value as integer) from run where name = 'peer_restarted_' || p.column1), 0) > 0
                or (select count(distinct epoch) from signals where peer = p.column1) > 1
               then 'the ' || p.column1 || ' was started again during the run'
           when coalesce((select cast(value as integer) from run where name = 'peer_unreadable_' || p.column1), 0) > 0
               then 'the ledger of the ' || p.column1 || ' could not be read'
           else 'the ' || p.column1 || ' did not answer for a time'
       end as trouble
from (values ('bank'), ('post')) p
where coalesce((select sum(cast(value as integer)) from run
                where name in ('peer_restarted_' || p.column1, 'peer_unreadable_' || p.column1,
                               'peer_unanswered_' || p.column1)), 0) > 0
   or (select count(distinct epoch) from signals where peer = p.column1) > 1;

-- The peers of whose ledger nothing is missing up to its last line: what is not in it had not happened by then. A peer that was
-- started again forgot what it had written, and a number that is missing is a message that we do not have.
create temp table gapless_ledgers as
select p.column1 as peer
from (values ('bank'), ('post')) p
join (
    select peers.column1 as peer, count(s.sequence) as signals, coalesce(max(s.sequence), 0) as last_number,
           count(distinct s.epoch) as lives
    from (values ('bank'), ('post')) peers
    left join signals s on s.peer = peers.column1
    group by peers.column1
) l on l.peer = p.column1
where l.lives <= 1 and l.signals = l.last_number
  and l.last_number >= coalesce((select cast(value as integer) from run where name = 'peer_signals_' || p.column1), 0)
  and not exists (select 1 from run
                  where name in ('peer_restarted_' || p.column1, 'peer_unreadable_' || p.column1)
                    and coalesce(cast(value as integer), 0) > 0);

-- Those that had nothing pending at the end either: what is not in their ledger did not happen.
create temp table complete_ledgers as
select g.peer
from gapless_ledgers g
where exists (select 1 from run where name in ('peers_settled', 'peer_settled_' || g.peer) and value = 'yes');

-- The working days in order: working day number `ordinal` is `day`.
create temp table working_days (ordinal integer primary key, day text not null);
insert or ignore into working_days
select working_days_before + 1, day from calendar where working = 1;

-- What was sent twice because a kept connection was closed under it: whether the first reached the portal is not known. What
-- such an act may have done twice, or met as done already, convicts nobody; what it cannot explain still does. That something was
-- not sent twice is known only of a whole recording.
create temp table resent (
    operation text not null,
    case_id   integer,
    actor     text not null,
    exchange_id integer not null
);
insert into resent
select operation, case_id, actor, exchange_id from exchanges where reason like 'resent%';

-- The first acknowledged submission of each case.
create temp table receipts (
    case_id      integer primary key,
    exchange_id  integer not null,
    dossier_code text,
    submitted_at text,
    fee          integer
);
insert or ignore into receipts
select e.case_id, e.exchange_id, iif(o.is_own, o.dossier_code, null), iif(o.is_own, o.submitted_at, null),
       iif(o.is_own, o.fee, null)
from exchanges e
left join (
    select exchange_id, error_code, dossier_code, submitted_at, fee,
           coalesce(case_id = (select x.case_id from exchanges x where x.exchange_id = observations.exchange_id), 1) as is_own
    from observations
    where position = 0
) o on o.exchange_id = e.exchange_id
where e.operation = 'submit' and e.outcome = 'ok' and e.case_id is not null and o.error_code is null
order by e.exchange_id;

-- Which case each observation is about. Left out: dossiers of nobody in this run. Of those that were recognised by nothing,
-- only one that stands alone in its answer can be the one that was asked for; and it is a stranger's if it bears another
-- number, another owner and another reference than ours.
create temp table sightings (
    exchange_id  integer not null,
    position     integer not null,
    case_id      integer not null,
    dossier_code text,
    primary key (exchange_id, position)
) without rowid;
insert into sightings
select o.exchange_id, o.position, o.subject, o.dossier_code
from (
    select s.exchange_id, s.position, s.dossier_code, s.owner_number, s.reference,
           coalesce(s.case_id, (
               select e.case_id
               from exchanges e
               where e.exchange_id = s.exchange_id
                 and not exists (
                     select 1 from observations p where p.exchange_id = s.exchange_id and p.position <> s.position
                 )
           )) as subject
    from observations s
) o
left join dossiers d on d.case_id = o.subject
left join receipts r on r.case_id = o.subject
where o.subject is not null
  and (o.dossier_code is r.dossier_code
       or not coalesce(o.owner_number <> d.citizen_number and o.reference <> d.reference, 0));

-- The last final read of each case on each surface (track, clerk_view, look_up), found or not.
create temp table final_reads (
    case_id           integer not null,
    surface           text not null,
    exchange_id       integer not null,
    outcome           text not null,
    status            integer,
    own               integer not null, -- 0: only others' dossiers were shown; then nothing of them stands here
    dossier_code      text,
    state             text,
    procedure         text,
    submitted_at      text,
    accepted_at       text,
    due_at            text,
    completed_at      text,
    returned_at       text,
    fee               integer,
    payment_state     text,
    payment_reference text,
    transaction_id    text,
    amount_due        integer,
    amount_paid       integer,
    receipts          integer,
    waybill           text,
    parcel_state      text,
    owner_number      text,
    owner_name        text,
    reference         text,
    version           integer,
    error_code        text,
    primary key (case_id, surface)
) without rowid;
insert or replace into final_reads
select e.case_id, e.operation, e.exchange_id, iif(e.error_code is null or e.outcome = 'error', e.outcome, 'refused'),
       e.status, e.place is not null or not e.shows_any,
       o.dossier_code, o.state, o.procedure, o.submitted_at, o.accepted_at, o.due_at, o.completed_at, o.returned_at,
       o.fee, o.payment_state, o.payment_reference, o.transaction_id, o.amount_due, o.amount_paid, o.receipts,
       o.waybill, o.parcel_state, o.owner_number, o.owner_name, o.reference, o.version, e.error_code
from (
    select x.case_id, x.operation, x.exchange_id, x.outcome, x.status,
           (select min(s.position) from sightings s where s.exchange_id = x.exchange_id and s.case_id = x.case_id) as place,
           exists (select 1 from observations p where p.exchange_id = x.exchange_id) as shows_any,
           (select p.error_code from observations p where p.exchange_id = x.exchange_id and p.position = 0) as error_code
    from exchanges x
    where x.phase = 'final_read' and x.operation in ('track', 'clerk_view', 'look_up') and x.case_id is not null
) e
left join observations o on o.exchange_id = e.exchange_id and o.position = e.place
order by e.exchange_id;

-- Which dossier number was ever seen with which case, and in which exchange first.
create temp table code_cases (
    dossier_code text not null,
    case_id      integer not null,
    exchange_id  integer not null,
    primary key (dossier_code, case_id)
) without rowid;
insert or ignore into code_cases
select dossier_code, case_id, exchange_id from receipts where dossier_code is not null order by dossier_code;
insert or ignore into code_cases
select s.dossier_code, s.case_id, s.exchange_id
from sightings s
left join receipts r on r.case_id = s.case_id
where s.dossier_code is not null and s.dossier_code is not r.dossier_code;

-- Each dossier number, and how many cases were seen with it.
create temp table codes (
    dossier_code text primary key,
    cases        integer not null,
    first_case   integer not null,
    last_case    integer not null,
    exchange_id  integer not null -- the last of the exchanges that first showed a case with it
) without rowid;
insert into codes
select dossier_code, count(*), min(case_id), max(case_id), max(exchange_id) from code_cases group by dossier_code;

-- Each case that was seen under a dossier number, and under how many.
create temp table identities (
    case_id    integer primary key,
    codes      integer not null,
    first_code text not null,
    last_code  text not null,
    shared     integer not null, -- 1: one of the numbers was seen with another case too
    sound      integer not null
);
insert into identities
select p.case_id, count(*), min(p.dossier_code), max(p.dossier_code), max(c.cases) > 1,
       count(*) = 1 and max(c.cases) = 1
from code_cases p
join codes c on c.dossier_code = p.dossier_code
group by p.case_id;

-- The latest that the portal itself said of each case to its applicant or a clerk; in a complete run the final read.
create temp table latest (
    case_id      integer primary key,
    exchange_id  integer not null,
    final        integer not null, -- 1: from a final read
    state        text,
    submitted_at text,
    accepted_at  text,
    due_at       text,
    completed_at text,
    fee          integer,
    amount_paid  integer,
    receipts     integer
);
insert or replace into latest -- surfaces come in the order clerk_view, track: the applicant's view stands where there is one
select case_id, exchange_id, 1, state, submitted_at, accepted_at, due_at, completed_at, fee, amount_paid, receipts
from final_reads
where surface <> 'look_up' and outcome = 'ok' and own
order by case_id, surface;
insert or ignore into latest -- with max() the other columns are those of the same row
select s.case_id, max(o.exchange_id), 0, o.state, o.submitted_at, o.accepted_at, o.due_at, o.completed_at, o.fee,
       o.amount_paid, o.receipts
from sightings s
join observations o on o.exchange_id = s.exchange_id and o.position = s.position and o.state is not null
join exchanges e on e.exchange_id = s.exchange_id and e.operation not in ('look_up', 'inbox', 'post_inbox')
where not exists (select 1 from latest l where l.case_id = s.case_id)
group by s.case_id;

-- The first time the portal let each case go ahead: an accepted `start` or `complete`.
create temp table advances (
    case_id     integer primary key,
    exchange_id integer not null,
    operation   text not null,
    done_ns     integer not null
);
insert or ignore into advances
select e.case_id, e.exchange_id, e.operation, e.done_ns
from exchanges e
left join observations o on o.exchange_id = e.exchange_id and o.position = 0
where e.operation in ('start', 'complete') and e.outcome = 'ok' and e.case_id is not null and o.error_code is null
order by e.exchange_id;

-- Fees taken in cash at the counter, by our own clerks.
create temp table cash (
    case_id     integer primary key,
    exchange_id integer not null,
    sent_ns     integer, -- the first attempt that may have taken effect
    taken_ns    integer, -- when the portal had first confirmed it
    taken       integer not null, -- 1: the portal confirmed it
    undecided   integer not null -- 1: it may have taken effect
);
insert into cash
select e.case_id, min(e.exchange_id), min(coalesce(e.sent_ns, e.due_ns)),
       min(e.done_ns) filter (where e.outcome = 'ok'), max(e.outcome = 'ok'),
       max(e.outcome = 'error' or coalesce(e.reason like 'resent%', 0))
from exchanges e
left join observations o on o.exchange_id = e.exchange_id and o.position = 0
where e.operation = 'collect_fee' and e.case_id is not null
  and (e.outcome in ('ok', 'error') and o.error_code is null
       or coalesce(e.reason like 'resent%', 0)) -- refused the second time, perhaps because the first was taken
group by e.case_id;

-- Each payment reference of the bank's ledger.
create temp table payments (
    reference    text primary key,
    case_id      integer, -- null if the dossier is of no sound case
    dossier_code text,
    ordered      integer not null, -- dong
    captured     integer not null, -- dong
    captured_ns  integer,
    forged       integer not null, -- forged callbacks sent
    forged_taken integer not null, -- 1: the portal took one for true
    forged_reply text, -- its answer to the forged one: the reply code, else the HTTP status
    duplicates   integer not null, -- repeated callbacks sent
    told_ns      integer, -- when the portal first said that it knows of the money (00, 02) to a true callback
    peer_fault   text -- what the bank did on purpose that leaves the portal without the truth
) without rowid;
insert into payments
select s.reference, i.case_id, s.dossier_code, s.ordered, s.captured, s.captured_ns, s.forged,
       s.forged_accepted or exists (
           select 1 from final_reads f where f.case_id = i.case_id and f.own and f.transaction_id like 'FORGED%'
       ), s.forged_reply, s.duplicates, s.told_ns, s.peer_fault
from (
    select reference,
           max(nullif(dossier_code, '')) as dossier_code,
           coalesce(max(amount) filter (where kind = 'order' and coalesce(status, 200) < 300), 0) as ordered,
           coalesce(sum(amount) filter (where kind = 'captured'), 0) as captured,
           min(at_ns) filter (where kind = 'captured') as captured_ns,
           count(*) filter (where fault = 'forged') as forged,
           coalesce(max(detail = '00') filter (where fault = 'forged'), 0) as forged_accepted,
           min(coalesce(nullif(detail, ''), cast(status as text))) filter (where fault = 'forged') as forged_reply,
           count(*) filter (where fault = 'duplicate') as duplicates,
           min(at_ns) filter (
               where kind = 'callback' and state = 'captured' and detail in ('00', '02') and status between 200 and 299
                 and coalesce(fault, '') not in ('forged', 'wrong_amount', 'wrong_merchant', 'out_of_order')
           ) as told_ns,
           'the bank did so on purpose: '
           || max(fault) filter (where fault in ('lost', 'late', 'pending', 'pending_forever')) as peer_fault
    from signals
    where peer = 'bank' and reference is not null
    group by reference
) s
left join codes c on c.dossier_code = s.dossier_code
left join identities i on i.case_id = c.first_case and i.sound;
create index temp.payments_of_case on payments (case_id);

-- Each dossier number of the post's ledger.
create temp table parcels (
    dossier_code text primary key,
    case_id      integer, -- null if the dossier is of no sound case
    waybill      text,
    ordered      integer not null, -- 1: an order was taken
    delivered    integer not null, -- 1: in the hands of the applicant
    delivered_ns integer,
    collected    integer not null, -- dong
    orders       integer not null, -- waybills that were ordered for it
    peer_fault   text -- what the post did on purpose that leaves the portal without the truth
) without rowid;
insert into parcels
select s.dossier_code, i.case_id, s.waybill, s.ordered, s.delivered_ns is not null, s.delivered_ns, s.collected,
       s.orders, s.peer_fault
from (
    select dossier_code,
           max(nullif(reference, '')) as waybill,
           coalesce(max(kind = 'order' and coalesce(status, 200) < 300), 0) as ordered,
           min(at_ns) filter (where kind = 'delivered') as delivered_ns,
           coalesce(sum(amount) filter (where kind = 'collected'), 0) as collected,
           count(distinct nullif(reference, '')) filter (where kind = 'order' and coalesce(status, 200) < 300) as orders,
           'the post did so on purpose: ' || max(fault) filter (where fault in ('lost', 'lost_report', 'wrong_cod')) as peer_fault
    from signals
    where peer = 'post' and dossier_code <> ''
    group by dossier_code
) s
left join codes c on c.dossier_code = s.dossier_code
left join identities i on i.case_id = c.first_case and i.sound;

-- The changes of state that the national list allows, and those that the adapter declares to be legal at
-- its portal (`also_legal`). What a term ends by itself is stopped or, before it was accepted, rejected; a refusal on the
-- merits is handed over like any other result.
create temp table legal_transitions (
    from_state text not null, -- nothing: the first state
    to_state   text not null,
    primary key (from_state, to_state)
) without rowid;
insert into legal_transitions
values ('nothing', 'submitted'),
       ('nothing', 'accepted'), -- at a counter, handing in and accepting may be one act
       ('submitted', 'accepted'),
       ('submitted', 'rejected'),
       ('submitted', 'awaiting_supplement'),
       ('submitted', 'awaiting_payment'),
       ('submitted', 'withdrawal_requested'),
       ('accepted', 'in_process'),
       ('accepted', 'awaiting_supplement'),
       ('accepted', 'awaiting_payment'),
       ('accepted', 'withdrawal_requested'),
       ('accepted', 'stopped'),
       ('in_process', 'awaiting_supplement'),
       ('in_process', 'awaiting_payment'),
       ('in_process', 'withdrawal_requested'),
       ('in_process', 'stopped'),
       ('in_process', 'completed'),
       ('awaiting_supplement', 'submitted'),
       ('awaiting_supplement', 'accepted'),
       ('awaiting_supplement', 'in_process'),
       ('awaiting_supplement', 'awaiting_payment'),
       ('awaiting_supplement', 'withdrawal_requested'),
       ('awaiting_supplement', 'stopped'),
       ('awaiting_supplement', 'rejected'),
       ('awaiting_payment', 'submitted'),
       ('awaiting_payment', 'accepted'),
       ('awaiting_payment', 'in_process'),
       ('awaiting_payment', 'awaiting_supplement'),
       ('awaiting_payment', 'withdrawal_requested'),
       ('awaiting_payment', 'stopped'),
       ('awaiting_payment', 'rejected'),
       ('withdrawal_requested', 'stopped'),
       ('withdrawal_requested', 'submitted'),
       ('withdrawal_requested', 'accepted'),
       ('withdrawal_requested', 'in_process'),
       ('withdrawal_requested', 'awaiting_supplement'),
       ('withdrawal_requested', 'awaiting_payment'),
       ('stopped', 'returned'),
       ('completed', 'returned');
insert or ignore into legal_transitions -- legal:completed>in_process
select substr(name, 7, instr(name, '>') - 7), substr(name, instr(name, '>') + 1)
from capabilities
where name like 'legal:%>%';

-- Changes of state of each case: from the portal's own log as last read back, else from successive answers. A log in an
-- answer that shows somebody else's dossier is that other's.
create temp table steps (
    case_id     integer not null,
    step        integer not null, -- order within the case, not gap-free
    from_state  text, -- null: the first state, or one that was not understood
    to_state    text not null,
    happened_at text,
    exchange_id integer not null, -- the read that showed it
    source      text not null, -- log, observed
    sure        integer not null, -- 1: nothing between the two states is missing or was not understood
    primary key (case_id, step)
) without rowid;
create temp table logs (exchange_id integer primary key, case_id integer not null unique);
insert or replace into logs
select p.exchange_id, p.subject
from (
    select o.exchange_id,
           coalesce(o.case_id, (select e.case_id from exchanges e where e.exchange_id = o.exchange_id)) as subject
    from progress o
    where o.position = 0
) p
where exists (select 1 from sightings s where s.exchange_id = p.exchange_id and s.case_id = p.subject)
order by p.exchange_id;
insert into steps
select case_id, position, before, state, happened_at, exchange_id, 'log',
       is_gapless and (before is not null or not has_before)
from (
    select case_id, position, state, happened_at, exchange_id, is_gapless,
           lag(state) over of_case as before, lag(1) over of_case is not null as has_before
    from (
        select l.case_id, p.position, p.state, p.state_word, p.happened_at, p.exchange_id,
               row_number() over (partition by l.case_id order by p.position) = p.position + 1 as is_gapless
        from logs l
        join progress p on p.exchange_id = l.exchange_id
    )
    where state is not null or state_word is not null -- a line without either says nothing of the state
    window of_case as (partition by case_id order by position)
)
where state is not null and state is not before;
insert into steps
select case_id, exchange_id, before, state, null, exchange_id, 'observed', 0
from (
    select s.case_id, s.exchange_id, o.state,
           lag(o.state) over (partition by s.case_id order by s.exchange_id) as before
    from (
        select g.case_id, g.exchange_id, min(g.position) as position
        from sightings g
        join observations p on p.exchange_id = g.exchange_id and p.position = g.position and p.state is not null
        where not exists (select 1 from logs l where l.case_id = g.case_id)
        group by g.case_id, g.exchange_id
    ) s
    join observations o on o.exchange_id = s.exchange_id and o.position = s.position
)
where state is not before;

-- What the adapter reads of an answer and none ever showed, though ten or more of them should have: then its path leads nowhere, or
-- the portal shows no such thing, and whoever compares it compares nothing. Only what is always due is counted: who applied, for
-- what, and once a dossier is accepted, when it is due. The public look-up shows no persons.
create temp table unseen (
    operation text not null,
    field     text not null,
    because   text not null,
    primary key (operation, field)
) without rowid;
insert or ignore into unseen
with answered as (
    select e.operation, count(*) as answers, count(o.owner_name) as owner_name, count(o.owner_number) as owner_number,
           count(o.procedure) as procedure, count(o.reference) as reference,
           count(*) filter (where o.state in ('in_process', 'completed', 'returned')) as accepted, count(o.due_at) as due_at
    from exchanges e
    join observations o on o.exchange_id = e.exchange_id and o.position = 0 and o.error_code is null
    where e.outcome = 'ok' and e.operation in ('track', 'clerk_view', 'look_up')
    group by e.operation
),
seen(operation, field, answers, times) as (
    select operation, 'owner_name', answers, owner_name from answered where operation <> 'look_up'
    union all select operation, 'owner_number', answers, owner_number from answered where operation <> 'look_up'
    union all select operation, 'procedure', answers, procedure from answered where operation <> 'look_up'
    union all select operation, 'reference', answers, reference from answered where operation <> 'look_up'
    union all select operation, 'due_at', accepted, due_at from answered
    union all select 'catalogue', 'postal', count(*), count(postal) from services
)
select s.operation, s.field,
       'the adapter reads ' || s.field || ' of ' || s.operation || ' at ' || substr(c.name, instr(c.name, ' ') + 1)
       || ': never there in ' || s.answers || ' answers'
from seen s
join capabilities c on c.name like 'reads:' || s.operation || '.' || s.field || ' %'
where s.answers >= 10 and s.times = 0;

-- The portal's catalogue as it was read first, before anybody came, and last, after everything.
create temp table catalogue (
    moment        text not null, -- before, after
    procedure     text not null,
    service_level integer,
    payable       integer, -- 1: its fee can be paid online
    postal        integer, -- 1: the post can bring its result
    exchange_id   integer not null,
    primary key (moment, procedure)
) without rowid;
insert or replace into catalogue
select r.moment, s.procedure, s.service_level, s.payable, s.postal, s.exchange_id
from (
    select 'before' as moment, min(exchange_id) as exchange_id
    from exchanges where operation = 'catalogue' and outcome = 'ok' and phase in ('warm_up', 'load')
    union all
    select 'after', max(exchange_id)
    from exchanges where operation = 'catalogue' and outcome = 'ok' and phase = 'final_read'
) r
join services s on s.exchange_id = r.exchange_id
where s.procedure is not null;

-- Each planned change of the catalogue with what became of it.
create temp table published (
    position      integer primary key,
    procedure     text not null,
    service_level integer not null,
    payable       integer not null,
    postal        integer not null,
    exchange_id   integer not null,
    sent_ns       integer,
    outcome       text not null,
    is_last       integer not null -- 1: no later change of the same procedure was sent
);
insert or replace into published -- of a change that was sent again the last word
select p.position, p.procedure, p.service_level, p.payable, p.postal, e.exchange_id, e.sent_ns, e.outcome,
       p.position = max(p.position) over (partition by p.procedure)
from exchanges e
join publications p on p.due_ns = e.due_ns
where e.operation = 'publish'
order by e.exchange_id;

-- What was recorded of each planned dossier: published figures are counted on this table.
create temp table results (
    case_id           integer primary key,
    level             text not null,
    unit              text not null,
    channel           text not null,
    procedure         text not null,
    tag               text not null,
    payment_method    text not null,
    return_method     text not null,
    planned_outcome   text not null,
    dossier_code      text,
    submitted         integer not null, -- 1: acknowledged
    state             text,
    outcome           text not null, -- early, on_time, late, withdrawn, stopped, rejected, open
    delivered_by_post integer not null, -- 1: by the post's ledger
    collected         integer not null, -- dong on delivery, by the post's ledger
    paid              integer not null, -- dong, by the portal
    traced            integer not null -- 1: a final read found it
);
insert into results
select d.case_id, d.level, d.unit, d.channel, d.procedure, d.tag, d.payment_method, d.return_method, d.planned_outcome,
       coalesce(r.dossier_code, i.first_code), r.case_id is not null, l.state,
       case
           when l.state in ('completed', 'returned') and vietnam_day(l.completed_at) < vietnam_day(l.due_at) then 'early'
           when l.state in ('completed', 'returned') and instant_ms(l.completed_at) <= instant_ms(l.due_at) then 'on_time'
           when l.state in ('completed', 'returned') and instant_ms(l.completed_at) > instant_ms(l.due_at) then 'late'
           when l.state = 'stopped' and w.case_id is not null then 'withdrawn'
           when l.state in ('stopped', 'rejected') then l.state
           else 'open'
       end,
       coalesce(p.delivered, 0), coalesce(p.collected, 0), coalesce(l.amount_paid, 0), coalesce(f.found, 0)
from dossiers d
left join receipts r on r.case_id = d.case_id
left join identities i on i.case_id = d.case_id
left join latest l on l.case_id = d.case_id
left join parcels p on p.dossier_code = coalesce(r.dossier_code, i.first_code)
left join (select case_id, max(outcome = 'ok' and own) as found from final_reads group by case_id) f on f.case_id = d.case_id
left join (select distinct case_id from steps where to_state = 'withdrawal_requested') w on w.case_id = d.case_id;
