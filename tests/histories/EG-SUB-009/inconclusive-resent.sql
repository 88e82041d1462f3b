-- The refused submission had to be sent twice: it may be refused because the first was taken in.
-- expect: inconclusive, examined 2, undecided 1
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes');
insert into capabilities values
    ('submit'), ('track'), ('inbox'), ('accept'), ('pay'), ('shows:payment_state'), ('peer:bank'), ('planned:online_payment'), ('planned:payment');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Nguyễn Thị Bích Ngọc', 'ref-8', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'x', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'x', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'refused', 422, null, 300, 200, 1);
insert into observations (exchange_id, position, case_id, dossier_code, state, payment_state, owner_number, reference, error_code) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, '072901000007', 'ref-7', null),
    (2, 0, 8, null, null, null, null, null, 'closed');
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (2);
