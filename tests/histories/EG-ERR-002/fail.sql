-- The same refusal, answered with 200.
-- expect: fail, examined 1, broken 1, case 7
-- observed: it came with status 200
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, outcome) values
    (1, 7, null, 'submit', null),
    (2, 7, 'clerk:H18.1/1', 'start', 'refused');
insert into observation (exchange_id, dossier_code, state, error_code) values
    (1, 'H18-210301-0007', 'submitted', null),
    (2, null, null, 'illegal_transition');
update observations set case_id = null where exchange_id = 2;
