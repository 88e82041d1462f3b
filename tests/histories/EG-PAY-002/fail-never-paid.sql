-- The dossier was completed; the bank, whose ledger is complete, never captured anything.
-- expect: fail, broken 1, case 7
-- observed: it was accepted and no payment was ever made
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 7, 'clerk:H18.1/1', 'complete', null),
    (3, 7, null, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0007', 'completed', null, null, null, null, null),
    (3, 'H18-210301-0007', 'completed', '2.001', 0, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
