-- The repeated callback of dossier 7 issued a second receipt; that of dossier 8 did not.
-- expect: fail, examined 2, broken 1, case 7
-- observed: the portal says it issued 2 receipts for dossier H18-210301-0007
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress'), ('shows:receipts');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online'),
    (8, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 7, 'clerk_view', 'final_read'),
    (5, 8, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, payment_reference, transaction_id, amount_paid, receipts, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', 'P7', 'T1', 120_000, 2, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0007', 'accepted', '2.001', 'P7', null, 120_000, 2, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, 'H18-210301-0008', 'accepted', '2.001', 'P8', 'T2', 120_000, 1, '072901000008', 'Trần Văn Hùng', 'ref-8');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', null, 200, '0'),
    ('bank', 2, 60_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 3, 61_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', null, 200, '00'),
    ('bank', 4, 62_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 'duplicate', 200, '00'),
    ('bank', 5, 20_000_000, 'in', 'order', 'P8', 'H18-210301-0008', 120_000, 'ordered', null, 200, '0'),
    ('bank', 6, 60_000_000, 'internal', 'captured', 'P8', 'H18-210301-0008', 120_000, 'captured', null, null, null),
    ('bank', 7, 61_000_000, 'out', 'callback', 'P8', 'H18-210301-0008', 120_000, 'captured', null, 200, '00'),
    ('bank', 8, 62_000_000, 'out', 'callback', 'P8', 'H18-210301-0008', 120_000, 'captured', 'duplicate', 200, '02');
