-- The portal does not say how many receipts it issued.
-- expect: inconclusive, because undecided
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress'), ('shows:receipts');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, payment_reference, transaction_id, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', 'P7', 'T1', 120_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 60_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 3, 61_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '00'),
    ('bank', 4, 62_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 'duplicate', 200, '02');
