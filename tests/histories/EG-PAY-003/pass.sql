-- The forged callback was answered 97, the genuine one 00.
-- expect: pass, examined 1
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, payment_reference, transaction_id, amount_paid, receipts, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', 'P7', 'T0000000001', 120_000, 1, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 50_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'ordered', 'forged', 200, '97'),
    ('bank', 3, 60_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 4, 61_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '00');
