-- The public look-up is seven hours early. Dossier 8 agrees.
-- expect: fail, examined 2, broken 1, case 7
-- observed: look_up says 2021-05-05T10:00:00.000+07:00
insert into capabilities values ('progress'), ('shows:due_at');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 7, 'clerk_view', 'final_read'),
    (5, 7, 'look_up', 'final_read'),
    (6, 8, 'track', 'final_read'),
    (7, 8, 'look_up', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', '2021-05-05T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0007', 'accepted', '2.001', '2021-05-05T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, 'H18-210301-0007', 'accepted', null, '2021-05-05T10:00:00.000+07:00', null, null, null),
    (6, 'H18-210301-0008', 'accepted', '2.001', '2021-05-05T17:00:00.000+07:00', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (7, 'H18-210301-0008', 'accepted', null, '2021-05-05T17:00:00.000+07:00', null, null, null);
