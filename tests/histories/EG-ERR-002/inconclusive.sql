-- The adapter takes an answer with 200 and without an error code for a refusal: nobody else says that it is one.
-- expect: inconclusive, because undecided
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, outcome, status) values
    (1, 7, null, 'submit', null, null),
    (2, 7, 'clerk:H18.1/1', 'start', 'refused', 200);
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
