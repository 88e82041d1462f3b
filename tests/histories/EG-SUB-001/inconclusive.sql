-- The name is cut, but the final reads were made while callbacks were still under way.
-- expect: inconclusive, because not_quiescent
update run set value = 'no' where name = 'quiescent';
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị', 'ref-7');
