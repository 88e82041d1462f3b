-- Things still moved: the fee was read before the dossier was completed, and may have been waived in between.
-- expect: inconclusive, undecided 1, because undecided
update run set value = 'no' where name = 'quiescent';
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns) values
    (1, 7, null, 'submit', null, null),
    (2, 7, 'clerk:H18.1/1', 'complete', 'final_read', 50_000_000),
    (3, 7, null, 'track', 'final_read', null);
insert into observation (exchange_id, dossier_code, state, procedure, fee, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0007', 'completed', null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'submitted', '2.001', 120_000, 0, '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
