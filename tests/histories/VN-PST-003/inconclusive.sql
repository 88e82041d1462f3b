-- Returned without a delivery in a ledger that was not read to its end.
-- expect: inconclusive, because undecided
delete from run where name in ('peer_settled_post');
insert into capabilities values ('planned:post_return'), ('progress');
insert into dossier (case_id, return_method) values
    (7, 'post');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'returned', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('post', 1, 50_000_000, 'in', 'order', 'VP7', 'H18-210301-0007', 0, 'ordered', 200, '100');
