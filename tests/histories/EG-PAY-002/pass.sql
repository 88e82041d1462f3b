-- Dossier 7 is started after the bank captured the fee (the answer a millisecond before, within what clocks may differ),
-- dossier 8 after the cashier took it.
-- expect: pass, examined 2
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('planned:online_payment'), ('planned:payment_before'), ('planned:payment'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 120_000, 'online', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Trần Văn Hùng', 'ref-8', 50_000, 'counter', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 201, null, 300, 200, 1),
    (3, 7, 'clerk:H18.1/1', 1, 'clerk', 'start', 1, 'load', 0, 41_000_000, 41_000_000, 41_500_000, 42_000_000, 'ok', 200, null, 300, 200, 1),
    (4, 8, 'clerk:H18.1/1', 1, 'clerk', 'collect_fee', 1, 'load', 0, 60_000_000, 60_000_000, 60_500_000, 61_000_000, 'ok', 200, null, 300, 200, 1),
    (5, 8, 'clerk:H18.1/1', 1, 'clerk', 'start', 1, 'load', 0, 70_000_000, 70_000_000, 70_500_000, 71_000_000, 'ok', 200, null, 300, 200, 1),
    (6, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 80_000_000, 80_000_000, 80_500_000, 81_000_000, 'ok', 200, null, 300, 200, 1),
    (7, 8, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 90_000_000, 90_000_000, 90_500_000, 91_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number,
    owner_name, reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 0, 8, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 0, 7, 'H18-210301-0007', 'in_process', null, null, null, null, null, null),
    (4, 0, 8, 'H18-210301-0008', null, null, 'paid', null, null, null, null),
    (5, 0, 8, 'H18-210301-0008', 'in_process', null, null, null, null, null, null),
    (6, 0, 7, 'H18-210301-0007', 'in_process', '2.001', null, 120_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (7, 0, 8, 'H18-210301-0008', 'in_process', '2.001', null, 50_000, '072901000008', 'Trần Văn Hùng', 'ref-8');
insert into signals (
    peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail
) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 43_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 3, 44_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '00');
