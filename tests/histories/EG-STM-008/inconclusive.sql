-- An answer of the inbox was lost on the way: it may have been the one that showed it. The other inbox is of another unit.
-- expect: inconclusive, examined 1, undecided 1
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, actor, operation, phase, outcome, fault) values
    (1, 8, null, 'submit', null, null, null),
    (2, null, 'clerk:H18.1/1', 'inbox', null, 'error', 'timed_out'),
    (3, null, 'clerk:H18.1/1', 'inbox', null, null, null),
    (4, null, 'clerk:H18.11/1', 'inbox', null, null, null),
    (5, 8, null, 'track', 'final_read', null, null);
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (5, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8');
update exchanges set status = null where exchange_id = 2;
