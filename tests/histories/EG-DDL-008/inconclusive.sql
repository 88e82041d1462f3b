-- Only one surface shows a due instant.
-- expect: inconclusive, because undecided
insert into capabilities values ('progress'), ('shows:due_at');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read'),
    (3, 7, 'look_up', 'final_read');
insert into observation (exchange_id, dossier_code, state, procedure, due_at, owner_number, owner_name, reference) values
    (1, 'H18-210301-0007', 'submitted', null, null, null, null, null),
    (2, 'H18-210301-0007', 'accepted', '2.001', '2021-05-05T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (3, 'H18-210301-0007', 'accepted', null, null, null, null, null);
