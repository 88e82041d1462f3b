-- No log was read back; what successive answers show is not the portal's log.
-- expect: inconclusive, because undecided
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'completed', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
