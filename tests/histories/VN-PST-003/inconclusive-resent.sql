-- The hand-over to the post had to be sent twice: the portal follows the second parcel, which goes under a number of its own.
-- expect: inconclusive, examined 1, undecided 1, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('planned:post_return'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'post', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 7, 'post:1', 1, 'clerk', 'hand_to_post', 1, 'load', 0, 50_000_000, 50_000_000, 50_500_000, 51_000_000, 'ok', 200, null, 300, 200, 1),
    (3, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 60_000_000, 60_000_000, 60_500_000, 61_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, owner_number, owner_name, reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 0, 7, 'H18-210301-0007', 'completed', null, null, null, null),
    (3, 0, 7, 'H18-210301-0007', 'returned', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (
    peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail
) values
    ('post', 1, 50_000_000, 'in', 'order', 'VP7', 'H18-210301-0007', 0, 'ordered', null, 200, '100'),
    ('post', 2, 50_500_000, 'in', 'order', 'VP7B', 'H18-210301-0007-2', 0, 'ordered', null, 200, '100'),
    ('post', 3, 55_000_000, 'internal', 'delivered', 'VP7B', 'H18-210301-0007-2', 0, 'delivered', null, null, null),
    ('post', 4, 900_000_000, 'internal', 'delivered', 'VP7', 'H18-210301-0007', 0, 'delivered', null, null, null);
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (2);
