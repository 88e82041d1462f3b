-- Things still moved when dossiers 8 and 9 were read: of the one the fee was taken after the read, of the other meanwhile.
-- expect: inconclusive, examined 1, undecided 1, because undecided
update run set value = 'no' where name = 'quiescent';
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method) values
    (8, 50_000, 'counter'),
    (9, 30_000, 'counter');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, done_ns) values
    (1, 8, null, 'submit', null, null, null),
    (2, 8, null, 'track', 'final_read', null, null),
    (3, 8, 'clerk:H18.1/1', 'collect_fee', 'final_read', null, null),
    (4, 9, null, 'submit', null, 11_000_000, null),
    (5, 9, null, 'track', 'final_read', 40_000_000, 44_000_000),
    (6, 9, 'clerk:H18.1/1', 'collect_fee', 'final_read', 41_000_000, null);
insert into observation (exchange_id, dossier_code, state, procedure, amount_paid, owner_number, owner_name, reference) values
    (1, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0008', 'accepted', '2.001', 0, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (3, 'H18-210301-0008', 'accepted', null, null, null, null, null),
    (4, 'H18-210301-0009', 'submitted', null, null, null, null, null),
    (5, 'H18-210301-0009', 'accepted', '2.001', 0, '072901000009', 'Lê Minh Châu', 'ref-9'),
    (6, 'H18-210301-0009', 'accepted', null, null, null, null, null);
