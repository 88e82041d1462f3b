-- The postman's report was still under way when the dossier was read.
-- expect: inconclusive, because undecided, undecided 1
update run set value = 'no' where name = 'peer_settled_post';
insert into capabilities values ('planned:payment'), ('planned:post_return'), ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method, return_method) values
    (9, 30_000, 'cod', 'post');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 9, 'submit', null),
    (2, 9, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0009', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0009', 'accepted', '2.001', 0, '072901000009', 'Lê Minh Châu', 'ref-9');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('post', 1, 20_000_000, 'in', 'order', 'VP9', 'H18-210301-0009', 30_000, 'ordered', 200, '100'),
    ('post', 2, 30_000_000, 'internal', 'delivered', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null),
    ('post', 3, 30_000_000, 'internal', 'collected', 'VP9', 'H18-210301-0009', 30_000, 'delivered', null, null);
