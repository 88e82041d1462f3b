-- The portal books a fee at the counter that no clerk took.
-- expect: fail, examined 2, broken 2, case 8
-- observed: it books 50000 VND
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method) values
    (8, 50_000, 'counter');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 8, 'submit', null),
    (2, 8, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0008', 'accepted', '2.001', 50_000, '072901000008', 'Trần Văn Hùng', 'ref-8');
