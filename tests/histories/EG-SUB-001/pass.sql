-- Two dossiers read back as submitted; the clerk's view of dossier 8 shows no name, which is not compared.
-- expect: pass, examined 2
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 7, 'clerk_view', 'final_read'),
    (5, 8, 'track', 'final_read'),
    (6, 8, 'clerk_view', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, 'H18-210301-0008', 'accepted', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (6, 'H18-210301-0008', 'accepted', '2.001', '072901000008', null, 'ref-8');
