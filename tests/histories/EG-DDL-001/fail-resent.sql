-- The acceptance of dossier 8 had to be sent twice, and its due day is right all the same; that of dossier 7 is wrong, and was not.
-- expect: fail, examined 2, broken 1, case 7
-- observed: the portal says 2021-05-04
insert into capabilities values ('shows:accepted_at'), ('shows:due_at');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, reason) values
    (1, 7, null, 'submit', null, null, null),
    (2, 8, null, 'submit', null, null, null),
    (3, 7, null, 'track', 'final_read', null, null),
    (4, 8, null, 'track', 'final_read', null, null),
    (5, 8, 'clerk:H18.1/1', 'accept', null, 25_000_000, 'resent: the kept connection was closed');
insert into observation (exchange_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-04T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0008', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-05T17:00:00.000+07:00', '072901000008', 'Trần Văn Hùng', 'ref-8');
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
