-- At the counter the dossier was started before the cashier was asked to take the fee.
-- expect: fail, broken 1, case 8
-- observed: it was accepted 9.0 ms before the payment was made
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress');
insert into dossier (case_id, fee, payment_method) values
    (8, 50_000, 'counter');
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 8, null, 'submit', null),
    (2, 8, 'clerk:H18.1/1', 'start', null),
    (3, 8, 'clerk:H18.1/1', 'collect_fee', null),
    (4, 8, null, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'in_process', null, null, null, null, null, null),
    (3, 'H18-210301-0008', null, null, 'paid', null, null, null, null),
    (4, 'H18-210301-0008', 'in_process', '2.001', null, 50_000, '072901000008', 'Trần Văn Hùng', 'ref-8');
