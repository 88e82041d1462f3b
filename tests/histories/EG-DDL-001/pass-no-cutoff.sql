-- No cut-off hour is stated for what is to be done the same day: at 15:20 the next working day is as right as the day itself.
-- expect: pass, examined 3
insert into capabilities values ('shows:accepted_at'), ('shows:due_at');
insert into dossier (case_id, legal_days) values
    (7, null),
    (8, null),
    (9, 0);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 9, 'submit', null),
    (4, 7, 'track', 'final_read'),
    (5, 8, 'track', 'final_read'),
    (6, 9, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0009', 'submitted', null, null, null, null, null, null),
    (4, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-05T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, 'H18-210301-0008', 'accepted', '2.001', '2021-04-29T02:00:00Z', '2021-05-05T10:00:00Z', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (6, 'H18-210301-0009', 'accepted', '2.001', '2021-04-29T15:20:00.000+07:00', '2021-05-04T17:00:00.000+07:00', '072901000009', 'Lê Minh Châu', 'ref-9');
insert into calendar values
    ('2021-04-28', 1, 0, ''),
    ('2021-04-29', 1, 1, ''),
    ('2021-04-30', 0, 2, 'Liberation Day'),
    ('2021-05-01', 0, 2, 'Labour Day'),
    ('2021-05-02', 0, 2, 'Sunday'),
    ('2021-05-03', 0, 2, 'day off for Labour Day'),
    ('2021-05-04', 1, 2, ''),
    ('2021-05-05', 1, 3, ''),
    ('2021-05-06', 1, 4, '');
