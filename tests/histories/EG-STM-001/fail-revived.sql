-- A stopped dossier goes on.
-- expect: fail, broken 1, case 7
-- observed: step 3 of the log leads from stopped to in_process
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'in_process', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into progress values
    (2, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (2, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (2, 2, 7, '2021-03-03T08:00:00.000+07:00', 'stopped', 'stopped', 'STOPPED'),
    (2, 3, 7, '2021-03-04T08:00:00.000+07:00', 'started', 'in_process', 'IN_PROCESS');
