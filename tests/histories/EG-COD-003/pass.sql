-- Two dossiers, two numbers, seen again and again.
-- expect: pass, examined 2
insert into capabilities values ('progress'), ('shows:dossier_code');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 8, 'track', 'final_read'),
    (5, 7, 'look_up', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0008', 'accepted', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (5, 'H18-210301-0007', 'accepted', null, null, null, null);
update observations set case_id = null where exchange_id = 5;
