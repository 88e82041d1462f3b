-- The final read of dossier 7 got no answer: it may be lost or not.
-- expect: inconclusive, because undecided
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase, outcome, fault) values
    (1, 7, 'submit', null, null, null),
    (2, 7, 'track', 'final_read', 'error', 'timed_out');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
update exchanges set first_byte_ns = null, status = null where exchange_id = 2;
