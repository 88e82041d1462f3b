-- A run killed before the final reads: the receipt given at acceptance tells.
-- expect: fail, broken 1, case 7
-- observed: the portal says 2021-05-01
delete from run where name in ('finished', 'peer_settled_bank', 'peer_settled_post', 'quiescent');
insert into capabilities values ('progress'), ('shows:accepted_at'), ('shows:due_at');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation) values
    (1, 7, null, 'submit'),
    (2, 7, 'clerk:H18.1/1', 'accept');
insert into observation (exchange_id, dossier_code, state, accepted_at, due_at) values
    (1, 'H18-210301-0007', 'submitted', null, null),
    (2, 'H18-210301-0007', 'accepted', '2021-04-29T09:00:00.000+07:00', '2021-05-01T17:00:00.000+07:00');
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
