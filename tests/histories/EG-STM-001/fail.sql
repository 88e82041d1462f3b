-- The log of dossier 7 leads from accepted to completed; an earlier read of it was still legal.
-- expect: fail, examined 1, broken 1, case 7
-- observed: step 2 of the log leads from accepted to completed
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 7, 'reader', 'track', null),
    (3, 7, null, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (3, 'H18-210301-0007', 'completed', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into progress values
    (2, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (2, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (3, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (3, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (3, 2, 7, '2021-03-03T08:00:00.000+07:00', 'completed', 'completed', 'COMPLETED');
