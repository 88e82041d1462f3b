-- The acceptance had to be sent twice: the answer promised the due instant of the one, what stayed is that of the other.
-- expect: inconclusive, examined 1, undecided 1, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('accept'), ('catalogue'), ('publish'), ('publications'), ('shows:due_at'), ('shows:service_level'), ('shows:payable');
insert into publications values (0, '1.000001', 4, 1, 1, 20_000_000);
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'khanh-hoa', 'H32.1', 'commune', '1.000001', 2, 'online', '056901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'counter', 'on_time', '', '2020-08-26T08:00:00.000+07:00', 7_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 7_000_000, 7_000_000, 7_500_000, 8_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 7, 'clerk:H32.1/1', 1, 'casework', 'accept', 1, 'load', 0, 9_000_000, 9_000_000, 9_500_000, 10_000_000, 'ok', 200, null, 300, 200, 1),
    (3, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 20_000_000, 20_000_000, 20_100_000, 20_200_000, 'ok', 200, null, 60, 90, 1),
    (4, 7, 'reader', 1, 'owner-reads-back', 'track', 1, 'final_read', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, due_at, owner_number, owner_name, reference
) values
    (1, 0, 7, 'H32-200826-0007', 'submitted', null, null, null, null, 'ref-7'),
    (2, 0, 7, 'H32-200826-0007', 'accepted', null, '2020-08-28T17:00:00.000+07:00', null, null, null),
    (4, 0, 7, 'H32-200826-0007', 'accepted', '1.000001', '2020-09-03T17:00:00.000+07:00', '056901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (2);
