-- Everything about money had to be sent twice. The portal waits for the other of two orders of dossier 7, booked the cash of
-- dossier 8 twice, and one of the two parcels of dossier 9.
-- expect: inconclusive, examined 3, undecided 3, because undecided
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('planned:post_return'), ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method, return_method) values
    (7, 120_000, 'online', null),
    (8, 50_000, 'counter', null),
    (9, 30_000, 'cod', 'post');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, reason) values
    (1, 7, null, 'submit', null, null, null),
    (2, 8, null, 'submit', null, null, null),
    (3, 9, null, 'submit', null, null, null),
    (4, 8, 'clerk:H18.1/1', 'collect_fee', null, null, 'resent: the kept connection was closed'),
    (5, 7, null, 'track', 'final_read', null, null),
    (6, 8, null, 'track', 'final_read', null, null),
    (7, 9, null, 'track', 'final_read', null, null),
    (8, 7, null, 'pay', null, 12_000_000, 'resent: the kept connection was closed'),
    (9, 9, 'post:1', 'hand_to_post', null, 40_000_000, 'resent: the kept connection was closed');
insert into observation (exchange_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0009', 'submitted', null, null, null, null, null, null),
    (4, 'H18-210301-0008', null, null, 'paid', null, null, null, null),
    (5, 'H18-210301-0007', 'accepted', '2.001', null, 0, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (6, 'H18-210301-0008', 'accepted', '2.001', null, 100_000, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (7, 'H18-210301-0009', 'returned', '2.001', null, 30_000, '072901000009', 'Lê Minh Châu', 'ref-9');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', 200, '0'),
    ('bank', 2, 21_000_000, 'in', 'order', 'P7B', 'H18-210301-0007', 120_000, 'ordered', 200, '0'),
    ('bank', 3, 60_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null),
    ('bank', 4, 61_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 200, '00'),
    ('post', 1, 41_000_000, 'in', 'order', 'VP9', 'H18-210301-0009', 30_000, 'ordered', 200, '100'),
    ('post', 2, 45_000_000, 'internal', 'delivered', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null),
    ('post', 3, 45_000_000, 'internal', 'collected', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null),
    ('post', 4, 41_500_000, 'in', 'order', 'VP9B', 'H18-210301-0009', 30_000, 'ordered', 200, '100'),
    ('post', 5, 46_000_000, 'internal', 'delivered', 'VP9B', 'H18-210301-0009', 30_000, 'delivered', null, null),
    ('post', 6, 46_000_000, 'internal', 'collected', 'VP9B', 'H18-210301-0009', 30_000, 'delivered', null, null);
