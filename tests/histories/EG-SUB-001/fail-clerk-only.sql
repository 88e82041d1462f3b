-- The applicant sees her own reference, the clerk sees another one: one surface is enough.
-- expect: fail, examined 1, broken 1, case 7
-- observed: clerk_view shows ref-70
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read'),
    (3, 7, 'clerk_view', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (3, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-70');
