-- Dossiers 7 and 8 got one number; the final read of 7 shows the name, state and money of 8. Only this rule may speak.
-- expect: fail, examined 2, broken 1, case 8
-- observed: it was given to 2 dossiers, among them those of case 7 and case 8
insert into capabilities values ('planned:payment'), ('planned:payment_before'), ('progress'), ('shows:dossier_code');
insert into dossier (case_id, fee, payment_method) values
    (7, 50_000, 'counter'),
    (8, null, null),
    (9, null, null);
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 8, null, 'submit', null),
    (3, 9, null, 'submit', null),
    (4, 7, 'clerk:H18.1/1', 'collect_fee', null),
    (5, 7, 'clerk:H18.1/1', 'start', null),
    (6, 7, null, 'track', 'final_read'),
    (7, 8, null, 'track', 'final_read'),
    (8, 7, null, 'look_up', 'final_read'),
    (9, 9, null, 'track', 'final_read');
insert into observation (exchange_id, case_id, dossier_code, state, procedure, payment_state, amount_paid, owner_number, owner_name, reference) values
    (1, null, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, null, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (3, null, 'H18-210301-0009', 'submitted', null, null, null, null, null, null),
    (4, null, 'H18-210301-0007', null, null, 'paid', null, null, null, null),
    (5, null, 'H18-210301-0007', 'in_process', null, null, null, null, null, null),
    (6, 8, 'H18-210301-0007', 'accepted', '2.001', null, 0, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (7, null, 'H18-210301-0007', 'accepted', '2.001', null, 0, '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (8, null, 'H18-210301-0007', 'accepted', null, null, null, null, null, null),
    (9, null, 'H18-210301-0009', 'accepted', '2.001', null, null, '072901000009', 'Lê Minh Châu', 'ref-9');
update observations set case_id = null where exchange_id = 8;
