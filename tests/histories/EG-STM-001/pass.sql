-- A whole life, with a supplement and with log lines that change no state.
-- expect: pass, examined 2
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 8, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null),
    (3, 'H18-210301-0007', 'returned', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0008', 'stopped', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8');
insert into progress values
    (3, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (3, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (3, 2, 7, '2021-03-03T08:00:00.000+07:00', 'payment_required', 'accepted', 'ACCEPTED'),
    (3, 3, 7, '2021-03-04T08:00:00.000+07:00', 'started', 'in_process', 'IN_PROCESS'),
    (3, 4, 7, '2021-03-05T08:00:00.000+07:00', 'completed', 'completed', 'COMPLETED'),
    (3, 5, 7, '2021-03-06T08:00:00.000+07:00', 'returned', 'returned', 'RETURNED'),
    (4, 0, 8, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (4, 1, 8, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (4, 2, 8, '2021-03-03T08:00:00.000+07:00', 'supplement', 'awaiting_supplement', 'AWAITING_SUPPLEMENT'),
    (4, 3, 8, '2021-03-04T08:00:00.000+07:00', 'supplied', 'accepted', 'ACCEPTED'),
    (4, 4, 8, '2021-03-05T08:00:00.000+07:00', 'withdraw', 'withdrawal_requested', 'WITHDRAWAL_REQUESTED'),
    (4, 5, 8, '2021-03-06T08:00:00.000+07:00', 'approved', 'stopped', 'STOPPED');
