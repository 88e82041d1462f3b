-- The adapter reads the name where none ever is: that it was not compared is no proof that it is right.
-- expect: inconclusive, examined 12, undecided 12, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('shows:owner_name'), ('reads:track.owner_name $.applicant.fullname'),
    ('reads:track.owner_number $.applicant.number');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
)
with recursive n(i) as (select 1 union all select i + 1 from n where i < 12)
select i, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '0729010000' || i, 'Nguyễn Thị Bích Ngọc', 'ref-' || i, 0, 'none',
       'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', i * 1_000_000
from n;
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
)
select case_id, case_id, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, due_ns, due_ns, due_ns + 500_000,
       due_ns + 900_000, 'ok', 201, null, 300, 200, 1
from dossiers
union all
select 12 + case_id, case_id, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, due_ns + 100_000_000, due_ns + 100_000_000,
       due_ns + 100_500_000, due_ns + 100_900_000, 'ok', 200, null, 300, 200, 1
from dossiers;
insert into observations (exchange_id, position, case_id, dossier_code, state, procedure, owner_number, reference)
select case_id, 0, case_id, 'H18-210301-00' || case_id, 'submitted', null, null, null from dossiers
union all
select 12 + case_id, 0, case_id, 'H18-210301-00' || case_id, 'submitted', procedure, citizen_number, reference from dossiers;
