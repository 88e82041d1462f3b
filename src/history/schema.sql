-- The history of one run: what was planned, what was sent, what came back, what the peers say.
-- Instants named *_ns are nanoseconds of wall time since the run began; instants named *_at are the portal's or the
-- plan's own calendar time, as ISO 8601 text with +07:00. Amounts are whole Vietnamese dong.
-- Nothing that a portal or a peer says is kept longer than stated: 512 bytes of whatever it tells things apart by (codes,
-- states, references, waybills, instants, every text of signals), 4 KiB of names, events and reasons. What is longer ends in
-- `…[3000000 bytes #9c1185a5c5e9fc54]`: the length of the whole and a digest of it, so that two that were cut are equal where
-- the wholes were. An answer that lists more than 10,000 rows is not understood (unreadable_body): none of them is kept.

-- The run itself, one fact a row.
create table run (
    name  text primary key,
    value text
) without rowid;

-- One synthetic dossier as planned: the truth we know.
create table dossiers (
    case_id          integer primary key,
    province         text not null,
    unit             text not null,
    level            text not null, -- department, district, commune
    procedure        text not null,
    legal_days       integer not null, -- working days
    channel          text not null, -- counter, post, online
    citizen_number   text not null,
    full_name        text not null,
    reference        text not null, -- the applicant's own reference, unique in the run
    fee              integer not null,
    payment_method   text not null, -- none, online, cod, counter
    return_method    text not null, -- counter, post, electronic
    planned_outcome  text not null, -- early, on_time, late, withdrawn, stopped, open
    tag              text not null, -- the province's own marking, e.g. land
    intended_at      text not null, -- when the applicant means to submit (simulated time)
    due_ns           integer not null -- the same instant on the wall clock of the run
);

-- One HTTP exchange. Response time = done_ns - due_ns: from the intended start; service time = done_ns - sent_ns: what the portal took.
create table exchanges (
    exchange_id   integer primary key,
    case_id       integer, -- null where no single dossier is meant (sign-in of a clerk, inbox)
    actor         text not null, -- citizen, clerk:<unit>/<n>, post:<n>, reader, registrar, clock
    session       integer not null, -- 0 = none; numbers the sign-ins of the run
    journey       text not null,
    operation     text not null,
    attempt       integer not null, -- counted from 1
    phase         text not null, -- warm_up, load, drain, final_read
    lane          integer not null,
    due_ns        integer not null, -- computed, never observed
    sent_ns       integer, -- null: nothing was sent
    first_byte_ns integer, -- null: no answer
    done_ns       integer not null,
    outcome       text not null, -- ok, refused, error
    status        integer, -- HTTP status, null if none came
    fault         text, -- why there is no trustworthy answer: connect, tls, broken, timed_out, too_long, redirected, unreadable, forbidden, unwritable, local_limit, dns
    bytes_sent    integer not null,
    bytes_received integer not null, -- of the answer's body as it came
    bytes_decoded integer, -- of the answer's body without its content codings (gzip, deflate, br, zstd); null: none was undone
    reused        integer not null, -- 1 = on a connection that had served before
    traffic_class text not null default 'user', -- user: somebody acts; poll: somebody looks again (inbox, status); control: the run itself
    delay_ns      integer not null default 0, -- how late vandan itself was with it: its own scheduling and its rate limit; part of done_ns - due_ns
    held_ns       integer not null default 0, -- the part of delay_ns for which the rate limit held it back
    reason        text, -- the fault in detail: the errno, the address that was refused, the field or word that was not understood
    traceparent   text -- of its first request (W3C Trace Context): all its requests have this trace-id, the 32 digits after `00-`; null: nothing was sent, or the adapter writes its own
);

-- What the adapter did not understand of an answer, or could not write into a request: never the portal's fault.
create table adapter_problems (
    exchange_id integer not null,
    position    integer not null, -- within the exchange, from 0 to 15; the last one counts all that are not told apart (field: others)
    problem     text not null, -- unknown_word, unreadable_field, missing_field, unreadable_body, unrecognised_item, unwritable_value
    field       text, -- the field or header concerned
    value       text, -- what stood there, cut to 160 bytes
    items       integer not null, -- how many dossiers, procedures or log lines of the answer it concerns
    primary key (exchange_id, position)
) without rowid;

-- An answer that led an exchange elsewhere (301, 302, 303, 307, 308), where the adapter lets redirects be followed. The exchange is that
-- of the last answer; it was sent when its first request was, so that its service time is that of all.
create table redirects (
    exchange_id   integer not null,
    hop           integer not null, -- counted from 1
    url           text not null, -- what was asked for, without its query
    status        integer not null,
    sent_ns       integer,
    first_byte_ns integer,
    done_ns       integer not null,
    bytes_received integer not null,
    primary key (exchange_id, hop)
) without rowid;

-- Intervals in which vandan itself stood still (a stopped process, a paused machine, a starved processor).
create table stalls (
    thread   text not null, -- lane-0, lane-1, ..., coordinator
    from_ns  integer not null, -- when it should have gone on
    until_ns integer not null, -- when it did
    primary key (thread, from_ns)
) without rowid;

-- What the portal asserted of one dossier in one exchange, in our words (the adapter's translation).
create table observations (
    exchange_id     integer not null,
    position        integer not null, -- 0; counts the items where one answer shows several dossiers (inbox)
    case_id         integer, -- the planned dossier this is about, recognised from what the portal showed
    dossier_code    text,
    state           text, -- one of the ten canonical states
    state_word      text, -- the portal's own word for it
    procedure       text,
    submitted_at    text,
    accepted_at     text,
    due_at          text,
    completed_at    text,
    returned_at     text,
    fee             integer,
    payment_state   text, -- none, required, pending, paid, on_delivery, collected
    payment_reference text,
    transaction_id  text,
    amount_due      integer,
    amount_paid     integer,
    receipts        integer, -- how many receipts the portal has issued
    waybill         text,
    parcel_state    text, -- none, ordered, in_transit, delivered
    owner_number    text, -- citizen number shown
    owner_name      text,
    reference       text, -- the applicant's own reference shown
    version         integer,
    error_code      text, -- the portal's own word for what went wrong
    primary key (exchange_id, position)
) without rowid;

-- One line of the portal's own log of a dossier, as read back (tien trinh).
create table progress (
    exchange_id integer not null,
    position    integer not null, -- order in the portal's answer, from 0
    case_id     integer,
    happened_at text,
    event       text,
    state       text,
    state_word  text,
    primary key (exchange_id, position)
) without rowid;

-- One procedure as the portal's catalogue showed it: read before the load and after everything, or answered to a publication.
create table services (
    exchange_id   integer not null,
    position      integer not null, -- place in the portal's answer, from 0
    procedure     text,
    service_level integer, -- 2, 3, 4; a portal that counts otherwise: 3 partly online, 4 wholly
    payable       integer, -- 1: its fee can be paid online
    postal        integer, -- 1: the post can bring its result
    primary key (exchange_id, position)
) without rowid;

-- One change of the catalogue that the run publishes: how the procedure is offered from then on, as planned.
create table publications (
    position      integer primary key,
    procedure     text not null,
    service_level integer not null,
    payable       integer not null,
    postal        integer not null,
    due_ns        integer not null unique -- that of its exchange
);

-- One message between the portal and a peer we play, or one act of the peer: the other ledger.
create table signals (
    peer         text not null, -- bank, post
    epoch        text not null default '', -- one life of the peer: another after it was started again
    sequence     integer not null, -- gap-free per peer and epoch
    at_ns        integer not null,
    direction    text not null, -- in, out, internal
    kind         text not null, -- bank: order, page, captured, callback; post: order, picked_up, delivered, collected, report
    reference    text, -- bank: payment reference; post: waybill
    dossier_code text,
    amount       integer,
    state        text,
    fault        text, -- injected on purpose, by the peer's own name for it: forged, duplicate, lost, ...
    status       integer, -- HTTP status of the portal's answer to a message of ours
    detail       text, -- the reply code in that answer
    primary key (peer, epoch, sequence)
) without rowid;

-- The published figures of the province, and the query that counts the same thing in this history.
create table figures (
    figure_id    text primary key,
    position     integer not null,
    document     text not null,
    name         text not null,
    scope        text not null,
    value        text not null, -- as the document writes it: 0.70, 59457; shares are 0 to 1
    unit         text not null,
    precision    text not null, -- exact, rounded, truncated, about, at_least, more_than, less_than, inconsistent
    tolerance    text not null, -- how far a counted number may be off, where it is rounded, truncated or about right; else 0
    quote        text not null,
    measured_by  text, -- SQL over the derived tables that returns one whole number, or part and base; null if a run cannot reproduce the figure
    not_reproducible text -- why not
);

-- What provinces have set themselves (KPI), and the query that answers it in this history. A missed target is the province's,
-- never the portal's.
create table targets (
    position    integer primary key,
    target_id   text not null,
    title       text not null,
    title_vi    text not null,
    document    text not null,
    figure_id   text, -- the figure that states it; null if none does
    denominator text not null, -- what is 100 %, in words
    comparison  text not null, -- at_least, more_than, less_than, exact
    value       text not null, -- the share, 0 to 1, as the document writes it
    measured_by text, -- SQL over the derived tables that returns two whole numbers, part and base; null if no run can answer
    not_measured   text -- why not
);

-- The working calendar, one day a row; working days are counted by difference of working_days_before.
create table calendar (
    day                 text primary key, -- 2021-03-01
    working             integer not null,
    working_days_before integer not null, -- working days since the first row, this day not counted
    note                text not null -- the holiday's name, or that a Saturday is worked
) without rowid;

-- What the adapter can do and which peers are ours: rules that need more do not apply.
create table capabilities (
    name text primary key -- an operation's name, `clock`, `peer:bank`, `peer:post`, `progress`, `publications` (the run changes the catalogue), `dossier_code_pattern`, `planned:post_return`, `planned:online_payment`, `planned:payment_before`, `planned:payment` (some dossier is planned so), `legal:completed>in_process` (a change of state that the adapter declares to be legal), `shows:due_at` (some answer is read for it), `reads:track.due_at $.due` (this one, at this path)
) without rowid;

-- The claims of the run file, judged with the rules.
create table gates (
    position integer primary key,
    claim    text not null
);

create view README as
          select 'run'          as "table", 'one fact of the run a row: seed, versions, clock, health of the generator' as "a row is"
union all select 'dossiers',     'one synthetic dossier as planned'
union all select 'exchanges',    'one HTTP exchange: due, sent, first byte, done; ok, refused or error'
union all select 'observations', 'what the portal asserted of one dossier in one exchange'
union all select 'progress',     'one line of the portal''s own log of a dossier, as read back'
union all select 'services',     'one procedure as the portal''s catalogue showed it in one exchange'
union all select 'publications', 'one change of the catalogue that the run publishes, as planned'
union all select 'adapter_problems', 'one thing the adapter did not understand of an answer, or could not write'
union all select 'redirects',    'one answer that led an exchange elsewhere, where redirects are followed'
union all select 'stalls',       'one interval in which vandan itself stood still'
union all select 'signals',      'one message or act of a peer we play (bank, post): the other ledger'
union all select 'figures',      'one published figure, and the query that counts the same here'
union all select 'targets',      'one target that a province has set itself, and the query that answers it here'
union all select 'calendar',     'one day, working or not'
union all select 'capabilities', 'one thing the adapter can do, or a peer that is ours'
union all select 'gates',        'one claim of the run file'
union all select 'errors_by_reason', 'whose fault, kind and reason of exchanges without a trustworthy answer, counted (a view)'
union all select '-- packed --', 'exchanges, observations and progress of a recorded run are views: other tables hold them packed'
union all select '-- try --',    'select operation, outcome, count(*), avg(done_ns - due_ns) / 1e6 as response_time_ms from exchanges group by 1, 2;'
union all select '-- try --',    'select o.* from observations o join dossiers d using (case_id) where d.case_id = 7 order by exchange_id;';
