-- Dossier 7 was acknowledged; at the end nobody finds it.
-- expect: fail, examined 2, broken 1, case 7
-- observed: the final read is told that there is no such dossier
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase, outcome, status) values
    (1, 7, 'submit', null, null, null),
    (2, 8, 'submit', null, null, null),
    (3, 7, 'track', 'final_read', 'refused', 404),
    (4, 7, 'clerk_view', 'final_read', 'refused', 404),
    (5, 7, 'look_up', 'final_read', 'refused', 404),
    (6, 8, 'track', 'final_read', null, null);
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (3, null, null, null, null, null, null, 'not_found'),
    (4, null, null, null, null, null, null, 'not_found'),
    (5, null, null, null, null, null, null, 'not_found'),
    (6, 'H18-210301-0008', 'accepted', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8', null);
update observations set case_id = null where exchange_id in (3, 4, 5);
