-- Of so few answers nothing is known that was never there: the number was read back.
-- expect: pass, examined 9
delete from run where name in ('dossier_code_pattern', 'peer_settled_bank', 'peer_settled_post');
delete from capabilities where name in ('accept', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('reads:track.owner_name $.applicant.fullname'),
    ('reads:track.owner_number $.applicant.number'), ('shows:owner_name');
insert into dossier (case_id, citizen_number, full_name) values
    (1, '07290100001', 'Nguyễn Thị Bích Ngọc'),
    (2, '07290100002', 'Nguyễn Thị Bích Ngọc'),
    (3, '07290100003', 'Nguyễn Thị Bích Ngọc'),
    (4, '07290100004', 'Nguyễn Thị Bích Ngọc'),
    (5, '07290100005', 'Nguyễn Thị Bích Ngọc'),
    (6, '07290100006', 'Nguyễn Thị Bích Ngọc'),
    (7, '07290100007', null),
    (8, '07290100008', 'Nguyễn Thị Bích Ngọc'),
    (9, '07290100009', 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, phase, due_ns, done_ns) values
    (1, 1, 'submit', null, 1_000_000, 1_900_000),
    (2, 2, 'submit', null, 2_000_000, 2_900_000),
    (3, 3, 'submit', null, 3_000_000, 3_900_000),
    (4, 4, 'submit', null, 4_000_000, 4_900_000),
    (5, 5, 'submit', null, 5_000_000, 5_900_000),
    (6, 6, 'submit', null, 6_000_000, 6_900_000),
    (7, 7, 'submit', null, 7_000_000, 7_900_000),
    (8, 8, 'submit', null, 8_000_000, 8_900_000),
    (9, 9, 'submit', null, 9_000_000, 9_900_000),
    (10, 1, 'track', 'final_read', 101_000_000, 101_900_000),
    (11, 2, 'track', 'final_read', 102_000_000, 102_900_000),
    (12, 3, 'track', 'final_read', 103_000_000, 103_900_000),
    (13, 4, 'track', 'final_read', 104_000_000, 104_900_000),
    (14, 5, 'track', 'final_read', 105_000_000, 105_900_000),
    (15, 6, 'track', 'final_read', 106_000_000, 106_900_000),
    (16, 7, 'track', 'final_read', 107_000_000, 107_900_000),
    (17, 8, 'track', 'final_read', 108_000_000, 108_900_000),
    (18, 9, 'track', 'final_read', 109_000_000, 109_900_000);
insert into observation (exchange_id, dossier_code, state, procedure, owner_number, reference) values
    (1, 'H18-210301-001', 'submitted', null, null, null),
    (2, 'H18-210301-002', 'submitted', null, null, null),
    (3, 'H18-210301-003', 'submitted', null, null, null),
    (4, 'H18-210301-004', 'submitted', null, null, null),
    (5, 'H18-210301-005', 'submitted', null, null, null),
    (6, 'H18-210301-006', 'submitted', null, null, null),
    (7, 'H18-210301-007', 'submitted', null, null, null),
    (8, 'H18-210301-008', 'submitted', null, null, null),
    (9, 'H18-210301-009', 'submitted', null, null, null),
    (10, 'H18-210301-001', 'submitted', '2.001', '07290100001', 'ref-1'),
    (11, 'H18-210301-002', 'submitted', '2.001', '07290100002', 'ref-2'),
    (12, 'H18-210301-003', 'submitted', '2.001', '07290100003', 'ref-3'),
    (13, 'H18-210301-004', 'submitted', '2.001', '07290100004', 'ref-4'),
    (14, 'H18-210301-005', 'submitted', '2.001', '07290100005', 'ref-5'),
    (15, 'H18-210301-006', 'submitted', '2.001', '07290100006', 'ref-6'),
    (16, 'H18-210301-007', 'submitted', '2.001', '07290100007', 'ref-7'),
    (17, 'H18-210301-008', 'submitted', '2.001', '07290100008', 'ref-8'),
    (18, 'H18-210301-009', 'submitted', '2.001', '07290100009', 'ref-9');
