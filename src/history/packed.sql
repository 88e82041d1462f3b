-- How the recorder keeps the three tables that grow with every request: a number for what many rows have in common, a span
-- for an instant. Views give back the tables of schema.sql, value by value; everybody reads these. Braces hold what a column packs
-- and its name (packing.rs).
drop table exchanges;
drop table observations;
drop table progress;

-- What many exchanges have in common.
create table exchange_kinds (
    kind_id       integer primary key,
    actor         text not null,
    journey       text not null,
    operation     text not null,
    attempt       integer not null,
    phase         text not null,
    lane          integer not null,
    outcome       text not null,
    status        integer,
    fault         text,
    reused        integer not null,
    traffic_class text not null
);

create table packed_exchanges (
    exchange_id      integer primary key,
    case_id          integer,
    session          integer not null,
    kind_id          integer not null,
    due_ns           integer not null,
    delay_ns         integer not null,
    sent_after       integer, -- due_ns + delay_ns
    first_byte_after integer, -- what is known before it
    done_after       integer not null, -- what is known before it
    bytes_sent       integer not null,
    bytes_received   integer not null,
    bytes_decoded    integer,
    held_ns          integer not null,
    reason           text
);

create view exchanges as
select x.exchange_id, x.case_id, k.actor, x.session, k.journey, k.operation, k.attempt, k.phase, k.lane, x.due_ns,
       x.due_ns + x.delay_ns + x.sent_after as sent_ns,
       x.due_ns + x.delay_ns + coalesce(x.sent_after, 0) + x.first_byte_after as first_byte_ns,
       x.due_ns + x.delay_ns + coalesce(x.sent_after, 0) + coalesce(x.first_byte_after, 0) + x.done_after as done_ns,
       k.outcome, k.status, k.fault, x.bytes_sent, x.bytes_received, x.bytes_decoded, k.reused, k.traffic_class, x.delay_ns,
       x.held_ns, x.reason, {traceparent x.due_ns + x.delay_ns + x.sent_after} as traceparent
from packed_exchanges x
left join exchange_kinds k on k.kind_id = x.kind_id;

-- What answers show of a dossier again and again.
create table dossier_codes (
    code_id      integer primary key,
    dossier_code text
);

create table subjects (
    subject_id   integer primary key,
    procedure    text,
    owner_number text,
    owner_name   text,
    reference    text
);

create table state_words (
    word_id    integer primary key,
    state_word text
);

create table packed_observations (
    exchange_id       integer not null,
    position          integer not null,
    case_id           integer,
    code_id           integer,
    state, -- its place in the list of the view
    word_id           integer,
    subject_id        integer,
    submitted_at, -- milliseconds since the year 0, were every month of 31 days; as it was written where it has another form
    accepted_at,
    due_at,
    completed_at,
    returned_at,
    fee               integer,
    payment_state,
    payment_reference text,
    transaction_id    text,
    amount_due        integer,
    amount_paid       integer,
    receipts          integer,
    waybill           text,
    parcel_state,
    version           integer,
    error_code        text,
    primary key (exchange_id, position)
) without rowid;

-- One column for one: a view that joins could not stand on the right of a left join without being built first.
create view observations as
select o.exchange_id, o.position, o.case_id,
       (select dossier_code from dossier_codes c where c.code_id = o.code_id) as dossier_code,
       {state o.state} as state,
       (select state_word from state_words w where w.word_id = o.word_id) as state_word,
       (select procedure from subjects s where s.subject_id = o.subject_id) as procedure,
       {instant o.submitted_at} as submitted_at,
       {instant o.accepted_at} as accepted_at,
       {instant o.due_at} as due_at,
       {instant o.completed_at} as completed_at,
       {instant o.returned_at} as returned_at,
       o.fee,
       {payment_state o.payment_state} as payment_state,
       o.payment_reference, o.transaction_id, o.amount_due, o.amount_paid, o.receipts, o.waybill,
       {parcel_state o.parcel_state} as parcel_state,
       (select owner_number from subjects s where s.subject_id = o.subject_id) as owner_number,
       (select owner_name from subjects s where s.subject_id = o.subject_id) as owner_name,
       (select reference from subjects s where s.subject_id = o.subject_id) as reference,
       o.version, o.error_code
from packed_observations o;

-- What lines of logs say again and again.
create table events (
    event_id   integer primary key,
    event      text,
    state_word text
);

create table packed_progress (
    exchange_id integer not null,
    position    integer not null,
    case_id     integer,
    happened_at,
    event_id    integer,
    state,
    primary key (exchange_id, position)
) without rowid;

create view progress as
select p.exchange_id, p.position, p.case_id,
       {instant p.happened_at} as happened_at,
       (select event from events e where e.event_id = p.event_id) as event,
       {state p.state} as state,
       (select state_word from events e where e.event_id = p.event_id) as state_word
from packed_progress p;
