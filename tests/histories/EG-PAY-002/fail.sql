-- Dossier 7 was started while its payment was not captured; it was captured half a minute later. Dossier 8 was refused first.
-- expect: fail, examined 2, broken 1, case 7
-- observed: it was accepted 29949.0 ms before the payment was made
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online'),
    (8, 120_000, 'online');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, outcome, status) values
    (1, 7, null, 'submit', null, null, null, null),
    (2, 8, null, 'submit', null, null, null, null),
    (3, 7, 'clerk:H18.1/1', 'start', null, 50_000_000, null, null),
    (4, 8, 'clerk:H18.1/1', 'start', null, 60_000_000, 'refused', 409),
    (5, 8, 'clerk:H18.1/1', 'start', null, 200_000_000, null, null),
    (6, 7, null, 'track', 'final_read', 210_000_000, null, null),
    (7, 8, null, 'track', 'final_read', 220_000_000, null, null);
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'in_process', null, null, null, null, null, null),
    (4, null, null, null, null, null, null, null, 'payment_required'),
    (5, 'H18-210301-0008', 'in_process', null, null, null, null, null, null),
    (6, 'H18-210301-0007', 'in_process', '2.001', 120_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', null),
    (7, 'H18-210301-0008', 'in_process', '2.001', 120_000, '072901000008', 'Trần Văn Hùng', 'ref-8', null);
update observations set case_id = null where exchange_id = 4;
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', 200, '0'),
    ('bank', 2, 30_000_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null),
    ('bank', 3, 30_001_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 200, '00'),
    ('bank', 4, 20_000_000, 'in', 'order', 'P8', 'H18-210301-0008', 120_000, 'ordered', 200, '0'),
    ('bank', 5, 100_000_000, 'internal', 'captured', 'P8', 'H18-210301-0008', 120_000, 'captured', null, null),
    ('bank', 6, 101_000_000, 'out', 'callback', 'P8', 'H18-210301-0008', 120_000, 'captured', 200, '00');
