-- One answer of 503 in twenty: the portal had no time, or says so.
-- expect: pass, examined 20, undecided 1
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, outcome, status, fault) values
    (1, 7, 'submit', null, null, null),
    (2, 7, 'track', 'error', 503, 'unreadable'),
    (3, 7, 'track', null, null, null),
    (4, 7, 'track', null, null, null),
    (5, 7, 'track', null, null, null),
    (6, 7, 'track', null, null, null),
    (7, 7, 'track', null, null, null),
    (8, 7, 'track', null, null, null),
    (9, 7, 'track', null, null, null),
    (10, 7, 'track', null, null, null),
    (11, 7, 'track', null, null, null),
    (12, 7, 'track', null, null, null),
    (13, 7, 'track', null, null, null),
    (14, 7, 'track', null, null, null),
    (15, 7, 'track', null, null, null),
    (16, 7, 'track', null, null, null),
    (17, 7, 'track', null, null, null),
    (18, 7, 'track', null, null, null),
    (19, 7, 'track', null, null, null),
    (20, 7, 'track', null, null, null);
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
