-- Dossier 7 is started after the bank captured the fee (the answer a millisecond before, within what clocks may differ),
-- dossier 8 after the cashier took it.
-- expect: pass, examined 2
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online'),
    (8, 50_000, 'counter');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns) values
    (1, 7, null, 'submit', null, null),
    (2, 8, null, 'submit', null, null),
    (3, 7, 'clerk:H18.1/1', 'start', null, 41_000_000),
    (4, 8, 'clerk:H18.1/1', 'collect_fee', null, 60_000_000),
    (5, 8, 'clerk:H18.1/1', 'start', null, 70_000_000),
    (6, 7, null, 'track', 'final_read', 80_000_000),
    (7, 8, null, 'track', 'final_read', 90_000_000);
insert into observation (exchange_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'in_process', null, null, null, null, null, null),
    (4, 'H18-210301-0008', null, null, 'paid', null, null, null, null),
    (5, 'H18-210301-0008', 'in_process', null, null, null, null, null, null),
    (6, 'H18-210301-0007', 'in_process', '2.001', null, 120_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (7, 'H18-210301-0008', 'in_process', '2.001', null, 50_000, '072901000008', 'Trần Văn Hùng', 'ref-8');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, status, detail) values
    ('bank', 1, 20_000_000, 'in', 'order', 'P7', 'H18-210301-0007', 120_000, 'ordered', 200, '0'),
    ('bank', 2, 43_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null),
    ('bank', 3, 44_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 200, '00');
