-- Nobody looked into the inbox of the unit, and of another dossier nobody knows the last state.
-- expect: inconclusive, examined 2, undecided 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, actor, operation, phase, outcome, status) values
    (1, 7, null, 'submit', null, null, null),
    (2, 8, null, 'submit', null, null, null),
    (3, null, 'clerk:H18.2/1', 'inbox', null, null, null),
    (4, 7, null, 'track', 'final_read', null, null),
    (5, 8, null, 'track', 'final_read', 'error', 503);
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (4, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7');
