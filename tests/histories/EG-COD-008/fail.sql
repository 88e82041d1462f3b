-- The public look-up shows name and number of the applicant.
-- expect: fail, examined 2, broken 1, case 7
-- observed: it shows the name Nguyễn Thị Bích Ngọc and the number 072901000007
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 7, 'reader', 'look_up', null),
    (3, 7, null, 'look_up', 'final_read');
insert into observation (exchange_id, dossier_code, state, owner_number, owner_name) values
    (1, 'H18-210301-0007', 'submitted', null, null),
    (2, 'H18-210301-0007', 'accepted', null, null),
    (3, 'H18-210301-0007', 'accepted', '072901000007', 'Nguyễn Thị Bích Ngọc');
