-- Things still moved: the log was read before the due day, and of a pause in between nothing is known.
-- expect: inconclusive, examined 2, undecided 2, because undecided
update run set value = 'no' where name = 'quiescent';
insert into capabilities values ('progress'), ('shows:accepted_at'), ('shows:due_at');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase, due_ns, sent_ns) values
    (1, 7, 'submit', null, null, null),
    (2, 8, 'submit', null, null, null),
    (3, 7, 'track', null, 25_000_000, null),
    (4, 8, 'track', 'final_read', null, null),
    (5, 7, 'track', 'final_read', null, 30_000_000);
insert into observation (exchange_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', null, null, null, null, null, null),
    (4, 'H18-210301-0008', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-05T17:00:00.000+07:00', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (5, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-04T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into progress values
    (3, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (3, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED');
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
