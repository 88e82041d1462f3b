-- The collection at the counter got no answer: the fee may have been booked or not.
-- expect: inconclusive, because undecided, undecided 1
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method) values
    (8, 50_000, 'counter');
insert into exchange (exchange_id, case_id, actor, operation, phase, outcome, fault) values
    (1, 8, null, 'submit', null, null, null),
    (2, 8, 'clerk:H18.1/1', 'collect_fee', null, 'error', 'timed_out'),
    (3, 8, null, 'track', 'final_read', null, null);
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (3, 'H18-210301-0008', 'accepted', '2.001', 50_000, '072901000008', 'Trần Văn Hùng', 'ref-8');
update exchanges set first_byte_ns = null, status = null where exchange_id = 2;
