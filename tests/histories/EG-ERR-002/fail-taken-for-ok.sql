-- A start before payment is refused with 200, and the adapter takes it for a success: still no breach of the payment gate.
-- expect: fail, examined 1, broken 1, case 7
-- observed: it came with status 200
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 50_000, 'counter');
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 7, 'clerk:H18.1/1', 'start', null),
    (3, 7, 'clerk:H18.1/1', 'collect_fee', null),
    (4, 7, null, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number, owner_name, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null, null),
    (2, null, null, null, null, null, null, null, null, 'payment_required'),
    (3, 'H18-210301-0007', null, null, 'paid', null, null, null, null, null),
    (4, 'H18-210301-0007', 'accepted', '2.001', null, 50_000, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', null);
update observations set case_id = null where exchange_id = 2;
