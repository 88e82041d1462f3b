-- The postman's report was still under way when the dossier was read.
-- expect: inconclusive, because undecided, undecided 1
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'no'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('planned:post_return'), ('planned:payment'),
  ('shows:amount_paid'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (9, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000009', 'Lê Minh Châu', 'ref-9', 30_000, 'cod', 'post', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 9_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 9, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 9, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference
) values
    (1, 0, 9, 'H18-210301-0009', 'submitted', null, null, null, null, null),
    (2, 0, 9, 'H18-210301-0009', 'accepted', '2.001', 0, '072901000009', 'Lê Minh Châu', 'ref-9');
insert into signals (
    peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail
) values
    ('post', 1, 20_000_000, 'in', 'order', 'VP9', 'H18-210301-0009', 30_000, 'ordered', null, 200, '100'),
    ('post', 2, 30_000_000, 'internal', 'delivered', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null, null),
    ('post', 3, 30_000_000, 'internal', 'collected', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null, null);
