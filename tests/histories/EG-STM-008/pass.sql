-- One dossier was shown in an inbox, the other is accepted in the end, whoever showed it.
-- expect: pass, examined 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, 8, null, 'submit', null),
    (3, null, 'clerk:H18.1/1', 'inbox', null),
    (4, 7, null, 'track', 'final_read'),
    (5, 8, null, 'track', 'final_read');
insert into observation (exchange_id, case_id, dossier_code, state, owner_number, reference) values
    (1, null, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, null, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (3, 7, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (4, null, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (5, null, 'H18-210301-0008', 'accepted', '072901000008', 'ref-8');
