-- The payment of dossier 7 had to be asked for twice, and was ordered twice: the one was paid, the other is still due.
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
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 120000, 'online', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Nguyễn Thị Bích Ngọc', 'ref-8', 50000, 'online', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'x', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'x', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 201, null, 300, 200, 1),
    (5, 7, 'citizen', 1, 'x', 'pay', 1, 'load', 0, 12_000_000, 12_000_000, 12_500_000, 13_000_000, 'ok', 200, null, 300, 200, 1),
    (3, 7, 'reader', 1, 'x', 'track', 1, 'final_read', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 300, 200, 1),
    (4, 8, 'reader', 1, 'x', 'track', 1, 'final_read', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (exchange_id, position, case_id, dossier_code, state, payment_state, owner_number, reference, error_code) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, '072901000007', 'ref-7', null),
    (2, 0, 8, 'H18-210301-0008', 'submitted', null, '072901000008', 'ref-8', null),
    (3, 0, 7, 'H18-210301-0007', 'accepted', 'required', '072901000007', 'ref-7', null),
    (4, 0, 8, 'H18-210301-0008', 'accepted', 'paid', '072901000008', 'ref-8', null);
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 21000000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120000, 'captured', null, null, null),
    ('bank', 2, 22000000, 'out', 'callback', 'P7', 'H18-210301-0007', 120000, 'captured', null, 200, '00'),
    ('bank', 3, 23000000, 'out', 'callback', 'P7', 'H18-210301-0007', 120000, 'cancelled', 'out_of_order', 200, '00'),
    ('bank', 4, 24000000, 'internal', 'captured', 'P8', 'H18-210301-0008', 50000, 'captured', null, null, null),
    ('bank', 5, 25000000, 'out', 'callback', 'P8', 'H18-210301-0008', 50000, 'captured', null, 200, '00'),
    ('bank', 6, 12600000, 'in', 'order', 'P7', 'H18-210301-0007', 120000, 'ordered', null, 200, '0'),
    ('bank', 7, 12700000, 'in', 'order', 'P7B', 'H18-210301-0007', 120000, 'ordered', null, 200, '0');
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (5);
