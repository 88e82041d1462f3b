-- One answer of 500.
-- expect: fail, examined 2, broken 1, case 7
-- observed: it was answered with status 500
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, outcome, status, fault) values
    (1, 7, 'submit', null, null, null),
    (2, 7, 'track', 'error', 500, 'unreadable');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
