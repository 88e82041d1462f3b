-- Things still moved when dossiers 8 and 9 were read: of the one the fee was taken after the read, of the other meanwhile.
-- expect: inconclusive, examined 1, undecided 1, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'no'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('planned:payment_before'), ('planned:payment'),
  ('shows:amount_paid'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Trần Văn Hùng', 'ref-8', 50_000, 'counter', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000),
    (9, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000009', 'Lê Minh Châu', 'ref-9', 30_000, 'counter', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 9_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 8, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 200, null, 300, 200, 1),
    (3, 8, 'clerk:H18.1/1', 1, 'clerk', 'collect_fee', 1, 'final_read', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 300, 200, 1),
    (4, 9, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 11_000_000, 11_000_000, 11_500_000, 12_000_000, 'ok', 201, null, 300, 200, 1),
    (5, 9, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 40_000_000, 40_000_000, 40_500_000, 44_000_000, 'ok', 200, null, 300, 200, 1),
    (6, 9, 'clerk:H18.1/1', 1, 'clerk', 'collect_fee', 1, 'final_read', 0, 41_000_000, 41_000_000, 41_500_000, 42_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference
) values
    (1, 0, 8, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (2, 0, 8, 'H18-210301-0008', 'accepted', '2.001', 0, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (3, 0, 8, 'H18-210301-0008', 'accepted', null, null, null, null, null),
    (4, 0, 9, 'H18-210301-0009', 'submitted', null, null, null, null, null),
    (5, 0, 9, 'H18-210301-0009', 'accepted', '2.001', 0, '072901000009', 'Lê Minh Châu', 'ref-9'),
    (6, 0, 9, 'H18-210301-0009', 'accepted', null, null, null, null, null);
