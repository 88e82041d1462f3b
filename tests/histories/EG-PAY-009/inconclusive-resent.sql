-- Everything about money had to be sent twice. The portal waits for the other of two orders of dossier 7, booked the cash of
-- dossier 8 twice, and one of the two parcels of dossier 9.
-- expect: inconclusive, examined 3, undecided 3, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('planned:post_return'), ('planned:online_payment'), ('planned:payment_before'), ('planned:payment'),
  ('shows:amount_paid'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 120_000, 'online', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Trần Văn Hùng', 'ref-8', 50_000, 'counter', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000),
    (9, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000009', 'Lê Minh Châu', 'ref-9', 30_000, 'cod', 'post', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 9_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 201, null, 300, 200, 1),
    (3, 9, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 201, null, 300, 200, 1),
    (4, 8, 'clerk:H18.1/1', 1, 'clerk', 'collect_fee', 1, 'load', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1),
    (8, 7, 'citizen', 1, 'citizen-online', 'pay', 1, 'load', 0, 12_000_000, 12_000_000, 12_500_000, 13_000_000, 'ok', 200, null, 300, 200, 1),
    (5, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 50_000_000, 50_000_000, 50_500_000, 51_000_000, 'ok', 200, null, 300, 200, 1),
    (9, 9, 'post:1', 1, 'posting', 'hand_to_post', 1, 'load', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1),
    (6, 8, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 60_000_000, 60_000_000, 60_500_000, 61_000_000, 'ok', 200, null, 300, 200, 1),
    (7, 9, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 70_000_000, 70_000_000, 70_500_000, 71_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number,
    owner_name, reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 0, 8, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 0, 9, 'H18-210301-0009', 'submitted', null, null, null, null, null, null),
    (4, 0, 8, 'H18-210301-0008', null, null, 'paid', null, null, null, null),
    (5, 0, 7, 'H18-210301-0007', 'accepted', '2.001', null, 0, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (6, 0, 8, 'H18-210301-0008', 'accepted', '2.001', null, 100_000, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (7, 0, 9, 'H18-210301-0009', 'returned', '2.001', null, 30_000, '072901000009', 'Lê Minh Châu', 'ref-9');
insert into signals (
    peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail
) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 21_000_000, 'in', 'order', 'P7B', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 3, 60_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 4, 61_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '00'),
    ('post', 1, 41_000_000, 'in', 'order', 'VP9', 'H18-210301-0009', 30_000, 'ordered', null, 200, '100'),
    ('post', 2, 45_000_000, 'internal', 'delivered', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null, null),
    ('post', 3, 45_000_000, 'internal', 'collected', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null, null),
    ('post', 4, 41_500_000, 'in', 'order', 'VP9B', 'H18-210301-0009', 30_000, 'ordered', null, 200, '100'),
    ('post', 5, 46_000_000, 'internal', 'delivered', 'VP9B', 'H18-210301-0009', 30_000, 'delivered', null, null, null),
    ('post', 6, 46_000_000, 'internal', 'collected', 'VP9B', 'H18-210301-0009', 30_000, 'delivered', null, null, null);
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (4, 8, 9);
