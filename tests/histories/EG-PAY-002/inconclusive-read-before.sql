-- Things still moved: the fee was read before the dossier was completed, and may have been waived in between.
-- expect: inconclusive, undecided 1, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'no'),
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
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 120_000, 'online', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 7, 'clerk:H18.1/1', 1, 'clerk', 'complete', 1, 'final_read', 0, 50_000_000, 50_000_000, 50_500_000, 51_000_000, 'ok', 200, null, 300, 200, 1),
    (3, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, fee, amount_paid, owner_number, owner_name, reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 0, 7, 'H18-210301-0007', 'completed', null, null, null, null, null, null),
    (3, 0, 7, 'H18-210301-0007', 'submitted', '2.001', 120_000, 0, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
