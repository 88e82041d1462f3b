-- A refusal with 409 and one with 404.
-- expect: pass, examined 2
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, outcome, status) values
    (1, 7, null, 'submit', null, null),
    (2, 7, 'clerk:H18.1/1', 'start', 'refused', 409),
    (3, 7, null, 'look_up', 'refused', 404);
insert into observation (exchange_id, dossier_code, state, error_code) values
    (1, 'H18-210301-0007', 'submitted', null),
    (2, null, null, 'illegal_transition');
update observations set case_id = null where exchange_id = 2;
