-- The portal books a fee that the bank never captured.
-- expect: fail, examined 2, broken 2, case 7
-- observed: it books 120000 VND
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', 120_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
