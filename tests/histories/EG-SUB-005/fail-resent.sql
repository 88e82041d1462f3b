-- The submission of dossier 7 had to be sent twice, and was stored three times.
-- expect: fail, examined 2, broken 1, case 7
-- observed: the same submission is also stored as H18-210301-0009
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, actor, operation, phase, reason) values
    (1, 7, null, 'submit', null, 'resent: the kept connection was closed'),
    (2, 8, null, 'submit', null, null),
    (3, null, 'clerk:H18.1/1', 'inbox', null, null),
    (4, 7, null, 'track', 'final_read', null),
    (5, 8, null, 'track', 'final_read', null);
insert into observation (exchange_id, position, case_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, null, null, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, null, null, 'H18-210301-0010', 'submitted', null, null, null, null),
    (3, null, 7, 'H18-210301-0007', 'submitted', null, '072901000007', null, 'ref-7'),
    (3, 1, 7, 'H18-210301-0008', 'submitted', null, '072901000007', null, 'ref-7'),
    (3, 2, 8, 'H18-210301-0010', 'submitted', null, '072901000008', null, 'ref-8'),
    (3, 3, 7, 'H18-210301-0009', 'submitted', null, '072901000007', null, 'ref-7'),
    (4, null, null, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, null, null, 'H18-210301-0010', 'accepted', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8');
