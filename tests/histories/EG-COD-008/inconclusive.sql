-- The look-up was refused: nothing was shown.
-- expect: inconclusive, because undecided
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, outcome, status) values
    (1, 7, 'submit', null, null),
    (2, 7, 'look_up', 'refused', 404);
insert into observation (exchange_id, dossier_code, state, error_code) values
    (1, 'H18-210301-0007', 'submitted', null),
    (2, null, null, 'not_found');
update observations set case_id = null where exchange_id = 2;
