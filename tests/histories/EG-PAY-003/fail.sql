-- The forged callback was answered 00 and its transaction stands in the dossier; the genuine one was told 02. The clerk
-- started in between, which is no fault of the payment gate.
-- expect: fail, examined 1, broken 1, case 7
-- observed: the portal answered 00, and shows the transaction FORGED-P7
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns) values
    (1, 7, null, 'submit', null, null),
    (2, 7, 'clerk:H18.1/1', 'start', null, 70_000_000),
    (3, 7, null, 'track', 'final_read', 80_000_000);
insert into observation (exchange_id, dossier_code, state, procedure, payment_reference, transaction_id, amount_paid, receipts, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null, null, null),
    (2, 'H18-210301-0007', 'in_process', null, null, null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'in_process', '2.001', 'P7', 'FORGED-P7', 120_000, 1, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 50_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'ordered', 'forged', 200, '00'),
    ('bank', 3, 6_000_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 4, 6_001_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '02');
