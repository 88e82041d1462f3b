-- The inbox was read twice after both had come in, and only ever showed one of them, and a stranger before.
-- expect: fail, examined 2, broken 1, case 8
-- observed: it is still submitted when nothing moves any more, and no inbox ever showed it
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, null, 'clerk:H18.1/1', 'inbox', null),
    (2, 7, null, 'submit', null),
    (3, 8, null, 'submit', null),
    (4, null, 'clerk:H18.1/1', 'inbox', null),
    (5, null, 'clerk:H18.1/1', 'inbox', 'drain'),
    (6, 7, null, 'track', 'final_read'),
    (7, 8, null, 'track', 'final_read');
insert into observation (exchange_id, case_id, dossier_code, state, owner_number, reference) values
    (1, null, 'H18-200101-0001', 'submitted', '001001000001', 'old'),
    (2, null, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (3, null, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (4, 7, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (6, null, 'H18-210301-0007', 'accepted', '072901000007', 'ref-7'),
    (7, null, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8');
