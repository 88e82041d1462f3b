-- The answer to the hand-over to the post already says returned; delivery came later.
-- expect: fail, examined 1, broken 1, case 7
-- observed: hand_to_post by post:1 showed it as returned 849.0 ms before the post delivered it
insert into capabilities values ('planned:post_return'), ('progress');
insert into dossier (case_id, return_method) values
    (7, 'post');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns) values
    (1, 7, null, 'submit', null, null),
    (2, 7, 'post:1', 'hand_to_post', null, 50_000_000),
    (3, 7, null, 'track', 'final_read', 60_000_000);
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'returned', null, null, null, null),
    (3, 'H18-210301-0007', 'returned', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('post', 1, 50_000_000, 'in', 'order', 'VP7', 'H18-210301-0007', 0, 'ordered', 200, '100'),
    ('post', 2, 900_000_000, 'internal', 'delivered', 'VP7', 'H18-210301-0007', 0, 'delivered', null, null);
