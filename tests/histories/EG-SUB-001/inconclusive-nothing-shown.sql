-- The final read shows the state and nothing of what was submitted.
-- expect: inconclusive, because undecided, undecided 1
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted'),
    (2, 'H18-210301-0007', 'accepted');
