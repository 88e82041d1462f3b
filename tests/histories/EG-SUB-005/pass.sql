-- Dossier 7 is found by its applicant. Dossier 8 is hidden from a reader who may not see it, and found by the clerk.
-- expect: pass, examined 2, undecided 0
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation, phase, outcome, status) values
    (1, 7, 'submit', null, null, null),
    (2, 8, 'submit', null, null, null),
    (3, 7, 'track', 'final_read', null, null),
    (4, 8, 'track', 'final_read', 'refused', 403),
    (5, 8, 'clerk_view', 'final_read', null, null);
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, owner_name, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0008', 'submitted', null, null, null, null, null),
    (3, 'H18-210301-0007', 'accepted', '2.001', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', null),
    (4, null, null, null, null, null, null, 'forbidden'),
    (5, 'H18-210301-0008', 'accepted', '2.001', '072901000008', 'Trần Văn Hùng', 'ref-8', null);
update observations set case_id = null where exchange_id = 4;
