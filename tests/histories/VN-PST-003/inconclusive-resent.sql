-- The hand-over to the post had to be sent twice: the portal follows the second parcel, which goes under a number of its own.
-- expect: inconclusive, examined 1, undecided 1, because undecided
insert into capabilities values ('planned:post_return'), ('progress');
insert into dossier (case_id, return_method) values
    (7, 'post');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, reason) values
    (1, 7, null, 'submit', null, null, null),
    (2, 7, 'post:1', 'hand_to_post', null, 50_000_000, 'resent: the kept connection was closed'),
    (3, 7, null, 'track', 'final_read', 60_000_000, null);
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'completed', null, null, null, null),
    (3, 'H18-210301-0007', 'returned', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('post', 1, 50_000_000, 'in', 'order', 'VP7', 'H18-210301-0007', 0, 'ordered', 200, '100'),
    ('post', 2, 50_500_000, 'in', 'order', 'VP7B', 'H18-210301-0007-2', 0, 'ordered', 200, '100'),
    ('post', 3, 55_000_000, 'internal', 'delivered', 'VP7B', 'H18-210301-0007-2', 0, 'delivered', null, null),
    ('post', 4, 900_000_000, 'internal', 'delivered', 'VP7', 'H18-210301-0007', 0, 'delivered', null, null);
