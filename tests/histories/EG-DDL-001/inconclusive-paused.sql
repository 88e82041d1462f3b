-- The time was paused for a supplement: another rule computes that.
-- expect: inconclusive, because vacuous
insert into capabilities values ('progress'), ('shows:accepted_at'), ('shows:due_at');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-06T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into progress values
    (2, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (2, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED'),
    (2, 2, 7, '2021-03-03T08:00:00.000+07:00', 'supplement', 'awaiting_supplement', 'AWAITING_SUPPLEMENT'),
    (2, 3, 7, '2021-03-04T08:00:00.000+07:00', 'supplied', 'accepted', 'ACCEPTED');
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
